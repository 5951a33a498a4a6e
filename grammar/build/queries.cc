// SELECT, VALUES, set operations and the clauses around them.
#include "grammar/build/build.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;

ast::SetQuantifier quantifier_of(antlr4::ParserRuleContext* context) {
  if (has(context, K_DISTINCT)) return ast::SetQuantifier::Distinct;
  return has(context, K_ALL) ? ast::SetQuantifier::All : ast::SetQuantifier::None;
}

ast::SelectItem build_item(P::SelectItemContext* context, Build& build) {
  ast::SelectItem out{.span = span_of(context)};
  if (context->STAR()) {
    out.expr = make(out.span, ast::Star{});
    return out;
  }
  out.expr = build_expression(context->expression(), build);
  if (context->identifier()) out.alias = build_identifier(context->identifier(), build);
  return out;
}

// `()`, which is no expression.
bool is_empty_grouping(P::ExpressionContext* context) {
  return first_kind(context) == LPAREN &&
         context->getStop()->getTokenIndex() == context->getStart()->getTokenIndex() + 1;
}

ast::GroupingElement build_grouping(P::GroupingElementContext* context, Build& build) {
  ast::GroupingElement out{.kind = ast::EmptyGrouping{}, .span = span_of(context)};
  if (context->K_GROUPING()) {
    ast::GroupingSets sets;
    for (auto* element : context->groupingElement()) sets.elements.push_back(build_grouping(element, build));
    out.kind = std::move(sets);
  } else if (context->K_ROLLUP()) {
    out.kind = ast::Rollup{build_list(context->expressionList(), build)};
  } else if (context->K_CUBE()) {
    out.kind = ast::Cube{build_list(context->expressionList(), build)};
  } else if (!is_empty_grouping(context->expression())) {
    out.kind = build_expression(context->expression(), build);
  }
  return out;
}

ast::GroupBy build_group_by(P::GroupByContext* context, Build& build) {
  ast::GroupBy out{.quantifier = quantifier_of(context), .span = span_of(context)};
  for (auto* element : context->groupingElement()) out.elements.push_back(build_grouping(element, build));
  return out;
}

// The expression behind a clause's keyword, or null. All of them are children of the SELECT, in order.
ast::ExprPtr clause(P::SelectContext* context, TokenKind keyword, Build& build) {
  for (size_t i = 0; i + 1 < context->children.size(); ++i) {
    if (child_kind(context, i) != keyword) continue;
    return build_expression(dynamic_cast<P::ExpressionContext*>(context->children[i + 1]), build);
  }
  return nullptr;
}

ast::Select build_select(P::SelectContext* context, Build& build) {
  ast::Select out{
      .hints = build_hints(context->hints(), build), .quantifier = quantifier_of(context), .span = span_of(context)};
  for (auto* item : context->selectItem()) out.items.push_back(build_item(item, build));
  out.from = build_from(context->joinTree(), build);
  out.where = clause(context, K_WHERE, build);
  if (context->groupBy()) out.group_by = build_group_by(context->groupBy(), build);
  out.having = clause(context, K_HAVING, build);
  for (auto* window : context->namedWindow()) {
    out.windows.push_back({build_identifier(window->identifier(), build), build_window(window->windowSpec(), build)});
  }
  out.qualify = clause(context, K_QUALIFY, build);
  return out;
}

ast::Values build_values(P::ExpressionListContext* context, Build& build) {
  ast::Values out{build_list(context, build)};
  for (ast::ExprPtr& row : out.rows) {
    auto* call = std::get_if<ast::Call>(&row->kind);
    if (call && call->form == ast::CallForm::Row) continue;
    SourceSpan span = row->span;
    row = operator_call(span, "ROW", ast::CallForm::Row, list_of(std::move(row)));
  }
  return out;
}

ast::QueryPtr build_term(P::QueryTermContext* context, Build& build) {
  if (context->query()) return build_query(context->query(), build);
  auto out = std::make_unique<ast::Query>();
  out->span = span_of(context);
  if (context->select()) {
    out->body = build_select(context->select(), build);
  } else if (context->expressionList()) {
    out->body = build_values(context->expressionList(), build);
  } else {
    out->body = ast::ExplicitTable{build_name(context->name(), build)};
  }
  return out;
}

ast::SetOperator operator_of(P::SetOperatorContext* context) {
  if (context->K_UNION()) return ast::SetOperator::Union;
  return context->K_INTERSECT() ? ast::SetOperator::Intersect : ast::SetOperator::Except;
}

// Terms and operators alternate. INTERSECT binds tighter than the other two; all are left-associative.
class SetFold {
 public:
  SetFold(P::QueryContext* context, Build& build)
      : terms_(context->queryTerm()), operators_(context->setOperator()), build_(build) {}

  ast::QueryPtr run() {
    ast::QueryPtr left = intersections();
    while (at_ < operators_.size()) {
      auto* op = operators_[at_++];
      left = join_terms(std::move(left), op, intersections());
    }
    return left;
  }

 private:
  ast::QueryPtr intersections() {
    ast::QueryPtr left = build_term(terms_[at_], build_);
    while (at_ < operators_.size() && operators_[at_]->K_INTERSECT()) {
      auto* op = operators_[at_++];
      left = join_terms(std::move(left), op, build_term(terms_[at_], build_));
    }
    return left;
  }
  static ast::QueryPtr join_terms(ast::QueryPtr left, P::SetOperatorContext* op, ast::QueryPtr right) {
    auto out = std::make_unique<ast::Query>();
    out->span = join(left->span, right->span);
    out->body = ast::SetOperation{operator_of(op), op->K_ALL() != nullptr, std::move(left), std::move(right)};
    return out;
  }

  std::vector<P::QueryTermContext*> terms_;
  std::vector<P::SetOperatorContext*> operators_;
  Build& build_;
  size_t at_ = 0;
};

ast::ExprPtr build_count(P::CountContext* context, Build& build) {
  SourceSpan span = span_of(context);
  if (context->QUESTION()) return make(span, ast::Parameter{build.parameters++});
  return make(span, ast::NumberLiteral{std::string(build.text(span))});
}

bool has_clauses(const ast::Query& query) {
  return !query.with.empty() || !query.order_by.empty() || query.offset || query.limit;
}

void add_with(ast::Query& query, P::WithContext* context, Build& build) {
  query.recursive = context->K_RECURSIVE() != nullptr;
  for (auto* item : context->withItem()) {
    query.with.push_back({.name = build_identifier(item->identifier(), build),
                          .columns = build_list(item->identifierList(), build),
                          .query = build_query(item->query(), build),
                          .span = span_of(item)});
  }
}

}  // namespace

ast::QueryPtr build_query(P::QueryContext* context, Build& build) {
  // The WITH stands before the body, but only a nested body shows whether this query needs a node of its own.
  auto outer = std::make_unique<ast::Query>();
  if (context->with()) add_with(*outer, context->with(), build);
  ast::QueryPtr inner = SetFold(context, build).run();
  outer->order_by = build_order_by(context->orderBy(), build);
  if (context->limit() && context->limit()->count()) outer->limit = build_count(context->limit()->count(), build);
  if (context->offset()) outer->offset = build_count(context->offset()->count(), build);
  if (auto* fetch = context->fetch()) {
    if (outer->limit) build.not_expected(span_of(fetch->getStart()), "LIMIT and FETCH say the same.");
    outer->limit = build_count(fetch->count(), build);
  }
  outer->span = span_of(context);
  if (!has_clauses(*outer)) return inner;
  if (has_clauses(*inner)) {
    outer->body = ast::NestedQuery{std::move(inner)};
  } else {
    outer->body = std::move(inner->body);
  }
  return outer;
}

}  // namespace sluice::grammar
