#include "planner/bind/query_binder.h"

#include <algorithm>

#include <fmt/ranges.h>

namespace sluice::planner {

namespace {

std::vector<std::string> names_of(const RowSchema& columns) {
  std::vector<std::string> out;
  for (const RowField& column : columns) out.push_back(column.name);
  return out;
}

std::vector<std::string> all_columns(const Scope& scope) {
  std::vector<std::string> out;
  for (const Relation& relation : scope.relations) {
    for (const RowField& column : relation.columns) out.push_back(column.name);
  }
  return out;
}

bool is_hidden(const Scope& scope, uint32_t column) {
  return std::ranges::any_of(scope.merged,
                             [&](const MergedColumn& merged) { return std::ranges::count(merged.hides, column) > 0; });
}

const MergedColumn* find_merged(const Scope& scope, const std::string& name) {
  auto found = std::ranges::find(scope.merged, name, &MergedColumn::name);
  return found == scope.merged.end() ? nullptr : &*found;
}

std::optional<uint32_t> find_column(const Relation& relation, const std::string& name, bool& ambiguous) {
  std::optional<uint32_t> found;
  for (uint32_t i = 0; i < relation.columns.size(); ++i) {
    if (relation.columns[i].name != name) continue;
    ambiguous |= found.has_value();
    if (!found) found = i;
  }
  return found;
}

Expr column_expr(const Relation& relation, uint32_t index, SourceSpan span) {
  Expr expr = column(relation.offset + index, relation.columns[index].type);
  expr.span = span;
  return expr;
}

// Whether the first `count` parts of the name are this relation: its alias, or the end of its path.
bool is_named(const Relation& relation, const ast::Name& name, size_t count) {
  if (count == 1) return !relation.alias.empty() && relation.alias == name.parts[0].text;
  if (count > relation.path.size()) return false;
  size_t skipped = relation.path.size() - count;
  for (size_t i = 0; i < count; ++i) {
    if (relation.path[skipped + i] != name.parts[i].text) return false;
  }
  return true;
}

const Relation* find_relation(const Scope& scope, const ast::Name& name, size_t count) {
  for (const Relation& relation : scope.relations) {
    if (is_named(relation, name, count)) return &relation;
  }
  return nullptr;
}

// The column `part` among all relations; `found` is null when there is none, and `ambiguous` tells of several.
const Relation* find_in_all(const Scope& scope, const std::string& part, uint32_t& index, bool& ambiguous) {
  const Relation* owner = nullptr;
  for (const Relation& relation : scope.relations) {
    auto found = find_column(relation, part, ambiguous);
    if (!found || is_hidden(scope, relation.offset + *found)) continue;
    ambiguous |= owner != nullptr;
    if (owner == nullptr) {
      owner = &relation;
      index = *found;
    }
  }
  return owner;
}

Expr with_fields(Expr expr, const ast::Name& name, size_t first, BindSession& session) {
  for (size_t i = first; i < name.parts.size(); ++i) {
    if (expr.type.is_invalid()) break;
    expr = bind_field(std::move(expr), name.parts[i], session);
  }
  expr.span = name.span;
  return expr;
}

Expr report_unknown(const ast::Identifier& part, const std::string& where, const std::vector<std::string>& known,
                    BindSession& session, ErrorCode code = ErrorCode::UnknownColumn) {
  const char* what = code == ErrorCode::UnknownField ? "field" : "column";
  session.report(fail(code, part.span, "{} `{}` {}", what, part.text, where).hint(names_hint(part.text, known)),
                 part.span);
  return invalid_expr(part.span);
}

Expr report_ambiguous(const ast::Identifier& part, const Scope& scope, BindSession& session) {
  std::vector<const Relation*> owners;
  for (const Relation& relation : scope.relations) {
    bool twice = false;
    auto found = find_column(relation, part.text, twice);
    if (found && !is_hidden(scope, relation.offset + *found)) owners.push_back(&relation);
  }
  Failure failure = fail(ErrorCode::AmbiguousColumn, part.span, "column `{}` is ambiguous", part.text);
  std::string names;
  for (const Relation* owner : owners) {
    if (owner->alias.empty()) continue;
    names += fmt::format("{}`{}.{}`", names.empty() ? "" : " or ", owner->alias, part.text);
  }
  bool is_of_one = owners.size() < 2;
  failure = std::move(failure).hint(is_of_one       ? "Give one of the columns another name with AS."
                                    : names.empty() ? "Give the tables aliases, and write one in front of it."
                                                    : fmt::format("Write {}.", names));
  for (const Relation* owner : owners) {
    if (is_of_one || owner->span.end == 0) continue;
    failure = std::move(failure).note(owner->span, fmt::format("a column `{}` is here", part.text));
  }
  session.report(std::move(failure), part.span);
  return invalid_expr(part.span);
}

Expr report_unknown_relation(const ast::Identifier& part, const Scope& scope, BindSession& session) {
  std::vector<std::string> known = all_columns(scope);
  for (const Relation& relation : scope.relations) {
    known.push_back(relation.alias);
    if (relation.hidden_name != part.text) continue;
    session.report(fail(ErrorCode::UnknownColumn, part.span, "table `{}` has another name in this query", part.text)
                       .hint(fmt::format("It is called `{}` here.", relation.alias))
                       .note(relation.span, "the name is given here")
                       .change(part.span, relation.alias),
                   part.span);
    return invalid_expr(part.span);
  }
  auto behind = std::ranges::find(session.tables_behind, part.text, &ast::Identifier::text);
  if (behind != session.tables_behind.end()) {
    session.report(
        fail(ErrorCode::UnknownColumn, part.span, "table `{}` comes later in FROM, and cannot be named here", part.text)
            .hint("Write its JOIN first, or move the condition behind it.")
            .note(behind->span, "it is joined here"),
        part.span);
    return invalid_expr(part.span);
  }
  std::string hint = did_you_mean(part.text, known);
  std::vector<std::string> tables;
  for (const Relation& relation : scope.relations) {
    if (!relation.alias.empty()) tables.push_back(relation.alias);
  }
  if (hint.empty() && !tables.empty()) hint = fmt::format("Tables in scope are: {}.", fmt::join(tables, ", "));
  session.report(fail(ErrorCode::UnknownColumn, part.span, "neither a table nor a column `{}` is in scope", part.text)
                     .hint(std::move(hint)),
                 part.span);
  return invalid_expr(part.span);
}

std::vector<StarColumn> columns_of(const Relation& relation, SourceSpan span) {
  std::vector<StarColumn> out;
  for (uint32_t i = 0; i < relation.columns.size(); ++i) {
    out.push_back({relation.columns[i].name, column_expr(relation, i, span)});
  }
  return out;
}

std::vector<StarColumn> fields_of(const Expr& row, SourceSpan span, BindSession& session) {
  std::vector<StarColumn> out;
  if (row.type.is_invalid()) return out;
  if (!row.type.is(TypeRoot::Row)) {
    session.report(fail(ErrorCode::NotARow, row.span, "`{}` is {} and no row with fields", session.text(row.span),
                        row.type.to_string())
                       .hint("All fields of a ROW column are `column.*`, all columns of a table `table.*`."),
                   row.span);
    return out;
  }
  for (const RowField& field : row.type.fields()) {
    out.push_back({field.name, bind_field(row, {field.name, span}, session)});
  }
  return out;
}

// Whether the name means something in the scope or around it.
bool is_known(const Scope& scope, const ast::Name& name) {
  for (size_t count = name.parts.size() - 1; count > 0; --count) {
    if (find_relation(scope, name, count) != nullptr) return true;
  }
  if (has_column(scope, name.parts[0].text) || scope.is_open()) return true;
  return scope.outer != nullptr && is_known(*scope.outer, name);
}

// A name of the scope around: its columns become calls of kOuter.
Expr resolve_outer(const ast::Name& name, const Scope& outer, BindSession& session) {
  Expr found = resolve_name(name, outer, session);
  return map_columns(found, [&](uint32_t, const Expr& reference) {
    auto known = std::ranges::find(outer.read_by_inner, reference);
    auto place = static_cast<uint32_t>(known - outer.read_by_inner.begin());
    if (known == outer.read_by_inner.end()) outer.read_by_inner.push_back(reference);
    Expr number = literal({static_cast<int64_t>(outer.number)}, Type::bigint().not_null());
    return Expr{Call{kOuter, place, nullptr}, reference.type, {std::move(number)}, reference.span};
  });
}

}  // namespace

bool Scope::is_open() const {
  return std::ranges::any_of(relations, [](const Relation& relation) { return relation.open; });
}

uint32_t Scope::width() const {
  if (relations.empty()) return 0;
  return relations.back().offset + static_cast<uint32_t>(relations.back().columns.size());
}

TimeRole Scope::time_of(uint32_t column) const {
  for (const Relation& relation : relations) {
    if (column >= relation.offset && column - relation.offset < relation.times.size()) {
      return relation.times[column - relation.offset];
    }
  }
  return TimeRole::None;
}

bool has_column(const Scope& scope, const std::string& name) {
  uint32_t index = 0;
  bool ambiguous = false;
  return find_merged(scope, name) != nullptr || find_in_all(scope, name, index, ambiguous) != nullptr;
}

std::vector<StarColumn> star_of(const Scope& scope) {
  std::vector<StarColumn> out;
  for (const MergedColumn& merged : scope.merged) out.push_back({merged.name, merged.expr});
  for (const Relation& relation : scope.relations) {
    for (StarColumn& column : columns_of(relation, {})) {
      if (!is_hidden(scope, column.expr.as<ColumnRef>()->index)) out.push_back(std::move(column));
    }
  }
  return out;
}

Expr invalid_expr(SourceSpan span) { return Expr{Literal{Value::null()}, Type::invalid(), {}, span}; }

Expr bind_field(Expr row, const ast::Identifier& field, BindSession& session) {
  if (row.type.is_invalid()) return row;
  if (!row.type.is(TypeRoot::Row)) {
    SourceSpan span{row.span.begin, field.span.end};
    session.report(fail(ErrorCode::NotARow, span, "`{}` is {} and has no field `{}`", session.text(row.span),
                        row.type.to_string(), field.text)
                       .hint("Only values of type ROW have fields."),
                   span);
    return invalid_expr(span);
  }
  const auto& fields = row.type.fields();
  auto found = std::ranges::find(fields, field.text, &RowField::name);
  if (found == fields.end()) {
    return report_unknown(field, fmt::format("is not in `{}`", session.text(row.span)), names_of(fields), session,
                          ErrorCode::UnknownField);
  }
  Type type = found->type.with_nullability(found->type.nullable() || row.type.nullable());
  auto index = static_cast<uint32_t>(found - fields.begin());
  SourceSpan span{row.span.begin, field.span.end};
  std::vector<Expr> args;
  args.push_back(std::move(row));
  return Expr{FieldRef{index}, std::move(type), std::move(args), span};
}

Expr resolve_name(const ast::Name& name, const Scope& scope, BindSession& session) {
  for (size_t count = name.parts.size() - 1; count > 0; --count) {
    const Relation* relation = find_relation(scope, name, count);
    if (relation == nullptr) continue;
    const ast::Identifier& part = name.parts[count];
    bool ambiguous = false;
    auto found = find_column(*relation, part.text, ambiguous);
    if (found && !ambiguous) {
      SourceSpan span{name.span.begin, part.span.end};
      return with_fields(column_expr(*relation, *found, span), name, count + 1, session);
    }
    if (ambiguous) {
      session.report(
          fail(ErrorCode::AmbiguousColumn, part.span, "table `{}` has several columns `{}`", relation->alias, part.text)
              .hint("Give one of them another name with AS where the table is made."),
          part.span);
      return invalid_expr(name.span);
    }
    // `person.id` where a table and a ROW column have one name: the column's field, if the table has no such column.
    if (has_column(scope, name.parts[0].text)) break;
    if (relation->open) return invalid_expr(name.span);
    return report_unknown(part, fmt::format("is not in table `{}`", relation->alias), names_of(relation->columns),
                          session);
  }
  const ast::Identifier& first = name.parts[0];
  if (const MergedColumn* merged = find_merged(scope, first.text)) {
    Expr expr = merged->expr;
    expr.span = first.span;
    return with_fields(std::move(expr), name, 1, session);
  }
  uint32_t index = 0;
  bool ambiguous = false;
  const Relation* owner = find_in_all(scope, first.text, index, ambiguous);
  if (ambiguous) return report_ambiguous(first, scope, session);
  if (owner != nullptr) return with_fields(column_expr(*owner, index, first.span), name, 1, session);
  if (scope.outer != nullptr && is_known(*scope.outer, name)) return resolve_outer(name, *scope.outer, session);
  if (scope.is_open()) return invalid_expr(name.span);
  if (name.parts.size() > 1) return report_unknown_relation(first, scope, session);
  if (std::ranges::find(scope.computed, first.text) != scope.computed.end()) {
    session.report(fail(ErrorCode::BadComputedColumn, first.span,
                        "column `{}` is computed itself, and cannot be read here", first.text)
                       .hint("Write its expression again: a computed column reads stored ones only."),
                   first.span);
    return invalid_expr(first.span);
  }
  if (std::ranges::find(scope.aliases_behind, first.text) != scope.aliases_behind.end()) {
    session.report(
        fail(ErrorCode::UnknownColumn, first.span, "column `{}` is not in scope", first.text)
            .hint("It is a name of the select list, which comes later: repeat its expression here, or put the "
                  "query into FROM."),
        first.span);
    return invalid_expr(first.span);
  }
  return report_unknown(first, "is not in scope", all_columns(scope), session);
}

std::vector<StarColumn> expand_star(const std::optional<ast::Name>& qualifier, SourceSpan span, const Scope& scope,
                                    BindSession& session) {
  if (!qualifier) {
    std::vector<StarColumn> out = star_of(scope);
    for (StarColumn& column : out) column.expr.span = span;
    return out;
  }
  if (const Relation* relation = find_relation(scope, *qualifier, qualifier->parts.size())) {
    return columns_of(*relation, span);
  }
  return fields_of(resolve_name(*qualifier, scope, session), span, session);
}

}  // namespace sluice::planner
