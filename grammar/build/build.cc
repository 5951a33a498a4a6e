#include "grammar/build/build.h"

namespace sluice::grammar {

void Build::reject(SourceSpan span, std::string_view message, std::string_view hint, ErrorCode code) {
  report(fail(code, span, "{}", message).hint(std::string(hint)));
}

void Build::not_expected(SourceSpan span, std::string_view hint) {
  reject(span, fmt::format("`{}` is not expected here", text(span)), hint);
}

SourceSpan span_of(const antlr4::Token* token) {
  return {static_cast<uint32_t>(token->getStartIndex()), static_cast<uint32_t>(token->getStopIndex() + 1)};
}
SourceSpan span_of(antlr4::ParserRuleContext* context) {
  return {span_of(context->getStart()).begin, span_of(context->getStop()).end};
}
SourceSpan span_of(antlr4::tree::TerminalNode* node) { return span_of(node->getSymbol()); }

SourceSpan join(SourceSpan first, SourceSpan last) { return {first.begin, last.end}; }

TokenKind kind_of(antlr4::tree::TerminalNode* node) { return static_cast<TokenKind>(node->getSymbol()->getType()); }
TokenKind first_kind(antlr4::ParserRuleContext* context) {
  return static_cast<TokenKind>(context->getStart()->getType());
}
TokenKind child_kind(antlr4::ParserRuleContext* context, size_t index) {
  if (index >= context->children.size()) return TokenKind::End;
  auto* node = dynamic_cast<antlr4::tree::TerminalNode*>(context->children[index]);
  return node ? kind_of(node) : TokenKind::End;
}
antlr4::tree::TerminalNode* find_token(antlr4::ParserRuleContext* context, TokenKind kind) {
  return context->getToken(static_cast<size_t>(kind), 0);
}

}  // namespace sluice::grammar
