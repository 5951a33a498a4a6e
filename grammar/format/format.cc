#include "grammar/format/format.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/check.h"
#include "grammar/build/tree_parser.h"
#include "grammar/format/comments.h"
#include "grammar/format/layout.h"
#include "grammar/lexer/lexer.h"
#include "grammar/lexer/statements.h"
#include "grammar/lexer/words.h"
#include "grammar/parser.h"

namespace sluice::grammar {
namespace {

constexpr uint32_t kWidth = 100;

// ${NAME} outside of strings and comments becomes `$$NAME$`, which is a name of the same length.
void hide_variables(std::string& text) {
  if (text.find("${") == std::string::npos) return;
  std::vector<Token> tokens = tokenize(text).tokens;
  for (size_t i = 0; i + 3 < tokens.size(); ++i) {
    bool is_variable = tokens[i].kind == TokenKind::DOLLAR && tokens[i + 1].kind == TokenKind::LBRACE &&
                       tokens[i + 3].kind == TokenKind::RBRACE && tokens[i].begin + 2 == tokens[i + 2].begin &&
                       tokens[i + 2].end == tokens[i + 3].begin;
    if (is_variable) text[tokens[i + 1].begin] = text[tokens[i + 3].begin] = '$';
  }
}

void show_variables(std::string& text) {
  const Tokens lexed = tokenize(text);
  for (const Token& token : lexed.tokens) {
    bool is_variable =
        token.end - token.begin > 3 && text_of(token, text).starts_with("$$") && text[token.end - 1] == '$';
    if (is_variable) text[token.begin + 1] = '{', text[token.end - 1] = '}';
  }
}

class Formatter {
 public:
  explicit Formatter(std::string_view text)
      : text_(text), tokens_(tokenize(text).tokens), around_(attach_comments(tokens_, text)) {}

  std::string run() && {
    for (std::span<const Token> statement : split_statements(tokens_)) {
      auto first = static_cast<size_t>(statement.data() - tokens_.data());
      size_t end = first + statement.size();
      drop_until(first);
      print_statement(statement, first);
      at_ = end;
      if (tokens_[end].kind != TokenKind::SEMICOLON) continue;
      for (const Comment& comment : around_[end].after) print_behind(comment);
      at_ = end + 1;
    }
    drop_until(tokens_.size() - 1);
    print_before(around_.back());
    if (!out_.empty()) out_ += '\n';
    return std::move(out_);
  }

 private:
  // Semicolons of statements that are empty.
  void drop_until(size_t index) {
    for (; at_ < index; ++at_) {
      bool had_blank = around_[at_].blank_before;
      pass_on(around_[at_], around_[at_ + 1]);
      if (around_[at_ + 1].before.empty()) around_[at_ + 1].blank_before |= had_blank;
    }
  }

  void begin_line(bool blank_before) {
    if (!out_.empty()) out_ += blank_before ? "\n\n" : "\n";
  }
  void print_before(const Surroundings& around) {
    for (const Comment& comment : around.before) {
      begin_line(comment.blank_before);
      out_ += comment.text;
    }
  }
  void print_behind(const Comment& comment) {
    out_ += ' ';
    out_ += comment.text;
  }

  void print_statement(std::span<const Token> statement, size_t first) {
    print_before(around_[first]);
    begin_line(around_[first].blank_before);
    around_[first].before.clear();
    Mismatch mismatch;
    auto* tree = parser_.parse(statement, &SluiceParser::singleStatement, mismatch);
    SLUICE_CHECK(tree != nullptr);
    std::vector<Comment> last = std::exchange(around_[first + statement.size() - 1].after, {});
    Layout layout(text_, statement, std::span(around_).subspan(first, statement.size()));
    out_ += std::move(layout).run(tree->statement()).print(kWidth) + ";";
    for (const Comment& comment : last) print_behind(comment);
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::vector<Surroundings> around_;
  size_t at_ = 0;
  std::string out_;
  TreeParser parser_;
};

// What must stay.
struct Content {
  std::vector<std::string> words, comments;
  bool operator==(const Content&) const = default;
};

Content content_of(std::string_view text) {
  Content out;
  const Tokens lexed = tokenize(text);
  for (const Surroundings& around : attach_comments(lexed.tokens, text)) {
    for (const Comment& comment : around.before) out.comments.emplace_back(comment.text);
    for (const Comment& comment : around.after) out.comments.emplace_back(comment.text);
  }
  std::ranges::sort(out.comments);
  for (const Token& token : lexed.tokens) {
    if (token.kind == TokenKind::SEMICOLON || token.kind == TokenKind::End) continue;
    bool is_text = token.kind == TokenKind::STRING_LITERAL || token.kind == TokenKind::IDENTIFIER ||
                   token.kind == TokenKind::QUOTED_IDENTIFIER;
    out.words.push_back(token.kind == TokenKind::DOT_STAR ? ".*"
                        : is_text                         ? std::string(text_of(token, text))
                                                          : to_upper(text_of(token, text)));
  }
  return out;
}

}  // namespace

std::optional<std::string> format_script(const SourceText& source, Diagnostics& diagnostics) {
  std::string text(source.text());
  hide_variables(text);
  parse(SourceText("", text), diagnostics);
  if (!diagnostics.ok()) return std::nullopt;
  std::string out = Formatter(text).run();
  SLUICE_CHECK(content_of(text) == content_of(out));
  show_variables(out);
  return out;
}

}  // namespace sluice::grammar
