// Hints behind SELECT: /*+ STATE_TTL('o' = '1d'), LOOKUP('table' = 'c'), BROADCAST(o) */
#include <algorithm>

#include "catalog/connectors/option_fields.h"
#include "planner/bind/query_binder.h"

namespace sluice::planner {

namespace {

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

class HintBinder {
 public:
  HintBinder(const Scope& scope, BindSession& session) : scope_(scope), session_(session) {}

  std::optional<int64_t> ttl_ms;  // The last one of STATE_TTL.

  // Whether the hint changes what operators do, and does not only advise.
  bool bind(const ast::Hint& hint) {
    std::string name = upper(hint.name.text);
    if (name == "STATE_TTL") return bind_state_ttl(hint), true;
    if (name == "LOOKUP") return bind_lookup(hint), true;
    constexpr std::string_view kAdvice[] = {"BROADCAST", "SHUFFLE_HASH", "SHUFFLE_MERGE", "NEST_LOOP", "MULTI_JOIN"};
    if (std::ranges::find(kAdvice, name) != std::end(kAdvice)) {
      for (const ast::HintArgument& argument : hint.args) require_table(argument.value);
      return false;
    }
    if (name != "OPTIONS") {
      std::vector<std::string> known(std::begin(kAdvice), std::end(kAdvice));
      known.insert(known.end(), {"STATE_TTL", "LOOKUP", "OPTIONS"});
      session_.report(fail(ErrorCode::UnknownHint, hint.span, "hint `{}` does not exist", hint.name.text)
                          .hint(names_hint(name, known)),
                      hint.span);
    }
    return false;
  }

 private:
  void bind_state_ttl(const ast::Hint& hint) {
    if (hint.args.empty()) {
      session_.report(
          fail(ErrorCode::BadHint, hint.span, "hint `STATE_TTL` is empty").hint("Write STATE_TTL('table' = '1 d')."),
          hint.span);
    }
    for (const ast::HintArgument& argument : hint.args) {
      Milliseconds time{};
      if (!argument.key) {
        session_.report(fail(ErrorCode::BadHint, argument.value.span, "hint `STATE_TTL` takes 'table' = 'duration'")
                            .hint("Write STATE_TTL('table' = '1 d')."),
                        argument.value.span);
      } else if (!parse_option(argument.value.value, time)) {
        session_.report(fail(ErrorCode::BadHint, argument.value.span, "`{}` is no duration", argument.value.value)
                            .hint("Write a duration such as `1 d`, `12 h` or `30 min`."),
                        argument.value.span);
      } else {
        require_table(*argument.key);
        ttl_ms = time.count();
      }
    }
  }

  void bind_lookup(const ast::Hint& hint) {
    auto is_table = [](const ast::HintArgument& argument) { return argument.key && argument.key->value == "table"; };
    auto table = std::ranges::find_if(hint.args, is_table);
    if (table != hint.args.end()) return require_table(table->value);
    session_.report(fail(ErrorCode::BadHint, hint.span, "hint `LOOKUP` needs 'table' = 'name'")
                        .hint("Name the table that is looked up, as it is called in FROM."),
                    hint.span);
  }

  void require_table(const ast::Text& name) {
    std::vector<std::string> known;
    for (const Relation& relation : scope_.relations) {
      known.push_back(relation.alias);
      if (!relation.path.empty()) known.push_back(relation.path.back());
    }
    if (scope_.is_open() || std::ranges::find(known, name.value) != known.end()) return;
    session_.report(fail(ErrorCode::BadHint, name.span, "hint names `{}`, and no such table is in FROM", name.value)
                        .hint(names_hint(name.value, known)),
                    name.span);
  }

  const Scope& scope_;
  BindSession& session_;
};

// The join that the hints are for is the topmost one.
std::optional<Plan> with_hints(const Plan& plan, const std::string& hints) {
  if (auto* join = plan.as<Join>()) {
    Join copy = *join;
    copy.hints = hints;
    return make(std::move(copy));
  }
  auto* filter = plan.as<Filter>();
  auto input = filter == nullptr ? std::nullopt : with_hints(filter->input, hints);
  if (!input) return {};
  return make(Filter{*std::move(input), filter->predicate});
}

}  // namespace

HintedPlan bind_hints(const std::vector<ast::Hint>& hints, Plan plan, const Scope& scope, BindSession& session) {
  HintBinder binder(scope, session);
  std::string text;
  for (const ast::Hint& hint : hints) {
    if (binder.bind(hint)) text += (text.empty() ? "" : ", ") + session.text(hint.span);
  }
  if (text.empty()) return {std::move(plan), {}};
  if (auto hinted = with_hints(plan, text)) return {*std::move(hinted), {}};
  return {std::move(plan), binder.ttl_ms};
}

}  // namespace sluice::planner
