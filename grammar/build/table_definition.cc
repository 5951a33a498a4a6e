// What stands between the parentheses of CREATE TABLE, and the clauses that tables and their changes share.
#include "grammar/build/build.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;

ast::Constraint build_constraint(P::ConstraintContext* context, P::EnforcementContext* enforcement, Build& build) {
  ast::Constraint out{.kind = context->K_UNIQUE() ? ast::ConstraintKind::Unique : ast::ConstraintKind::PrimaryKey,
                      .span = span_of(context)};
  if (context->identifier()) out.name = build_identifier(context->identifier(), build);
  if (enforcement) {
    out.enforced = enforcement->K_NOT() == nullptr;
    out.span = join(out.span, span_of(enforcement));
  }
  return out;
}

std::optional<ast::Constraint> build_inline(P::ColumnContext* context, Build& build) {
  if (!context->constraint()) return {};
  return build_constraint(context->constraint(), context->enforcement(), build);
}

ast::Column build_column(P::ColumnContext* context, Build& build) {
  ast::Column out{.name = build_name(context->name(), build), .kind = ast::UntypedColumn{}, .span = span_of(context)};
  if (context->expression()) {
    out.kind = ast::ComputedColumn{build_expression(context->expression(), build)};
  } else if (auto* metadata = context->metadata()) {
    ast::MetadataColumn column{.type = build_type(context->type(), build),
                               .is_virtual = metadata->K_VIRTUAL() != nullptr,
                               .constraint = build_inline(context, build)};
    if (metadata->text()) column.key = build_text(metadata->text(), build);
    out.kind = std::move(column);
  } else if (context->type()) {
    out.kind = ast::PhysicalColumn{build_type(context->type(), build), build_inline(context, build)};
    auto* interval = context->type()->typeCore()->K_INTERVAL();
    if (interval != nullptr) build.not_expected(span_of(interval), "No column of a table is an interval.");
  }
  out.comment = build_comment(context->comment(), build);
  if (auto* position = context->columnPosition()) {
    out.position.emplace();
    if (position->name()) out.position->after = build_name(position->name(), build);
  }
  return out;
}

ast::Watermark build_watermark(P::WatermarkContext* context, Build& build) {
  ast::Watermark out{.column = build_name(context->name(), build),
                     .expr = build_expression(context->expression(), build),
                     .span = span_of(context)};
  return out;
}

// A subquery needs a query's plan around it, and computed columns and watermarks have none.
void reject_subquery(P::ExpressionContext* context, Build& build) {
  if (first_kind(context) != LPAREN_QUERY) return;
  SourceSpan parenthesis = span_of(context->getStart());
  build.reject(parenthesis, "a query is not allowed here", "Use an expression over the table's columns.");
}

}  // namespace

ast::TableSchema build_schema(const std::vector<P::TableElementContext*>& elements, SourceSpan span, Build& build) {
  ast::TableSchema out{.span = span};
  for (auto* element : elements) {
    if (auto* column = element->column()) {
      if (column->expression()) reject_subquery(column->expression(), build);
      out.columns.push_back(build_column(column, build));
    } else if (auto* watermark = element->watermark()) {
      if (out.watermark) {
        build.reject(span_of(watermark->getStart()), "the table has a second watermark", "Keep one of them.",
                     ErrorCode::BadWatermark);
      }
      reject_subquery(watermark->expression(), build);
      out.watermark = build_watermark(watermark, build);
    } else {
      ast::Constraint constraint = build_constraint(element->constraint(), element->enforcement(), build);
      constraint.columns = build_list(element->identifierList(), build);
      constraint.span = span_of(element);
      out.constraints.push_back(std::move(constraint));
    }
  }
  return out;
}

ast::TableSchema build_schema(P::TableElementsContext* context, Build& build) {
  return context ? build_schema(context->tableElement(), span_of(context), build) : ast::TableSchema{};
}

void reject_positions(const ast::TableSchema& schema, Build& build) {
  for (const ast::Column& column : schema.columns) {
    if (column.position) build.reject(column.span, "a position is for ALTER TABLE", "Remove FIRST or AFTER.");
    if (column.name.parts.size() > 1) build.reject(column.name.span, "a column has a name of one part");
  }
}

ast::Distribution build_distribution(P::DistributionContext* context, Build& build) {
  ast::Distribution out{.columns = build_list(context->identifierList(), build), .span = span_of(context)};
  if (context->K_HASH()) out.kind = ast::DistributionKind::Hash;
  if (context->K_RANGE()) out.kind = ast::DistributionKind::Range;
  if (context->INTEGER_LITERAL()) out.buckets = build_number(context->INTEGER_LITERAL(), build);
  return out;
}

ast::PartitionSpec build_partition(P::PartitionSpecContext* context, Build& build) {
  ast::PartitionSpec out{.span = span_of(context)};
  for (auto* value : context->partitionValue()) {
    out.values.push_back({build_identifier(value->identifier(), build), build_optional(value->expression(), build)});
  }
  return out;
}

void require_values(const ast::PartitionSpec& partition, Build& build) {
  for (const ast::PartitionValue& value : partition.values) {
    if (value.value) continue;
    build.reject(value.key.span, fmt::format("the partition column `{}` has no value", value.key.text),
                 fmt::format("Write `{} = ..`.", value.key.text));
  }
}

ast::LikeClause build_like(P::LikeContext* context, Build& build) {
  ast::LikeClause out{.table = build_name(context->name(), build), .span = span_of(context)};
  for (auto* option : context->likeOption()) {
    ast::LikeOption built{.span = span_of(option)};
    if (option->K_EXCLUDING()) built.strategy = ast::MergeStrategy::Excluding;
    if (option->K_OVERWRITING()) built.strategy = ast::MergeStrategy::Overwriting;
    switch (child_kind(option, 1)) {
      case K_CONSTRAINTS:
        built.feature = ast::LikeFeature::Constraints;
        break;
      case K_DISTRIBUTION:
        built.feature = ast::LikeFeature::Distribution;
        break;
      case K_GENERATED:
        built.feature = ast::LikeFeature::Generated;
        break;
      case K_METADATA:
        built.feature = ast::LikeFeature::Metadata;
        break;
      case K_OPTIONS:
        built.feature = ast::LikeFeature::Options;
        break;
      case K_PARTITIONS:
        built.feature = ast::LikeFeature::Partitions;
        break;
      case K_WATERMARKS:
        built.feature = ast::LikeFeature::Watermarks;
        break;
      default:
        built.feature = ast::LikeFeature::All;
        break;
    }
    out.options.push_back(built);
  }
  return out;
}

ast::RefreshMode build_refresh_mode(P::RefreshModeContext* context) {
  return context->K_FULL() ? ast::RefreshMode::Full : ast::RefreshMode::Continuous;
}

ast::ExprPtr build_freshness(P::ExpressionContext* context, Build& build) {
  ast::ExprPtr out = build_expression(context, build);
  if (!std::holds_alternative<ast::IntervalLiteral>(out->kind)) {
    build.reject(out->span, "FRESHNESS is an interval", "Write FRESHNESS = INTERVAL '5' MINUTE.");
  }
  return out;
}

}  // namespace sluice::grammar
