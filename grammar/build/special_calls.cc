// Functions whose arguments are separated by keywords.
#include "grammar/build/build.h"
#include "grammar/lexer/words.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;

ast::ExprPtr function_call(antlr4::ParserRuleContext* context, std::vector<ast::ExprPtr> args, Build& build) {
  SourceSpan word = span_of(context->getStart());
  ast::Call call{.function = {{{std::string(build.text(word)), word}}, word},
                 .lookup = to_upper(build.text(word)),
                 .args = std::move(args)};
  return make(span_of(context), std::move(call));
}

ast::ExprPtr symbol(SourceSpan span, Build& build) { return make(span, ast::Symbol{to_upper(build.text(span))}); }

// TRIM(a), TRIM(a FROM b), TRIM(BOTH FROM b), TRIM(BOTH b), TRIM(BOTH a FROM b). Without a side it is BOTH, without
// characters ' '.
ast::ExprPtr build_trim(P::SpecialCallContext* context, Build& build) {
  std::vector<ast::ExprPtr> parts = build_expressions(context->expression(), build);
  TokenKind side = child_kind(context, 2);
  bool has_side = side == K_BOTH || side == K_LEADING || side == K_TRAILING;
  if (!has_side && parts.size() == 1) return function_call(context, std::move(parts), build);
  std::vector<ast::ExprPtr> args;
  SourceSpan begin = span_of(context->getStart());
  if (has_side) {
    args.push_back(symbol(span_of(dynamic_cast<antlr4::tree::TerminalNode*>(context->children[2])), build));
  } else {
    args.push_back(make(begin, ast::Symbol{"BOTH"}));
  }
  if (parts.size() == 1) args.push_back(make(begin, ast::StringLiteral{" "}));
  for (ast::ExprPtr& part : parts) args.push_back(std::move(part));
  return function_call(context, std::move(args), build);
}

ast::JsonBehavior build_behavior(P::JsonBehaviorContext* context, Build& build) {
  using enum ast::JsonBehaviorKind;
  switch (first_kind(context)) {
    case K_ERROR:
      return {Error};
    case K_TRUE:
      return {True};
    case K_FALSE:
      return {False};
    case K_UNKNOWN:
      return {Unknown};
    case K_DEFAULT:
      return {Default, build_expression(context->expression(), build)};
    case K_EMPTY:
      return {context->K_ARRAY() ? EmptyArray : context->K_OBJECT() ? EmptyObject : Empty};
    default:
      return {Null};
  }
}

ast::JsonWrapper wrapper_of(P::JsonClauseContext* context) {
  if (context->K_WITHOUT()) return ast::JsonWrapper::Without;
  return context->K_CONDITIONAL() ? ast::JsonWrapper::Conditional : ast::JsonWrapper::Unconditional;
}

// NULL ON NULL, .. ON EMPTY, .. ON ERROR
void add_behavior(ast::JsonClauses& out, P::JsonClauseContext* context, bool is_constructor, Build& build) {
  SourceSpan span = span_of(context);
  P::JsonBehaviorContext* behavior = context->jsonBehavior();
  TokenKind what = first_kind(behavior);
  // `NULL ON NULL` has its word in the behaviour, and ON NULL behind it.
  bool on_null = context->K_NULL() != nullptr;
  if (on_null != is_constructor || (on_null && what != K_NULL && what != K_ABSENT) || (!on_null && what == K_ABSENT)) {
    return build.not_expected(span);
  }
  if (on_null) {
    out.nulls = what == K_NULL ? ast::JsonNulls::NullOnNull : ast::JsonNulls::AbsentOnNull;
    return;
  }
  auto& target = context->K_EMPTY() ? out.on_empty : out.on_error;
  if (target) build.not_expected(span);
  target = build_behavior(behavior, build);
}

std::unique_ptr<ast::JsonClauses> build_clauses(const std::vector<P::JsonClauseContext*>& contexts, TokenKind function,
                                                Build& build) {
  if (contexts.empty()) return nullptr;
  bool is_constructor = function != K_JSON_EXISTS && function != K_JSON_VALUE && function != K_JSON_QUERY;
  auto out = std::make_unique<ast::JsonClauses>();
  for (auto* context : contexts) {
    SourceSpan word = span_of(context->getStart());
    if (context->K_RETURNING()) {
      bool is_first = context == contexts.front();
      if (!is_first || (function != K_JSON_VALUE && function != K_JSON_QUERY)) build.not_expected(word);
      out->returning = build_type_core(context->typeCore(), build);
    } else if (context->K_WRAPPER()) {
      if (function != K_JSON_QUERY) build.not_expected(word);
      out->wrapper = wrapper_of(context);
    } else {
      add_behavior(*out, context, is_constructor, build);
    }
  }
  return out;
}

}  // namespace

ast::ExprPtr build_special_call(P::SpecialCallContext* context, Build& build) {
  TokenKind function = first_kind(context);
  if (function == K_TRIM) return build_trim(context, build);
  std::vector<ast::ExprPtr> args;
  if (context->operand()) args.push_back(build_folded_operand(context->operand(), build));
  for (auto* expression : context->expression()) args.push_back(build_expression(expression, build));
  if (auto* unit = context->unitWord()) {
    bool is_last = function == K_FLOOR || function == K_CEIL || function == K_CEILING;
    args.insert(is_last ? args.end() : args.begin(), symbol(span_of(unit), build));
  }
  return function_call(context, std::move(args), build);
}

ast::ExprPtr build_json_call(P::JsonCallContext* context, Build& build) {
  std::vector<ast::ExprPtr> args;
  for (auto* pair : context->jsonPair()) {
    for (auto* part : pair->expression()) args.push_back(build_expression(part, build));
  }
  for (auto* expression : context->expression()) args.push_back(build_expression(expression, build));
  for (ast::ExprPtr& part : build_list(context->expressionList(), build)) args.push_back(std::move(part));
  ast::ExprPtr out = function_call(context, std::move(args), build);
  auto& call = std::get<ast::Call>(out->kind);
  call.order_by = build_order_by(context->orderBy(), build);
  call.json = build_clauses(context->jsonClause(), first_kind(context), build);
  return out;
}

}  // namespace sluice::grammar
