// ALTER and DROP.
#include "grammar/build/build.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;
using Change = decltype(ast::Alter::change);

std::vector<ast::Text> build_keys(P::OptionKeysContext* context, Build& build) {
  std::vector<ast::Text> out;
  for (auto* key : context->text()) out.push_back(build_text(key, build));
  return out;
}

// The changes that several kinds of objects share; only one of the arguments is not null.
Change build_common(P::RenameToContext* rename, P::SetOptionsContext* set, P::ResetOptionsContext* reset,
                    Build& build) {
  if (rename) return ast::RenameTo{build_name(rename->name(), build)};
  if (set) return ast::SetOptions{build_options(set->optionList(), build)};
  return ast::ResetOptions{build_keys(reset->optionKeys(), build)};
}

ast::ChangeSchema build_change_schema(P::TableChangeContext* context, Build& build) {
  ast::ChangeSchema out{.modify = context->K_MODIFY() != nullptr};
  if (context->tableElements()) {
    out.schema = build_schema(context->tableElements(), build);
  } else {
    out.schema = build_schema({context->tableElement()}, span_of(context->tableElement()), build);
  }
  for (const ast::Column& column : out.schema.columns) {
    if (std::holds_alternative<ast::UntypedColumn>(column.kind)) build.reject(column.span, "the column has no type");
  }
  return out;
}

Change build_add(P::TableChangeContext* context, Build& build) {
  if (context->distribution()) {
    return ast::ChangeDistribution{context->K_MODIFY() != nullptr, build_distribution(context->distribution(), build)};
  }
  if (context->addPartition().empty()) return build_change_schema(context, build);
  ast::AddPartitions out{.if_not_exists = context->ifNotExists() != nullptr};
  for (auto* partition : context->addPartition()) {
    ast::PartitionSpec spec = build_partition(partition->partitionSpec(), build);
    require_values(spec, build);
    spec.options = build_options(partition->withOptions(), build);
    spec.span = span_of(partition);
    out.partitions.push_back(std::move(spec));
  }
  return out;
}

Change build_drop_part(P::TableChangeContext* context, Build& build) {
  if (context->K_PRIMARY()) return ast::DropPrimaryKey{};
  if (context->K_CONSTRAINT()) return ast::DropConstraint{build_identifier(context->identifier(), build)};
  if (context->K_DISTRIBUTION()) return ast::DropDistribution{};
  if (context->K_WATERMARK()) return ast::DropWatermark{};
  if (context->nameList()) return ast::DropColumns{build_names(context->nameList()->name(), build)};
  if (context->partitionSpec().empty()) return ast::DropColumns{build_names(context->name(), build)};
  ast::DropPartitions out{.if_exists = context->ifExists() != nullptr};
  for (auto* partition : context->partitionSpec()) {
    out.partitions.push_back(build_partition(partition, build));
    require_values(out.partitions.back(), build);
  }
  return out;
}

Change build_rename(P::TableChangeContext* context, Build& build) {
  if (!context->name(1)) return ast::RenameTo{build_name(context->name(0), build)};
  return ast::RenameColumn{build_name(context->name(0), build), build_name(context->name(1), build)};
}

Change build_set(P::TableChangeContext* context, Build& build) {
  if (context->optionList()) return ast::SetOptions{build_options(context->optionList(), build)};
  if (context->refreshMode()) return ast::SetRefreshMode{build_refresh_mode(context->refreshMode())};
  return ast::SetFreshness{build_freshness(context->expression(), build)};
}

Change build_refresh(P::TableChangeContext* context, Build& build) {
  ast::Refresh out;
  if (auto* partition = context->partitionSpec(0)) {
    out.partition = build_partition(partition, build);
    require_values(*out.partition, build);
  }
  return out;
}

// Whether only materialized tables know the change.
bool is_for_materialized(P::TableChangeContext* context) {
  TokenKind word = first_kind(context);
  return word == K_SUSPEND || word == K_RESUME || word == K_REFRESH || word == K_AS || context->refreshMode() ||
         context->K_FRESHNESS();
}
// Whether only plain tables know it.
bool is_for_table(P::TableChangeContext* context) {
  return !context->addPartition().empty() || (first_kind(context) == K_DROP && !context->partitionSpec().empty());
}

Change build_table_change(P::TableChangeContext* context, bool materialized, Build& build) {
  if (!materialized && is_for_materialized(context)) {
    build.reject(span_of(context->getStart()),
                 fmt::format("`{}` is for materialized tables", build.text(span_of(context->getStart()))));
  }
  if (materialized && is_for_table(context)) {
    build.reject(span_of(context->getStart()), "partitions of a materialized table are its refresh's own");
  }
  switch (first_kind(context)) {
    case K_RENAME:
      if (materialized) build.not_expected(span_of(context->getStart()), "A materialized table keeps its names.");
      return build_rename(context, build);
    case K_SET:
      return build_set(context, build);
    case K_RESET:
      return build_common(nullptr, nullptr, context->resetOptions(), build);
    case K_ADD:
    case K_MODIFY:
      return build_add(context, build);
    case K_DROP:
      return build_drop_part(context, build);
    case K_SUSPEND:
      return ast::Suspend{};
    case K_RESUME:
      return ast::Resume{build_options(context->withOptions(), build)};
    case K_REFRESH:
      return build_refresh(context, build);
    default:
      return ast::ChangeQuery{build_query(context->query(), build)};
  }
}

ast::ObjectKind object_of(antlr4::ParserRuleContext* context) {
  using enum ast::ObjectKind;
  if (has(context, K_MATERIALIZED)) return MaterializedTable;
  if (has(context, K_TABLE)) return Table;
  if (has(context, K_VIEW)) return View;
  if (has(context, K_CATALOG)) return Catalog;
  if (has(context, K_DATABASE)) return Database;
  if (has(context, K_FUNCTION)) return Function;
  if (has(context, K_MODEL)) return Model;
  return Connection;
}

ast::DefineFunction build_alter_function(P::AlterContext* context, Build& build) {
  return {.alter = true,
          .temporary = context->K_TEMPORARY() != nullptr,
          .system = context->K_SYSTEM() != nullptr,
          .if_exists = context->ifExists() != nullptr,
          .name = build_name(context->name(), build),
          .class_name = build_text(context->text(), build),
          .language = build_language(context->functionLanguage())};
}

Change build_change(P::AlterContext* context, ast::ObjectKind object, Build& build) {
  if (context->tableChange()) {
    return build_table_change(context->tableChange(), object == ast::ObjectKind::MaterializedTable, build);
  }
  if (context->query()) return ast::ChangeQuery{build_query(context->query(), build)};
  if (context->comment()) return ast::SetComment{*build_comment(context->comment(), build)};
  return build_common(context->renameTo(), context->setOptions(), context->resetOptions(), build);
}

}  // namespace

ast::Statement build_alter(P::AlterContext* context, Build& build) {
  ast::Statement out;
  if (context->K_FUNCTION()) {
    out.kind = build_alter_function(context, build);
    return out;
  }
  ast::Alter alter{.object = object_of(context), .if_exists = context->ifExists() != nullptr};
  if (alter.object == ast::ObjectKind::View && alter.if_exists) build.not_expected(span_of(context->ifExists()));
  if (context->name()) {
    alter.name = build_name(context->name(), build);
  } else {
    ast::Identifier name = build_identifier(context->identifier(), build);
    SourceSpan span = name.span;
    alter.name = {{std::move(name)}, span};
  }
  alter.change = build_change(context, alter.object, build);
  out.kind = std::move(alter);
  return out;
}

ast::Statement build_drop(P::DropContext* context, Build& build) {
  using enum ast::ObjectKind;
  ast::Drop drop{.object = object_of(context),
                 .temporary = context->K_TEMPORARY() != nullptr,
                 .system = context->K_SYSTEM() != nullptr,
                 .if_exists = context->ifExists() != nullptr,
                 .name = build_name(context->name(), build),
                 .cascade = context->K_CASCADE() != nullptr};
  bool has_system = drop.object == Function || drop.object == Connection;
  if (drop.system && (!drop.temporary || !has_system)) build.not_expected(span_of(context->K_SYSTEM()));
  if (drop.temporary && drop.object == MaterializedTable) {
    build.reject(span_of(context->K_MATERIALIZED()), "a materialized table cannot be temporary");
  }
  if (drop.temporary && (drop.object == Catalog || drop.object == Database)) {
    build.not_expected(span_of(context->K_TEMPORARY()));
  }
  auto* behavior = context->K_CASCADE() ? context->K_CASCADE() : context->K_RESTRICT();
  if (behavior && drop.object != Database) build.not_expected(span_of(behavior));
  ast::Statement out;
  out.kind = std::move(drop);
  return out;
}

}  // namespace sluice::grammar
