#pragma once
// Tokens of one statement -> ANTLR's parse tree, or what is wrong with them. The adapter around ANTLR's exceptions:
// none leaves here.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include <antlr4-runtime.h>

#include "SluiceParser.h"
#include "base/result.h"
#include "grammar/lexer/token.h"

namespace sluice::grammar {

// Where parsing stopped.
struct Mismatch {
  size_t token = 0;              // Index into the statement; its size for the end.
  std::set<TokenKind> expected;  // What would have been accepted there.
};

class TreeParser {
 public:
  TreeParser();
  ~TreeParser();
  TreeParser(const TreeParser&) = delete;
  TreeParser& operator=(const TreeParser&) = delete;

  // The tree lives until the next call. Null, and `mismatch` is set, when the tokens do not match the rule.
  template <class Tree>
  Tree* parse(std::span<const Token> tokens, Tree* (SluiceParser::*rule)(), Mismatch& mismatch) {
    Tree* tree = nullptr;
    auto run = [&](SluiceParser& parser) { tree = (parser.*rule)(); };
    return parse_with(tokens, run, mismatch) ? tree : nullptr;
  }

 private:
  bool parse_with(std::span<const Token> tokens, const std::function<void(SluiceParser&)>& run, Mismatch& mismatch);

  std::unique_ptr<antlr4::TokenStream> stream_;
  std::unique_ptr<SluiceParser> parser_;
};

// Parses another text by the same rule: the index of the first token that does not fit, kFits when there is none.
using Reach = std::function<size_t(std::string_view text)>;
inline constexpr size_t kFits = SIZE_MAX;

// The error to report for a mismatch: what is not expected, and what may have been meant. A suggestion is made only if
// it lets the parser go on.
Failure syntax_error(std::span<const Token> tokens, const Mismatch& mismatch, std::string_view source,
                     const Reach& reach);

}  // namespace sluice::grammar
