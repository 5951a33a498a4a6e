// INSERT, statement sets, UPDATE, DELETE, TRUNCATE, CALL.
#include "grammar/build/build.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;

// (a, b) lists columns; (z BOOLEAN) adds columns that the table does not declare.
void add_columns(ast::Insert& out, P::InsertColumnsContext* context, Build& build) {
  for (auto* column : context->insertColumn()) {
    ast::Name name = build_name(column->name(), build);
    if (column->type()) {
      ast::Column extended{.name = std::move(name),
                           .kind = ast::PhysicalColumn{.type = build_type(column->type(), build)},
                           .span = span_of(column)};
      out.extended_columns.push_back(std::move(extended));
    } else {
      out.columns.push_back(std::move(name));
    }
  }
}

}  // namespace

ast::Insert build_insert(P::InsertContext* context, Build& build) {
  ast::Insert out{.overwrite = context->K_OVERWRITE() != nullptr,
                  .upsert = context->K_UPSERT() != nullptr,
                  .table = build_name(context->name(), build),
                  .hints = build_hints(context->hints(), build),
                  .span = span_of(context)};
  if (out.upsert && out.overwrite) build.not_expected(span_of(context->K_OVERWRITE()), "Only INSERT overwrites.");
  for (auto* columns : context->insertColumns()) {
    if (!out.columns.empty()) build.not_expected(span_of(columns));
    add_columns(out, columns, build);
    auto* partition = context->partitionSpec(0);
    bool is_late = !out.columns.empty() && partition && span_of(columns).begin < span_of(partition).begin;
    if (is_late) build.not_expected(span_of(partition->getStart()), "PARTITION stands in front of the columns.");
  }
  for (auto* partition : context->partitionSpec()) {
    if (out.partition) build.not_expected(span_of(partition));
    out.partition = build_partition(partition, build);
    require_values(*out.partition, build);
  }
  out.query = build_query(context->query(), build);
  if (auto* conflict = context->onConflict()) {
    if (conflict->K_ERROR()) out.on_conflict = ast::ConflictAction::Error;
    if (conflict->K_NOTHING()) out.on_conflict = ast::ConflictAction::Nothing;
    if (conflict->K_DEDUPLICATE()) out.on_conflict = ast::ConflictAction::Deduplicate;
  }
  return out;
}

ast::StatementSet build_statement_set(P::StatementSetContext* context, Build& build) {
  ast::StatementSet out;
  for (auto* insert : context->insert()) out.inserts.push_back(build_insert(insert, build));
  return out;
}

ast::Update build_update(P::UpdateContext* context, Build& build) {
  ast::Update out{.table = build_name(context->name(), build), .hints = build_hints(context->hints(), build)};
  if (context->identifier()) out.alias = build_identifier(context->identifier(), build);
  for (auto* assignment : context->assignment()) {
    ast::Identifier column = build_identifier(assignment->identifier(), build);
    SourceSpan span = column.span;
    out.assignments.push_back({{{std::move(column)}, span}, build_expression(assignment->expression(), build)});
  }
  out.where = build_optional(context->expression(), build);
  return out;
}

ast::Delete build_delete(P::DeleteFromContext* context, Build& build) {
  ast::Delete out{.table = build_name(context->name(), build), .hints = build_hints(context->hints(), build)};
  if (context->identifier()) out.alias = build_identifier(context->identifier(), build);
  out.where = build_optional(context->expression(), build);
  return out;
}

}  // namespace sluice::grammar
