// FROM: tables, table functions, joins; hints.
#include "grammar/build/build.h"
#include "grammar/lexer/statements.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;

ast::TableRefPtr build_table_ref(P::TableRefContext* context, Build& build);

ast::TableRefPtr make_table(SourceSpan span, auto kind) {
  auto out = std::make_unique<ast::TableRef>();
  out->kind = std::move(kind);
  out->span = span;
  return out;
}

ast::JoinKind kind_of_join(P::JoinContext* context) {
  if (context->K_LEFT()) return ast::JoinKind::Left;
  if (context->K_RIGHT()) return ast::JoinKind::Right;
  if (context->K_FULL()) return ast::JoinKind::Full;
  return context->K_CROSS() ? ast::JoinKind::Cross : ast::JoinKind::Inner;
}

ast::TableRefPtr build_join(ast::TableRefPtr left, P::JoinContext* context, Build& build) {
  SourceSpan span = join(left->span, span_of(context));
  ast::Join out{.left = std::move(left),
                .right = build_table_ref(context->tableRef(), build),
                .kind = kind_of_join(context),
                .natural = context->K_NATURAL() != nullptr,
                .on = build_optional(context->expression(), build),
                .using_columns = build_list(context->identifierList(), build)};
  return make_table(span, std::move(out));
}

ast::TableRefPtr build_joins(P::TableRefContext* first, const std::vector<P::JoinContext*>& joins, Build& build) {
  ast::TableRefPtr out = build_table_ref(first, build);
  for (auto* context : joins) out = build_join(std::move(out), context, build);
  return out;
}

ast::Unnest build_unnest(P::UnnestContext* context, Build& build) {
  ast::Unnest out{.args = build_list(context->expressionList(), build),
                  .with_ordinality = context->K_ORDINALITY() != nullptr};
  if (context->query()) {
    ast::QueryPtr query = build_query(context->query(), build);
    SourceSpan span = query->span;
    out.args.push_back(make(span, ast::ScalarSubquery{std::move(query)}));
  }
  return out;
}

ast::TableFunction build_function(P::TableCallContext* context, bool lateral, Build& build) {
  return {build_table_call(context->name(), context->arguments(), span_of(context), build), lateral};
}

ast::TableRefPtr build_named(P::TablePrimaryContext* context, Build& build) {
  SourceSpan span = span_of(context);
  if (context->LPAREN()) {
    return make_table(span, ast::TableFunction{build_table_call(context->name(), context->arguments(), span, build)});
  }
  return make_table(span, ast::NamedTable{build_name(context->name(), build), build_hints(context->hints(), build)});
}

ast::TableRefPtr build_primary(P::TablePrimaryContext* context, Build& build) {
  SourceSpan span = span_of(context);
  bool lateral = context->K_LATERAL() != nullptr;
  if (context->name()) return build_named(context, build);
  if (context->tableCall()) return make_table(span, build_function(context->tableCall(), lateral, build));
  if (context->unnest()) return make_table(span, build_unnest(context->unnest(), build));
  if (context->query()) return make_table(span, ast::DerivedTable{build_query(context->query(), build), lateral});
  ast::TableRefPtr out = build_joins(context->tableRef(), context->join(), build);
  if (!std::holds_alternative<ast::Join>(out->kind)) {
    build.not_expected(span_of(context->RPAREN()), "Between parentheses stands a join or a query.");
  }
  return out;
}

ast::TableAlias build_alias(P::TableAliasContext* context, Build& build) {
  return {build_identifier(context->identifier(), build), build_list(context->identifierList(), build),
          span_of(context)};
}

ast::TableSample build_sample(P::TableSampleContext* context, Build& build) {
  auto digits = [&](antlr4::tree::TerminalNode* node) { return std::string(build.text(span_of(node))); };
  antlr4::tree::TerminalNode* percentage = context->NUMBER_LITERAL();
  if (!percentage) percentage = context->INTEGER_LITERAL(0);
  ast::TableSample out{.method = context->K_BERNOULLI() ? ast::SampleMethod::Bernoulli : ast::SampleMethod::System,
                       .percentage = digits(percentage),
                       .span = span_of(context)};
  if (context->K_REPEATABLE()) {
    out.seed = (context->MINUS() ? "-" : "") + digits(context->INTEGER_LITERAL().back());
  }
  return out;
}

ast::TableRefPtr build_table_ref(P::TableRefContext* context, Build& build) {
  ast::TableRefPtr out = build_primary(context->tablePrimary(), build);
  if (context->systemTime() && !std::holds_alternative<ast::NamedTable>(out->kind)) {
    build.not_expected(span_of(context->systemTime()->getStart()), "Only a table named here has versions.");
  }
  if (context->systemTime()) out->system_time = build_expression(context->systemTime()->expression(), build);
  if (context->matchRecognize()) {
    SourceSpan span = join(out->span, span_of(context->matchRecognize()));
    out = make_table(span, build_match_recognize(context->matchRecognize(), std::move(out), build));
  }
  bool in_parentheses = std::holds_alternative<ast::Join>(out->kind);
  if (in_parentheses && context->tableAlias()) {
    build.reject(span_of(context->tablePrimary()->getStart()), "a join in parentheses takes no alias",
                 "Write (SELECT * FROM ..) AS name.");
  }
  if (context->tableAlias()) out->alias = build_alias(context->tableAlias(), build);
  if (context->tableSample()) out->sample = build_sample(context->tableSample(), build);
  out->span = span_of(context);
  return out;
}

ast::Text hint_text(P::HintValueContext* context, Build& build) {
  if (context->STRING_LITERAL()) return text_of_token(context->STRING_LITERAL(), build);
  SourceSpan span = span_of(context);
  if (!context->identifier()) return {std::string(build.text(span)), span};
  return {build_identifier(context->identifier(), build).text, span};
}

}  // namespace

std::vector<ast::Hint> build_hints(P::HintsContext* context, Build& build) {
  std::vector<ast::Hint> out;
  if (!context) return out;
  for (auto* hint : context->hint()) {
    ast::Hint built{.name = build_identifier(hint->identifier(), build), .span = span_of(hint)};
    for (auto* argument : hint->hintArgument()) {
      ast::Text first = hint_text(argument->hintValue(), build);
      bool is_quoted = argument->hintValue()->STRING_LITERAL() != nullptr;
      ast::HintArgument arg{.value = std::move(first), .quoted = is_quoted};
      if (argument->text()) {
        arg = {.key = std::move(arg.value),
               .value = build_text(argument->text(), build),
               .quoted = true,
               .key_quoted = is_quoted};
      }
      built.args.push_back(std::move(arg));
    }
    out.push_back(std::move(built));
  }
  return out;
}

ast::TableRefPtr build_from(const std::vector<P::JoinTreeContext*>& contexts, Build& build) {
  ast::TableRefPtr out;
  if (contexts.size() > kTreeHeightMax) {
    build.report(fail(ErrorCode::NestingTooDeep, span_of(contexts[kTreeHeightMax]),
                      "more than {} tables are joined here", kTreeHeightMax));
    return out;
  }
  for (auto* context : contexts) {
    ast::TableRefPtr right = build_joins(context->tableRef(), context->join(), build);
    if (!out) {
      out = std::move(right);
    } else {
      SourceSpan span = join(out->span, right->span);
      out =
          make_table(span, ast::Join{.left = std::move(out), .right = std::move(right), .kind = ast::JoinKind::Comma});
    }
  }
  return out;
}

}  // namespace sluice::grammar
