// Which statement it is; EXPLAIN, EXECUTE and COMPILE, which hold others.
#include <algorithm>

#include "grammar/build/build.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;

ast::StatementPtr boxed(auto kind, SourceSpan span) {
  auto out = std::make_unique<ast::Statement>();
  out->kind = std::move(kind);
  out->span = span;
  return out;
}

ast::StatementPtr build_execute(P::ExecuteContext* context, Build& build) {
  SourceSpan span = span_of(context);
  if (context->text()) return boxed(ast::ExecutePlan{build_text(context->text(), build)}, span);
  if (auto* set = context->statementSet()) {
    ast::StatementSet out = build_statement_set(set, build);
    out.execute = true;
    return boxed(std::move(out), span);
  }
  if (auto* insert = context->insert()) {
    ast::Insert out = build_insert(insert, build);
    out.execute = true;
    return boxed(std::move(out), span);
  }
  return boxed(ast::SelectStatement{true, build_query(context->queryStatement()->query(), build)}, span);
}

ast::StatementPtr build_explained(P::ExplainableContext* context, Build& build) {
  SourceSpan span = span_of(context);
  if (auto* query = context->queryStatement()) {
    return boxed(ast::SelectStatement{false, build_query(query->query(), build)}, span);
  }
  if (auto* insert = context->insert()) return boxed(build_insert(insert, build), span);
  if (auto* set = context->statementSet()) return boxed(build_statement_set(set, build), span);
  if (auto* execute = context->execute()) {
    if (execute->K_PLAN()) build.not_expected(span_of(execute->K_PLAN()), "EXPLAIN takes the statement of the plan.");
    return build_execute(execute, build);
  }
  if (context->update() || context->deleteFrom()) {
    build.not_expected(span_of(context->getStart()), "EXPLAIN takes queries, INSERT and statement sets.");
    return boxed(ast::EndStatementSet{}, span);
  }
  ast::Statement out =
      context->create() ? build_create(context->create(), build) : build_replace(context->replaceTable(), build);
  auto* table = std::get_if<ast::CreateTable>(&out.kind);
  bool has_query = table ? table->query != nullptr : std::holds_alternative<ast::CreateMaterializedTable>(out.kind);
  if (!has_query) build.not_expected(span_of(context->getStart()), "EXPLAIN takes CREATE only with AS and a query.");
  return boxed(std::move(out.kind), span);
}

ast::Explain build_explain(P::ExplainContext* context, Build& build) {
  ast::Explain out{.statement = build_explained(context->explainable(), build)};
  for (auto* detail : context->explainDetail()) {
    switch (first_kind(detail)) {
      case K_JSON_EXECUTION_PLAN:
        out.details.push_back(ast::ExplainDetail::JsonExecutionPlan);
        break;
      case K_CHANGELOG_MODE:
        out.details.push_back(ast::ExplainDetail::ChangelogMode);
        break;
      case K_PLAN_ADVICE:
        out.details.push_back(ast::ExplainDetail::PlanAdvice);
        break;
      default:
        out.details.push_back(ast::ExplainDetail::EstimatedCost);
        break;
    }
  }
  std::ranges::sort(out.details);
  if (std::ranges::adjacent_find(out.details) != out.details.end()) {
    build.reject(span_of(context->explainDetail().back()), "an EXPLAIN detail is given twice");
  }
  return out;
}

ast::CompilePlan build_compile(P::CompilePlanContext* context, Build& build) {
  ast::CompilePlan out{.execute = context->K_EXECUTE() != nullptr,
                       .if_not_exists = context->ifNotExists() != nullptr,
                       .path = build_text(context->text(), build)};
  if (auto* insert = context->insert()) {
    out.statement = boxed(build_insert(insert, build), span_of(insert));
  } else {
    out.statement = boxed(build_statement_set(context->statementSet(), build), span_of(context->statementSet()));
  }
  return out;
}

ast::Statement of(auto kind) {
  ast::Statement out;
  out.kind = std::move(kind);
  return out;
}

ast::Statement build_kind(P::StatementContext* context, Build& build) {
  if (auto* query = context->queryStatement()) {
    return of(ast::SelectStatement{false, build_query(query->query(), build)});
  }
  if (auto* create = context->create()) return build_create(create, build);
  if (auto* insert = context->insert()) return of(build_insert(insert, build));
  if (auto* execute = context->execute()) return std::move(*build_execute(execute, build));
  if (auto* set = context->statementSet()) {
    build.not_expected(span_of(set->getStart()), "Write EXECUTE STATEMENT SET.");
    return of(build_statement_set(set, build));
  }
  if (context->beginStatementSet()) return of(ast::BeginStatementSet{});
  if (context->endStatementSet()) return of(ast::EndStatementSet{});
  if (auto* update = context->update()) return of(build_update(update, build));
  if (auto* remove = context->deleteFrom()) return of(build_delete(remove, build));
  if (auto* truncate = context->truncate()) return of(ast::Truncate{build_name(truncate->name(), build)});
  if (auto* call = context->call()) {
    auto* function = call->tableCall();
    return of(ast::CallProcedure{build_table_call(function->name(), function->arguments(), span_of(function), build)});
  }
  if (auto* replace = context->replaceTable()) return build_replace(replace, build);
  if (auto* alter = context->alter()) return build_alter(alter, build);
  if (auto* drop = context->drop()) return build_drop(drop, build);
  if (auto* explain = context->explain()) return of(build_explain(explain, build));
  if (auto* compile = context->compilePlan()) return of(build_compile(compile, build));
  return build_session_statement(context, build);
}

}  // namespace

ast::Statement build_statement(P::StatementContext* context, Build& build) {
  ast::Statement out = build_kind(context, build);
  out.span = span_of(context);
  return out;
}

}  // namespace sluice::grammar
