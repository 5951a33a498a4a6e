#pragma once
// Parse tree -> AST, by pure functions from a context to a node: no listener, no visitor state. What the grammar lets
// pass and the language does not is reported here; the first such report of a statement counts, and its AST is dropped.
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "SluiceParser.h"
#include "base/result.h"
#include "grammar/ast/statement.h"
#include "grammar/lexer/token.h"

namespace sluice::grammar {

using P = SluiceParser;

// One statement's surroundings.
struct Build {
  std::string_view source;
  std::optional<Failure> failure;
  uint32_t parameters = 0;  // `?` so far.

  void report(Failure error) {
    if (!failure) failure = std::move(error);
  }
  void reject(SourceSpan span, std::string_view message, std::string_view hint = {},
              ErrorCode code = ErrorCode::SyntaxError);
  void not_expected(SourceSpan span, std::string_view hint = {});
  std::string_view text(SourceSpan span) const { return source.substr(span.begin, span.end - span.begin); }
};

SourceSpan span_of(const antlr4::Token* token);
SourceSpan span_of(antlr4::ParserRuleContext* context);
SourceSpan span_of(antlr4::tree::TerminalNode* node);
SourceSpan join(SourceSpan first, SourceSpan last);
TokenKind kind_of(antlr4::tree::TerminalNode* node);
TokenKind first_kind(antlr4::ParserRuleContext* context);
// The kind of the child at `index` if it is a token, else End.
TokenKind child_kind(antlr4::ParserRuleContext* context, size_t index);
// The first child that is this token, or null.
antlr4::tree::TerminalNode* find_token(antlr4::ParserRuleContext* context, TokenKind kind);
inline bool has(antlr4::ParserRuleContext* context, TokenKind kind) { return find_token(context, kind) != nullptr; }

// names.cc
ast::Identifier build_identifier(P::IdentifierContext* context, Build& build);
std::vector<ast::Identifier> build_identifiers(const std::vector<P::IdentifierContext*>& contexts, Build& build);
std::vector<ast::Identifier> build_list(P::IdentifierListContext* context, Build& build);  // Empty for null.
ast::Identifier identifier_of(antlr4::tree::TerminalNode* word, Build& build);
ast::Name build_name(P::NameContext* context, Build& build);
std::vector<ast::Name> build_names(const std::vector<P::NameContext*>& contexts, Build& build);
ast::Text build_text(P::TextContext* context, Build& build);
ast::Text text_of_token(antlr4::tree::TerminalNode* node, Build& build);
std::vector<ast::Option> build_options(P::OptionListContext* context, Build& build);
std::vector<ast::Option> build_options(P::WithOptionsContext* context, Build& build);  // Empty for null.
ast::Option build_option(P::OptionContext* context, Build& build);
std::optional<ast::Text> build_comment(P::CommentContext* context, Build& build);

// literals.cc
std::string decode_string(std::string_view token, SourceSpan span, char unicode_escape, Build& build);
ast::Expr build_literal(P::LiteralContext* context, Build& build);
ast::Expr build_interval(P::IntervalContext* context, Build& build);
ast::TimeUnit build_unit(P::IntervalUnitContext* context);
ast::IntervalRange build_range(P::IntervalRangeContext* context, Build& build);
// A number that the statement needs now, such as a length; 0 and a report when it does not fit.
uint32_t build_number(antlr4::tree::TerminalNode* node, Build& build);

// types.cc
ast::TypePtr build_type(P::TypeContext* context, Build& build);
ast::TypePtr build_type_core(P::TypeCoreContext* context, Build& build);

// expressions.cc
ast::ExprPtr make(SourceSpan span, auto kind) {
  auto expr = std::make_unique<ast::Expr>();
  expr->kind = std::move(kind);
  expr->span = span;
  return expr;
}
ast::ExprPtr build_expression(P::ExpressionContext* context, Build& build);
ast::ExprPtr build_optional(P::ExpressionContext* context, Build& build);  // Null for null.
std::vector<ast::ExprPtr> build_expressions(const std::vector<P::ExpressionContext*>& contexts, Build& build);
std::vector<ast::ExprPtr> build_list(P::ExpressionListContext* context, Build& build);  // Empty for null.
ast::ExprPtr build_folded_operand(P::OperandContext* context, Build& build);            // With its prefixes.
ast::ExprPtr operator_call(SourceSpan span, std::string_view lookup, ast::CallForm form,
                           std::vector<ast::ExprPtr> args);
template <class... Args>
std::vector<ast::ExprPtr> list_of(Args... args) {
  std::vector<ast::ExprPtr> out;
  (out.push_back(std::move(args)), ...);
  return out;
}

// operands.cc
ast::ExprPtr build_operand(P::OperandContext* context, Build& build);  // Without its prefixes.
ast::ExprPtr build_table_call(P::NameContext* name, P::ArgumentsContext* arguments, SourceSpan span, Build& build);

// special_calls.cc
ast::ExprPtr build_special_call(P::SpecialCallContext* context, Build& build);
ast::ExprPtr build_json_call(P::JsonCallContext* context, Build& build);

// windows.cc
std::vector<ast::OrderItem> build_order_by(P::OrderByContext* context, Build& build);  // Empty for null.
ast::OrderItem build_order_item(P::OrderItemContext* context, Build& build);
ast::WindowSpec build_window(P::WindowSpecContext* context, Build& build);

// queries.cc, tables.cc, match_recognize.cc
ast::QueryPtr build_query(P::QueryContext* context, Build& build);
ast::TableRefPtr build_from(const std::vector<P::JoinTreeContext*>& contexts, Build& build);
std::vector<ast::Hint> build_hints(P::HintsContext* context, Build& build);  // Empty for null.
ast::MatchRecognize build_match_recognize(P::MatchRecognizeContext* context, ast::TableRefPtr input, Build& build);

// table_definition.cc
ast::TableSchema build_schema(P::TableElementsContext* context, Build& build);  // Empty for null.
ast::TableSchema build_schema(const std::vector<P::TableElementContext*>& elements, SourceSpan span, Build& build);
ast::Distribution build_distribution(P::DistributionContext* context, Build& build);
ast::PartitionSpec build_partition(P::PartitionSpecContext* context, Build& build);
void require_values(const ast::PartitionSpec& partition, Build& build);  // PARTITION (a) is only for ANALYZE.
ast::LikeClause build_like(P::LikeContext* context, Build& build);
ast::RefreshMode build_refresh_mode(P::RefreshModeContext* context);
ast::ExprPtr build_freshness(P::ExpressionContext* context, Build& build);
// Positions in a row are for ALTER, names without types for CREATE .. AS.
void reject_positions(const ast::TableSchema& schema, Build& build);

// create.cc, alter.cc, rows.cc, session.cc, statements.cc
ast::Statement build_create(P::CreateContext* context, Build& build);
ast::Statement build_replace(P::ReplaceTableContext* context, Build& build);
ast::Statement build_alter(P::AlterContext* context, Build& build);
ast::Statement build_drop(P::DropContext* context, Build& build);
ast::Insert build_insert(P::InsertContext* context, Build& build);
ast::StatementSet build_statement_set(P::StatementSetContext* context, Build& build);
ast::Statement build_rows_statement(P::StatementContext* context, Build& build);
ast::Update build_update(P::UpdateContext* context, Build& build);
ast::Delete build_delete(P::DeleteFromContext* context, Build& build);
ast::Statement build_session_statement(P::StatementContext* context, Build& build);
ast::Statement build_statement(P::StatementContext* context, Build& build);
std::optional<ast::FunctionLanguage> build_language(P::FunctionLanguageContext* context);

}  // namespace sluice::grammar
