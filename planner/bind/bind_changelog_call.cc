// TO_CHANGELOG and FROM_CHANGELOG as tables of FROM.
#include <algorithm>
#include <array>

#include "planner/bind/query_binder.h"

namespace sluice::planner {

namespace {

constexpr std::array<std::pair<std::string_view, RowKind>, 4> kKinds = {{{"INSERT", RowKind::Insert},
                                                                         {"UPDATE_BEFORE", RowKind::UpdateBefore},
                                                                         {"UPDATE_AFTER", RowKind::UpdateAfter},
                                                                         {"DELETE", RowKind::Delete}}};

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

class ChangelogCallBinder {
 public:
  ChangelogCallBinder(const ast::Call& call, BindSession& session)
      : call_(call), session_(session), is_to_(call.lookup == "TO_CHANGELOG") {}

  // Notes which argument is which; false after a report.
  bool read_arguments() {
    std::vector<std::string> names = {"INPUT", "OP", "OP_MAPPING", is_to_ ? "PRODUCES_FULL_DELETES" : "ERROR_HANDLING"};
    arguments_.resize(names.size());
    for (size_t i = 0; i < call_.args.size(); ++i) {
      const ast::Expr* value = call_.args[i].get();
      size_t slot = i;
      if (auto* named = std::get_if<ast::NamedArgument>(&value->kind)) {
        auto found = std::ranges::find(names, upper(named->name.text));
        if (found == names.end()) {
          session_.report(fail(ErrorCode::BadNamedArgument, named->name.span, "{} has no argument `{}`", call_.lookup,
                               named->name.text)
                              .hint(did_you_mean(upper(named->name.text), names)),
                          named->name.span);
          return false;
        }
        slot = static_cast<size_t>(found - names.begin());
        value = named->value.get();
      }
      if (slot >= names.size()) {
        session_.error(ErrorCode::WrongArgumentCount, value->span, "{} takes at most {} arguments", call_.lookup,
                       names.size());
        return false;
      }
      arguments_[slot] = value;
    }
    auto* table = arguments_[0] == nullptr ? nullptr : std::get_if<ast::TableArgument>(&arguments_[0]->kind);
    if (table != nullptr) return true;
    session_.report(fail(ErrorCode::BadTableFunction, call_.function.span, "{} needs a table", call_.lookup)
                        .hint(fmt::format("Write {}(input => TABLE t).", call_.lookup)),
                    call_.function.span);
    return false;
  }

  const ast::TableArgument& table() const { return std::get<ast::TableArgument>(arguments_[0]->kind); }

  // The node over the table; nothing after a report.
  std::optional<Plan> plan(const Plan& input, const std::vector<uint32_t>& keys, SourceSpan span) {
    ChangelogCall node{.input = input, .columns = keys, .keys = static_cast<uint32_t>(keys.size()), .span = span};
    std::string op = op_name();
    if (is_to_) {
      node.added = op;
    } else {
      auto found = std::ranges::find(input->schema, op, &RowField::name);
      if (found == input->schema.end()) {
        session_.report(fail(ErrorCode::UnknownColumn, span, "FROM_CHANGELOG needs a column `{}` with the kinds", op)
                            .hint("Name another one by op => DESCRIPTOR(column)."),
                        span);
        return {};
      }
      node.read = static_cast<uint32_t>(found - input->schema.begin());
    }
    for (uint32_t i = 0; i < input->schema.size(); ++i) {
      bool stands = std::ranges::count(keys, i) > 0 || node.read == i;
      if (!stands) node.columns.push_back(i);
    }
    if (!read_mapping(node.mode)) return {};
    return make(std::move(node));
  }

 private:
  std::string op_name() const {
    const ast::Expr* op = arguments_[1];
    auto* descriptor = op == nullptr ? nullptr : std::get_if<ast::Call>(&op->kind);
    if (descriptor == nullptr || descriptor->args.empty()) return "op";
    auto* column = std::get_if<ast::ColumnRef>(&descriptor->args[0]->kind);
    return column == nullptr ? "op" : column->name.parts.back().text;
  }

  // MAP['INSERT, UPDATE_AFTER', 'c', ..]; the kinds stand first, or second on the way back.
  bool read_mapping(ChangelogMode& mode) {
    if (arguments_[2] == nullptr) return mode = ChangelogMode::all(), true;
    auto* map = std::get_if<ast::Call>(&arguments_[2]->kind);
    if (map == nullptr || map->lookup != "MAP") {
      session_.error(ErrorCode::BadTableFunction, arguments_[2]->span, "op_mapping is MAP['INSERT', 'c', ..]");
      return false;
    }
    for (size_t i = is_to_ ? 0 : 1; i < map->args.size(); i += 2) {
      auto* text = std::get_if<ast::StringLiteral>(&map->args[i]->kind);
      if (text == nullptr || !add_kinds(text->value, mode)) {
        session_.report(fail(ErrorCode::BadTableFunction, map->args[i]->span, "this is no kind of change")
                            .hint("Kinds are INSERT, UPDATE_BEFORE, UPDATE_AFTER and DELETE."),
                        map->args[i]->span);
        return false;
      }
    }
    return true;
  }

  static bool add_kinds(std::string_view text, ChangelogMode& mode) {
    while (!text.empty()) {
      size_t comma = std::min(text.find(','), text.size());
      std::string_view word = text.substr(0, comma);
      while (word.starts_with(' ')) word.remove_prefix(1);
      while (word.ends_with(' ')) word.remove_suffix(1);
      auto found = std::ranges::find(kKinds, word, [](const auto& kind) { return kind.first; });
      if (found == kKinds.end()) return false;
      mode = mode | ChangelogMode{found->second};
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return true;
  }

  const ast::Call& call_;
  BindSession& session_;
  bool is_to_;
  std::vector<const ast::Expr*> arguments_;
};

}  // namespace

From QueryBinder::bind_changelog_call(const ast::Call& call, const ast::TableRef& reference) {
  SourceSpan span = session_.place.value_or(reference.span);
  From broken = single(broken_query(), "", {}, span);
  ChangelogCallBinder binder(call, session_);
  if (!binder.read_arguments()) return broken;
  const ast::TableArgument& table = binder.table();
  std::vector<std::string> path;
  BoundQuery data = table.table ? bind_named(*table.table, {}, table.table->span, path) : bind(*table.query);
  if (data.open) return broken;
  From input = single(data, table.table ? table.table->parts.back().text : "", path, span);
  std::vector<uint32_t> keys;
  for (const ast::ExprPtr& expr : table.partition_by) {
    Expr key = ExprBinder(input.scope, session_).bind(*expr);
    if (key.type.is_invalid()) return broken;
    auto* column = key.as<ColumnRef>();
    if (column == nullptr) {
      session_.error(ErrorCode::BadTableFunction, expr->span, "{} is partitioned by columns", call.lookup);
      return broken;
    }
    keys.push_back(column->index);
  }
  auto plan = binder.plan(data.plan, keys, span);
  if (!plan) return broken;
  return single({std::move(*plan), false}, "", {}, span);
}

}  // namespace sluice::planner
