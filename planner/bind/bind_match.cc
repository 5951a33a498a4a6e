// MATCH_RECOGNIZE: order, pattern, and what conditions and measures say about the rows of a variable.
#include <algorithm>

#include "planner/bind/query_binder.h"
#include "planner/bind/window_arguments.h"
#include "planner/plan/traits.h"

namespace sluice::planner {

namespace {

class MatchBinder {
 public:
  MatchBinder(const ast::MatchRecognize& match, From input, SourceSpan span, BindSession& session)
      : match_(match), input_(std::move(input)), session_(session), out_{.input = input_.plan, .span = span} {}

  // Nothing where something was reported.
  std::optional<Plan> bind() {
    bind_partition();
    bind_order();
    add_steps(*match_.pattern);
    check_pattern();
    steps_ = scope_.variables;
    for (const ast::PatternSubset& subset : match_.subsets) scope_.variables.insert(subset.name.text);
    bind_skip();
    bind_within();
    bind_defines();
    bind_measures();
    check_changes();
    if (!valid_) return {};
    return make(std::move(out_));
  }

 private:
  void report(ErrorCode code, SourceSpan span, std::string message, std::string hint = "") {
    session_.report(fail(code, span, "{}", message).hint(std::move(hint)), span);
    valid_ = false;
  }

  // Told here only beside other errors: of a plan that goes on, it is found when all of it is known.
  void check_changes() {
    if (valid_ || input_.scope.is_open() || changelog_of(input_.plan).is_insert_only()) return;
    report(ErrorCode::OperatorCannotTakeUpdates, out_.span, "MATCH_RECOGNIZE takes rows that never change");
  }

  void bind_partition() {
    ExprBinder binder(input_.scope, session_);
    for (const ast::ExprPtr& expr : match_.partition_by) {
      Expr key = binder.bind(*expr);
      auto* reference = key.as<ColumnRef>();
      if (reference != nullptr) {
        out_.keys.push_back(reference->index);
      } else if (key.type.is_invalid()) {
        valid_ = false;
      } else {
        report(ErrorCode::BadPattern, expr->span, "rows are partitioned by columns here",
               "Compute the value in a query of its own in FROM, and name its column.");
      }
    }
  }

  void bind_order() {
    constexpr const char* kHint = "Write ORDER BY with a column that has a WATERMARK, or with PROCTIME().";
    if (match_.order_by.empty()) {
      return report(ErrorCode::NotATimeAttribute, out_.span, "MATCH_RECOGNIZE needs an ORDER BY", kHint);
    }
    ExprBinder binder(input_.scope, session_);
    for (const ast::OrderItem& item : match_.order_by) {
      Expr key = binder.bind(*item.expr);
      auto* reference = key.as<ColumnRef>();
      bool is_first = &item == &match_.order_by.front();
      if (key.type.is_invalid()) {
        valid_ = false;
      } else if (is_first && (reference == nullptr || input_.plan->times[reference->index] == TimeRole::None)) {
        report(ErrorCode::NotATimeAttribute, item.span, "a pattern is looked for in the order of a time attribute",
               kHint);
      } else if (is_first && item.direction == ast::SortDirection::Descending) {
        session_.report(
            fail(ErrorCode::NotATimeAttribute, item.span, "a pattern is looked for in ascending order of the time")
                .hint("Leave DESC out: rows are matched as they happen.")
                .change({item.expr->span.end, item.span.end}, ""),
            item.span);
        valid_ = false;
      } else if (reference == nullptr) {
        report(ErrorCode::BadPattern, item.span, "rows are ordered by columns here",
               "Compute the value in a query of its own in FROM, and name its column.");
      } else {
        out_.order.push_back(sort_key(reference->index, item));
      }
    }
  }

  // ---- The pattern

  void add_steps(const ast::Pattern& pattern) {
    std::visit([&](const auto& kind) { add_step(kind, pattern.span); }, pattern.kind);
  }
  void add_step(const ast::PatternVariable& variable, SourceSpan) { add_variable(variable.name, {}); }
  void add_step(const ast::PatternSequence& sequence, SourceSpan) {
    for (const ast::PatternPtr& part : sequence.parts) add_steps(*part);
  }
  void add_step(const ast::PatternRepetition& repetition, SourceSpan span) {
    auto* variable = std::get_if<ast::PatternVariable>(&repetition.part->kind);
    if (variable == nullptr) {
      note_variables(*repetition.part);
      return refuse(span, "a repeated group");
    }
    Match::Step step{"", repetition.min, repetition.max, repetition.reluctant};
    if (step.max && *step.max < step.min) {
      return report(ErrorCode::BadPattern, span,
                    fmt::format("a repetition of at least {} and at most {} times", step.min, *step.max),
                    "The smaller number stands first: {low, high}.");
    }
    if (step.min == 0 && step.max == 1 && step.reluctant) return refuse(span, "`??`");
    add_variable(variable->name, step);
  }
  void add_step(const ast::PatternAlternatives& alternatives, SourceSpan span) {
    for (const ast::PatternPtr& part : alternatives.parts) note_variables(*part);
    refuse(span, "an alternative");
  }
  void add_step(const ast::PatternPermutation& permutation, SourceSpan span) {
    for (const ast::PatternPtr& part : permutation.parts) note_variables(*part);
    refuse(span, "PERMUTE");
  }
  void add_step(const ast::PatternExclusion& exclusion, SourceSpan span) {
    note_variables(*exclusion.part);
    refuse(span, "an exclusion");
  }

  // Of a part that was refused: what names them is no further mistake.
  void note_variables(const ast::Pattern& pattern) {
    if (auto* variable = std::get_if<ast::PatternVariable>(&pattern.kind)) scope_.variables.insert(variable->name.text);
    auto note_all = [&](const auto* group) {
      if (group == nullptr) return;
      for (const ast::PatternPtr& part : group->parts) note_variables(*part);
    };
    note_all(std::get_if<ast::PatternSequence>(&pattern.kind));
    note_all(std::get_if<ast::PatternAlternatives>(&pattern.kind));
    note_all(std::get_if<ast::PatternPermutation>(&pattern.kind));
    if (auto* exclusion = std::get_if<ast::PatternExclusion>(&pattern.kind)) note_variables(*exclusion->part);
    if (auto* repetition = std::get_if<ast::PatternRepetition>(&pattern.kind)) note_variables(*repetition->part);
  }

  void refuse(SourceSpan span, const char* what) {
    report(ErrorCode::BadPattern, span, fmt::format("{} cannot stand in the pattern of a stream", what),
           "A pattern is a sequence of variables, each with a quantifier or without.");
  }

  void add_variable(const ast::Identifier& name, Match::Step step) {
    if (!scope_.variables.insert(name.text).second) {
      return report(ErrorCode::BadPattern, name.span,
                    fmt::format("variable `{}` stands twice in the pattern", name.text),
                    "Give the second one a name of its own.");
    }
    step.variable = name.text;
    out_.pattern.push_back(std::move(step));
  }

  void check_pattern() {
    if (match_.rows_per_match == ast::RowsPerMatch::All) {
      constexpr std::string_view kWritten = "ALL ROWS PER MATCH";
      auto [begin, is_found] = place_of(kWritten);
      SourceSpan span = is_found ? SourceSpan{begin, begin + static_cast<uint32_t>(kWritten.size())} : out_.span;
      Failure failure = fail(ErrorCode::BadPattern, span, "a pattern over a stream has ONE ROW PER MATCH")
                            .hint("Write ONE ROW PER MATCH; MEASURES says what the row holds.");
      if (is_found) failure = std::move(failure).change(span, "ONE ROW PER MATCH");
      session_.report(std::move(failure), span);
      valid_ = false;
    }
    if (out_.pattern.empty() || !valid_) return;
    if (std::ranges::all_of(out_.pattern, [](const Match::Step& step) { return step.min == 0; })) {
      return report(ErrorCode::BadPattern, match_.pattern->span, "the pattern matches no rows at all",
                    "At least one variable must stand in every match.");
    }
    const Match::Step& last = out_.pattern.back();
    bool is_greedy = !last.reluctant && last.max != last.min && last.max != 1;
    if (is_greedy) {
      report(ErrorCode::BadPattern, match_.pattern->span, "the pattern ends in a greedy quantifier",
             "It would wait for ever: end in a variable without a quantifier, or in a reluctant one such as `+?`.");
    }
  }

  // Where words of the clause begin that the tree keeps no place of; they may stand in a view's text, or be spaced out.
  std::pair<uint32_t, bool> place_of(std::string_view words) const {
    if (session_.place) return {0, false};
    size_t at = session_.text(out_.span).find(words);
    return {out_.span.begin + static_cast<uint32_t>(at), at != std::string::npos};
  }

  void bind_skip() {
    using enum ast::AfterMatch;
    out_.skip = match_.after == NextRow   ? Match::Skip::NextRow
                : match_.after == ToFirst ? Match::Skip::ToFirst
                : match_.after == ToLast  ? Match::Skip::ToLast
                                          : Match::Skip::PastLastRow;
    if (!match_.after_variable) return;
    out_.skip_to = match_.after_variable->text;
    check_variable(*match_.after_variable);
  }

  void check_variable(const ast::Identifier& name) {
    if (steps_.contains(name.text) || !valid_) return;
    report(ErrorCode::UnknownPatternVariable, name.span, fmt::format("`{}` is no variable of the pattern", name.text),
           names_hint(name.text, {steps_.begin(), steps_.end()}));
  }

  void bind_within() {
    if (!match_.within) return;
    Scope nothing;
    Expr bound = ExprBinder(nothing, session_).bind(*match_.within);
    auto* value = bound.as<Literal>();
    if (value != nullptr && bound.type.is(TypeRoot::IntervalDayTime)) {
      out_.within_ms = value->value.get<int64_t>();
    } else if (bound.type.is_invalid()) {
      valid_ = false;
    } else {
      report(ErrorCode::BadPattern, match_.within->span, "WITHIN takes an INTERVAL of days to seconds",
             "Months differ in length: count days, such as INTERVAL '30' DAY.");
    }
  }

  // ---- Expressions

  ExprBinder binder(bool is_define) {
    scope_.is_define = is_define;
    ExprBinder binder(input_.scope, session_);
    binder.match = &scope_;
    binder.clause = is_define ? "DEFINE" : "MEASURES";
    return binder;
  }

  void bind_defines() {
    for (const ast::Definition& define : match_.defines) scope_.variables.insert(define.name.text);
    ExprBinder conditions = binder(true);
    for (const ast::Definition& define : match_.defines) {
      if (std::ranges::find(out_.defined, define.name.text) != out_.defined.end()) {
        report(ErrorCode::BadPattern, define.name.span, fmt::format("`{}` is defined twice", define.name.text),
               "Join both conditions by AND.");
      }
      Expr condition = conditions.bind_condition(*define.expr, "DEFINE");
      valid_ &= !condition.type.is_invalid();
      out_.defined.push_back(define.name.text);
      out_.defines.push_back(std::move(condition));
    }
  }

  void bind_measures() {
    ExprBinder measures = binder(false);
    for (const ast::Definition& measure : match_.measures) {
      if (std::ranges::find(out_.names, measure.name.text) != out_.names.end()) {
        report(ErrorCode::DuplicateName, measure.name.span,
               fmt::format("two measures are called `{}`", measure.name.text), "Give one of them another name.");
      }
      Expr value = measures.bind_value(*measure.expr);
      valid_ &= !value.type.is_invalid();
      out_.names.push_back(measure.name.text);
      out_.measures.push_back(std::move(value));
    }
  }

  const ast::MatchRecognize& match_;
  From input_;
  BindSession& session_;
  Match out_;
  MatchScope scope_;  // With the names of SUBSET.
  std::set<std::string> steps_;
  bool valid_ = true;
};

}  // namespace

From QueryBinder::bind_relation(const ast::MatchRecognize& match, const ast::TableRef& reference) {
  From input = bind_from(*match.input);
  SourceSpan span = session_.place.value_or(reference.span);
  bool open = input.scope.is_open();
  auto plan = MatchBinder(match, std::move(input), span, session_).bind();
  if (!plan || open) return single(broken_query(), "", {}, reference.span);
  return single({std::move(*plan), false}, "", {}, reference.span);
}

}  // namespace sluice::planner
