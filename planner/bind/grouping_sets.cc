#include "planner/bind/grouping_sets.h"

#include <algorithm>

namespace sluice::planner {

namespace {

constexpr size_t kKeysMax = 62;
constexpr size_t kSetsMax = 4096;
constexpr size_t kCubePartsMax = 12;

using Set = std::vector<const ast::Expr*>;

// (a, b) is a and b.
Set parts_of(const ast::ExprPtr& expr) {
  auto* row = std::get_if<ast::Call>(&expr->kind);
  if (row == nullptr || row->form != ast::CallForm::Row) return {expr.get()};
  Set out;
  for (const ast::ExprPtr& part : row->args) out.push_back(part.get());
  return out;
}

void append(Set& to, const Set& from) { to.insert(to.end(), from.begin(), from.end()); }

std::vector<Set> sets_of(const ast::Rollup& rollup) {
  std::vector<Set> out;
  for (size_t count = rollup.parts.size() + 1; count-- > 0;) {
    Set set;
    for (size_t i = 0; i < count; ++i) append(set, parts_of(rollup.parts[i]));
    out.push_back(std::move(set));
  }
  return out;
}

std::vector<Set> sets_of(const ast::Cube& cube) {
  std::vector<Set> out;
  uint64_t count = uint64_t{1} << cube.parts.size();
  for (uint64_t missing = 0; missing < count; ++missing) {
    Set set;
    for (size_t i = 0; i < cube.parts.size(); ++i) {
      bool is_missing = (missing >> (cube.parts.size() - 1 - i) & 1) != 0;
      if (!is_missing) append(set, parts_of(cube.parts[i]));
    }
    out.push_back(std::move(set));
  }
  return out;
}

std::vector<Set> sets_of(const ast::GroupingElement& element) {
  if (auto* expr = std::get_if<ast::ExprPtr>(&element.kind)) return {parts_of(*expr)};
  if (auto* rollup = std::get_if<ast::Rollup>(&element.kind)) return sets_of(*rollup);
  if (auto* cube = std::get_if<ast::Cube>(&element.kind)) return sets_of(*cube);
  auto* sets = std::get_if<ast::GroupingSets>(&element.kind);
  if (sets == nullptr) return {{}};
  std::vector<Set> out;
  for (const ast::GroupingElement& inner : sets->elements) {
    for (Set& set : sets_of(inner)) out.push_back(std::move(set));
  }
  return out;
}

// How many sets the element has; kSetsMax + 1 for all that is more.
size_t count_of(const ast::GroupingElement& element) {
  if (auto* rollup = std::get_if<ast::Rollup>(&element.kind)) return std::min(rollup->parts.size() + 1, kSetsMax + 1);
  if (auto* cube = std::get_if<ast::Cube>(&element.kind)) {
    return cube->parts.size() > kCubePartsMax ? kSetsMax + 1 : size_t{1} << cube->parts.size();
  }
  auto* sets = std::get_if<ast::GroupingSets>(&element.kind);
  if (sets == nullptr) return 1;
  size_t count = 0;
  for (const ast::GroupingElement& inner : sets->elements) count = std::min(count + count_of(inner), kSetsMax + 1);
  return count;
}

Expr number(uint64_t value) { return literal({static_cast<int64_t>(value)}, Type::bigint().not_null()); }

}  // namespace

std::optional<std::vector<Set>> grouping_sets(const std::vector<ast::GroupingElement>& elements) {
  size_t count = 1;
  for (const ast::GroupingElement& element : elements) {
    count *= count_of(element);
    if (count > kSetsMax) return {};
  }
  std::vector<Set> out = {{}};
  for (const ast::GroupingElement& element : elements) {
    std::vector<Set> longer;
    for (const Set& set : out) {
      for (const Set& more : sets_of(element)) {
        longer.push_back(set);
        append(longer.back(), more);
      }
    }
    out = std::move(longer);
  }
  return out;
}

bool add_sets(const std::vector<std::vector<size_t>>& sets, bool distinct, SourceSpan span, Grouping& grouping,
              BindSession& session) {
  if (grouping.keys.size() > kKeysMax) {
    session.error(ErrorCode::StatementTooLarge, span, "GROUPING SETS of more than {} expressions", kKeysMax);
    return false;
  }
  for (const std::vector<size_t>& set : sets) {
    uint64_t missing = (uint64_t{1} << grouping.keys.size()) - 1;
    for (size_t key : set) missing &= ~grouping.bit_of(key);
    if (std::ranges::find(grouping.sets, missing) != grouping.sets.end()) {
      if (distinct) continue;
      session.report(fail(ErrorCode::BadGroupingSets, span, "a grouping set stands twice, which is not supported yet")
                         .hint("Write GROUP BY DISTINCT, or leave one of the equal sets out; where its rows are wanted "
                               "twice, UNION ALL a second query."),
                     span);
      return false;
    }
    grouping.sets.push_back(missing);
  }
  return true;
}

bool Grouping::may_miss(size_t key) const {
  return std::ranges::any_of(sets, [&](uint64_t set) { return (set & bit_of(key)) != 0; });
}

Plan expand_sets(const Plan& input, const Grouping& grouping, SourceSpan span) {
  Project below{input, {}, {}};
  for (uint32_t i = 0; i < input->schema.size(); ++i) {
    below.exprs.push_back(column(i, input->schema[i].type));
    below.names.push_back(input->schema[i].name);
  }
  Expand expand{.input = input, .sets = grouping.sets, .span = span};
  for (size_t i = 0; i < grouping.keys.size(); ++i) {
    expand.keys.push_back(static_cast<uint32_t>(below.exprs.size()));
    below.exprs.push_back(grouping.keys[i]);
    below.names.push_back(grouping.names[i]);
  }
  expand.input = make(std::move(below));
  return make(std::move(expand));
}

Expr grouping_value(const Grouping& grouping, const std::vector<size_t>& keys, uint32_t set_column, SourceSpan span,
                    BindSession& session) {
  if (!grouping.has_sets()) return number(0);
  auto value = [&](uint64_t set) {
    uint64_t out = 0;
    for (size_t key : keys) out = out << 1 | ((set & grouping.bit_of(key)) != 0 ? 1U : 0U);
    return number(out);
  };
  Expr choice{Special{Form::Case}, Type::bigint().not_null(), {}, span};
  Expr set = column(set_column, Type::bigint().not_null());
  for (size_t i = 0; i + 1 < grouping.sets.size(); ++i) {
    choice.args.push_back(call_or_report("=", {set, number(grouping.sets[i])}, span, session));
    choice.args.push_back(value(grouping.sets[i]));
  }
  choice.args.push_back(value(grouping.sets.back()));
  return choice.args.size() == 1 ? choice.args[0] : choice;
}

}  // namespace sluice::planner
