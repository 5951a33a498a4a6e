// Names, strings that belong to clauses, and options.
#include "grammar/build/build.h"

namespace sluice::grammar {

ast::Identifier identifier_of(antlr4::tree::TerminalNode* word, Build& build) {
  SourceSpan span = span_of(word);
  std::string_view token = build.text(span);
  if (token[0] != '`') return {std::string(token), span};
  std::string text;
  for (size_t i = 1; i + 1 < token.size(); ++i) {
    text += token[i];
    if (token[i] == '`') ++i;
  }
  return {std::move(text), span};
}

ast::Identifier build_identifier(P::IdentifierContext* context, Build& build) {
  auto* child = context->children.front();
  if (auto* keyword = dynamic_cast<P::NonReservedContext*>(child)) child = keyword->children.front();
  return identifier_of(dynamic_cast<antlr4::tree::TerminalNode*>(child), build);
}

std::vector<ast::Identifier> build_identifiers(const std::vector<P::IdentifierContext*>& contexts, Build& build) {
  std::vector<ast::Identifier> out;
  for (auto* context : contexts) out.push_back(build_identifier(context, build));
  return out;
}

std::vector<ast::Identifier> build_list(P::IdentifierListContext* context, Build& build) {
  return context ? build_identifiers(context->identifier(), build) : std::vector<ast::Identifier>{};
}

ast::Name build_name(P::NameContext* context, Build& build) {
  return {build_identifiers(context->identifier(), build), span_of(context)};
}

std::vector<ast::Name> build_names(const std::vector<P::NameContext*>& contexts, Build& build) {
  std::vector<ast::Name> out;
  for (auto* context : contexts) out.push_back(build_name(context, build));
  return out;
}

ast::Text text_of_token(antlr4::tree::TerminalNode* node, Build& build) {
  SourceSpan span = span_of(node);
  return {decode_string(build.text(span), span, '\\', build), span};
}

ast::Text build_text(P::TextContext* context, Build& build) { return text_of_token(context->STRING_LITERAL(), build); }

ast::Option build_option(P::OptionContext* context, Build& build) {
  return {build_text(context->text(0), build), build_text(context->text(1), build), span_of(context)};
}

std::vector<ast::Option> build_options(P::OptionListContext* context, Build& build) {
  std::vector<ast::Option> out;
  for (auto* option : context->option()) out.push_back(build_option(option, build));
  return out;
}

std::vector<ast::Option> build_options(P::WithOptionsContext* context, Build& build) {
  return context ? build_options(context->optionList(), build) : std::vector<ast::Option>{};
}

std::optional<ast::Text> build_comment(P::CommentContext* context, Build& build) {
  if (!context) return {};
  return build_text(context->text(), build);
}

}  // namespace sluice::grammar
