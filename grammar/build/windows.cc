// ORDER BY and OVER.
#include "grammar/build/build.h"

namespace sluice::grammar {
namespace {

ast::FrameBound build_bound(P::FrameBoundContext* context, Build& build) {
  using enum ast::FrameBoundKind;
  ast::FrameBound out{.span = span_of(context)};
  bool preceding = context->K_PRECEDING() != nullptr;
  if (context->K_UNBOUNDED()) {
    out.kind = preceding ? UnboundedPreceding : UnboundedFollowing;
  } else if (context->K_CURRENT()) {
    out.kind = CurrentRow;
  } else {
    out.kind = preceding ? Preceding : Following;
    out.offset = build_expression(context->expression(), build);
  }
  return out;
}

ast::WindowFrame build_frame(P::WindowFrameContext* context, Build& build) {
  ast::WindowFrame out{.unit = context->K_ROWS() ? ast::FrameUnit::Rows : ast::FrameUnit::Range,
                       .begin = build_bound(context->frameBound(0), build),
                       .span = span_of(context)};
  if (auto* end = context->frameBound(1)) out.end = build_bound(end, build);
  return out;
}

}  // namespace

ast::OrderItem build_order_item(P::OrderItemContext* context, Build& build) {
  ast::OrderItem out{.expr = build_expression(context->expression(), build), .span = span_of(context)};
  if (context->K_ASC()) out.direction = ast::SortDirection::Ascending;
  if (context->K_DESC()) out.direction = ast::SortDirection::Descending;
  if (context->K_FIRST()) out.nulls = ast::NullOrder::First;
  if (context->K_LAST()) out.nulls = ast::NullOrder::Last;
  return out;
}

std::vector<ast::OrderItem> build_order_by(P::OrderByContext* context, Build& build) {
  std::vector<ast::OrderItem> out;
  if (!context) return out;
  for (auto* item : context->orderItem()) out.push_back(build_order_item(item, build));
  return out;
}

ast::WindowSpec build_window(P::WindowSpecContext* context, Build& build) {
  ast::WindowSpec out{.span = span_of(context)};
  if (context->identifier()) out.base = build_identifier(context->identifier(), build);
  out.partition_by = build_list(context->expressionList(), build);
  out.order_by = build_order_by(context->orderBy(), build);
  if (context->windowFrame()) out.frame = build_frame(context->windowFrame(), build);
  return out;
}

}  // namespace sluice::grammar
