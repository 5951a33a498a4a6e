// What to say about a token that does not fit.
#include <algorithm>

#include "base/diagnostics.h"
#include "grammar/build/expected_words.h"
#include "grammar/build/tree_parser.h"
#include "grammar/lexer/words.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;

constexpr size_t kSuspectBytesMin = 3;  // Shorter names are near to too many keywords.
constexpr size_t kLongWordBytesMin = 6;
constexpr size_t kSuspectsMax = 3;  // Words before the place where parsing stopped.

bool is_word(const Token& token) {
  return token.kind == IDENTIFIER || token.kind == RESERVED_WORD || token.kind == TYPE_WORD ||
         token.kind == FUNCTION_NAME || token.kind == ARGUMENT_NAME || token.kind >= kKeywords[0].kind;
}

// Short words are near to too many others: those must at least begin alike.
std::string nearest_word(const Token& token, const std::vector<std::string>& words, std::string_view source) {
  std::string word = to_upper(text_of(token, source));
  if (!is_word(token) || word.size() < 2 || std::ranges::find(words, word) != words.end()) return {};
  std::vector<std::string> candidates;
  for (const std::string& candidate : words) {
    if (word.size() >= kLongWordBytesMin || candidate[0] == word[0]) candidates.push_back(candidate);
  }
  // Names of two letters are near to none; of keywords few fit.
  auto is_short = [&](const std::string& candidate) { return word.size() == 2 && candidate.size() == 2; };
  if (std::ranges::count_if(candidates, is_short) == 1) return *std::ranges::find_if(candidates, is_short);
  std::string hint = did_you_mean(word, candidates);
  size_t begin = hint.find('`');
  return begin == std::string::npos ? "" : hint.substr(begin + 1, hint.rfind('`') - begin - 1);
}

// Keywords that begin or go on in a clause: what a name that swallowed a keyword may have been. They are never meant as
// names themselves.
const std::vector<std::string>& clause_words() {
  static const std::vector<std::string> kWords = {
      "FROM",       "WHERE",     "GROUP",       "HAVING",      "ORDER",   "LIMIT",  "OFFSET",  "UNION",
      "INTERSECT",  "EXCEPT",    "JOIN",        "INNER",       "CROSS",   "LEFT",   "RIGHT",   "FULL",
      "NATURAL",    "ON",        "USING",       "WINDOW",      "QUALIFY", "AS",     "VALUES",  "SELECT",
      "PARTITION",  "SET",       "INTO",        "WITH",        "COMMENT", "AND",    "OR",      "LIKE",
      "BETWEEN",    "FETCH",     "THEN",        "ELSE",        "WHEN",    "END",    "PRIMARY", "UNIQUE",
      "CONSTRAINT", "WATERMARK", "DISTRIBUTED", "PARTITIONED", "OVER",    "FILTER", "IS",      "IN"};
  return kWords;
}

class Diagnosis {
 public:
  Diagnosis(std::span<const Token> tokens, const Mismatch& mismatch, std::string_view source, const Reach& reach)
      : tokens_(tokens), mismatch_(mismatch), source_(source), reach_(reach) {}

  // A misspelt keyword is often swallowed as an alias or a name, and only what follows it does not fit: in
  // `SELECT a FORM t` it is `t`, in `a INT, PRIMRY KEY (a)` it is `(`. So the words before are suspects, too.
  Failure run() const {
    size_t at = mismatch_.token;
    if (auto error = misspelt(at, expected_words(mismatch_.expected))) return *std::move(error);
    size_t suspects = reach_ ? std::min(at, kSuspectsMax) : 0;  // Where nothing can be tried out, none is accused.
    for (size_t back = 1; back <= suspects; ++back) {
      bool may_be_swallowed = tokens_[at - back].kind == IDENTIFIER && text(at - back).size() >= kSuspectBytesMin;
      if (!may_be_swallowed) continue;
      if (auto error = misspelt(at - back, clause_words())) {
        error->error.span = through(at - back, at);
        return *std::move(error);
      }
    }
    if (at > 0 && starts_literal(tokens_[at - 1].kind) && helps_as_name(at - 1)) return reserved(at - 1);
    if (auto error = incomplete(at)) return *std::move(error);
    if (auto error = half_said(at)) return *std::move(error);
    if (at < tokens_.size()) return not_expected(at);
    return fail(ErrorCode::SyntaxError, tokens_.back().span(), "the statement ends too early")
        .hint(expected_in_words(mismatch_.expected));
  }

 private:
  std::string_view text(size_t index) const { return text_of(tokens_[index], source_); }

  Failure failure_at(size_t index, std::string hint) const {
    return fail(ErrorCode::SyntaxError, tokens_[index].span(), "`{}` is not expected here", text(index))
        .hint(std::move(hint));
  }
  Failure reserved(size_t index) const {
    std::string name = fmt::format("`{}`", text(index));
    return fail(ErrorCode::ReservedWord, tokens_[index].span(),
                "{} is a reserved word, and stands where a name is expected", name)
        .hint(fmt::format("As a name it stands in back-ticks: {}.", name))
        .change(tokens_[index].span(), name);
  }
  // From one token to another, where they stand on one line; the first one alone otherwise.
  SourceSpan through(size_t first, size_t last) const {
    if (last >= tokens_.size()) return tokens_[first].span();
    SourceSpan span{tokens_[first].begin, tokens_[last].end};
    bool is_one_line = source_.substr(span.begin, span.end - span.begin).find('\n') == std::string_view::npos;
    return is_one_line ? span : tokens_[first].span();
  }

  // Whether the statement parses further, past the next token at least, with another word in the place of this one.
  bool helps(size_t index, std::string_view word) const {
    if (!reach_) return true;
    uint32_t begin = tokens_.front().begin;
    std::string changed(source_.substr(begin, tokens_[index].begin - begin));
    changed += word;
    changed += source_.substr(tokens_[index].end, tokens_.back().end - tokens_[index].end);
    size_t reached = reach_(changed);
    return reached == kFits || reached > mismatch_.token + 1;
  }
  bool helps_as_name(size_t index) const { return helps(index, fmt::format("`{}`", text(index))); }

  std::optional<Failure> misspelt(size_t index, const std::vector<std::string>& words) const {
    if (index >= tokens_.size()) return {};
    std::string word = nearest_word(tokens_[index], words, source_);
    if (word.empty() || !helps(index, word)) return {};
    return fail(ErrorCode::SyntaxError, tokens_[index].span(), "`{}` is no keyword that fits here", text(index))
        .hint(fmt::format("Did you mean `{}`?", word))
        .change(tokens_[index].span(), word);
  }

  // An operator without what belongs behind it: the operator is what the author has to look at.
  std::optional<Failure> incomplete(size_t at) const {
    TokenKind before = at > 0 ? tokens_[at - 1].kind : End, here = at < tokens_.size() ? tokens_[at].kind : End;
    bool is_test = (before == K_IS && here != End) || (before == K_NOT && here == K_NULL);
    if (is_test) {
      SourceSpan span{tokens_[at - 1].begin, tokens_[at].end};
      std::string hint = before == K_NOT ? "Write `IS NOT NULL`." : expected_in_words(mismatch_.expected);
      return fail(ErrorCode::SyntaxError, span, "`{} {}` is not expected here", text(at - 1), text(at))
          .hint(std::move(hint));
    }
    if (here == ARGUMENT_NAME) {
      return failure_at(at + 1, "It names an argument of a call; to compare, write `>=`.");
    }
    bool opens = before == LBRACKET || before == LPAREN_QUERY;
    bool needs_operand = is_operator(before) && !opens && takes_expression(mismatch_.expected);
    if (!needs_operand) return {};
    return fail(ErrorCode::SyntaxError, through(at - 1, at), "`{}` has nothing on its right side", text(at - 1))
        .hint("Expected an expression.");
  }

  // Words that mean nothing without what belongs behind them: LEFT without JOIN, ARRAY without its type.
  std::optional<Failure> half_said(size_t at) const {
    if (at == 0 || at >= tokens_.size()) return {};
    TokenKind before = tokens_[at - 1].kind, here = tokens_[at].kind;
    TokenKind next = at + 1 < tokens_.size() ? tokens_[at + 1].kind : End;
    auto report = [&](size_t first, std::string hint) {
      return fail(ErrorCode::SyntaxError, through(first, first + 1), "`{} {}` is not expected here", text(first),
                  text(first + 1))
          .hint(std::move(hint));
    };
    bool begins_join =
        before == K_LEFT || before == K_RIGHT || before == K_FULL || before == K_INNER || before == K_CROSS;
    if (begins_join && mismatch_.expected.contains(K_JOIN)) {
      std::string_view hint = way_out(at);
      return report(at - 1, hint.empty() ? fmt::format("Write {} JOIN.", to_upper(text(at - 1))) : std::string(hint));
    }
    if (here == K_OUTER && next == K_JOIN) return report(at, "Write LEFT, RIGHT or FULL before it.");
    std::string word = to_upper(text(at));
    bool edits_star = word == "EXCLUDE" || word == "REPLACE" || word == "RENAME";
    if (before == STAR && edits_star && (next == LPAREN || next == LPAREN_QUERY)) {
      return report(at, "`*` stands for all columns: list the ones that are wanted.");
    }
    bool is_collection = before == K_ARRAY || before == K_MAP || before == K_MULTISET;
    if (!is_collection || !mismatch_.expected.contains(LT) || takes_expression(mismatch_.expected)) return {};
    return fail(ErrorCode::SyntaxError, through(at - 1, at), "`{}` needs the types of what it holds", text(at - 1))
        .hint(before == K_MAP ? "Write MAP<STRING, INT>." : fmt::format("Write {}<INT>.", to_upper(text(at - 1))));
  }

  // DATE, TIME and their like are read as the beginning of a literal before it turns out that they are none.
  static bool starts_literal(TokenKind kind) {
    return kind == K_DATE || kind == K_TIME || kind == K_TIMESTAMP || kind == K_INTERVAL;
  }

  // Words that Flink's parser knows for what Flink cannot run.
  std::string_view way_out(size_t at) const {
    TokenKind next = at + 1 < tokens_.size() ? tokens_[at + 1].kind : End;
    std::string word = to_upper(text(at));
    if (word == "PIVOT" && next == LPAREN) return "Write one `SUM(a) FILTER (WHERE b = ..)` per column.";
    if (word == "UNPIVOT" && next == LPAREN) return "Write one SELECT per column, and UNION ALL between them.";
    if (word == "MERGE" && at == 0) return "INSERT INTO a table with a primary key replaces the rows of the same key.";
    if (word == "SEMI" || word == "ANTI") {
      return "Write WHERE EXISTS (SELECT ..) or WHERE NOT EXISTS (SELECT ..).";
    }
    if (word == "DEFAULT" && tokens_[0].kind == K_CREATE) {
      return "Columns have no defaults: leave it out, and write the value in the INSERT, such as COALESCE(a, 5).";
    }
    if (word == "CHECK" && tokens_[0].kind == K_CREATE) {
      return "Tables check no conditions: leave it out, and filter with WHERE.";
    }
    if (word == "TOP" && at > 0 && tokens_[at - 1].kind == K_SELECT) return "Write LIMIT behind the query.";
    if (word == "STREAM" && at > 0 && tokens_[at - 1].kind == K_SELECT) return "Leave it out: every query is one.";
    return {};
  }

  Failure not_expected(size_t at) const {
    if (at > 0 && tokens_[at - 1].kind == K_SELECT && tokens_[at].kind == K_FROM) {
      return fail(ErrorCode::SyntaxError, tokens_[at].span(), "nothing stands between `{}` and `{}`", text(at - 1),
                  text(at))
          .hint("Write the columns that are wanted, or `*` for all of them.");
    }
    if (auto error = empty_from(at)) return *std::move(error);
    if (auto error = without_quotes(at)) return *std::move(error);
    if (auto error = word_of_others(at)) return *std::move(error);
    bool ends_list =
        at > 0 && tokens_[at - 1].kind == COMMA && (tokens_[at].kind == K_FROM || tokens_[at].kind == RPAREN);
    if (ends_list) {
      return fail(ErrorCode::SyntaxError, tokens_[at].span(), "nothing stands between `,` and `{}`", text(at))
          .hint("Remove the comma, or write behind it what is missing.")
          .change(tokens_[at - 1].span(), "");
    }
    if (at == 0 && to_upper(text(at)) == "MERGE") {
      return fail(ErrorCode::NotInStreaming, tokens_[at].span(), "MERGE does not run on streams")
          .hint(std::string(way_out(at)));
    }
    if (std::string_view hint = way_out(at); !hint.empty()) return failure_at(at, std::string(hint));
    bool names = takes_name(mismatch_.expected);
    bool needs_quotes = names && is_word(tokens_[at]) && is_reserved(text(at)) && !is_missing_operand(at);
    bool is_call = at + 1 < tokens_.size() && tokens_[at + 1].kind == LPAREN;
    if (needs_quotes && !is_call && helps_as_name(at)) return reserved(at);
    if (tokens_[at].kind == STRING_LITERAL && names) return failure_at(at, "Names are in back-ticks, not in quotes.");
    return failure_at(at, expected_in_words(mismatch_.expected));
  }
  // `connector = 'print'`, `table.exec.state.ttl = '1 d'`: up to the `=`.
  std::optional<Failure> without_quotes(size_t at) const {
    if (!mismatch_.expected.contains(STRING_LITERAL) || takes_expression(mismatch_.expected) || !is_word(tokens_[at])) {
      return {};
    }
    size_t last = at;
    while (last + 1 < tokens_.size() && tokens_[last + 1].begin == tokens_[last].end && tokens_[last + 1].kind != EQ) {
      ++last;
    }
    if (last + 1 >= tokens_.size() || tokens_[last + 1].kind != EQ) return {};
    SourceSpan span{tokens_[at].begin, tokens_[last].end};
    std::string key(source_.substr(span.begin, span.end - span.begin));
    return fail(ErrorCode::SyntaxError, span, "the key `{}` stands without quotes", key)
        .hint(fmt::format("Keys and values are strings: '{}' = '..'.", key))
        .change(span, fmt::format("'{}'", key));
  }

  // Words that other systems have at this place.
  std::optional<Failure> word_of_others(size_t at) const {
    std::string word = to_upper(text(at));
    if (at > 0 && tokens_[at - 1].kind == K_INSERT && is_word(tokens_[at])) {
      return fail(ErrorCode::SyntaxError, tokens_[at].span(), "INTO is missing in front of `{}`", text(at))
          .hint("Write INSERT INTO.")
          .change(tokens_[at].span(), fmt::format("INTO {}", text(at)));
    }
    if (word == "DATETIME" && tokens_[0].kind == K_CREATE) {
      return fail(ErrorCode::UnknownType, tokens_[at].span(), "type `{}` does not exist", text(at))
          .hint("Write TIMESTAMP(3).")
          .change(tokens_[at].span(), "TIMESTAMP(3)");
    }
    if (word == "CLASSIFIER" || word == "MATCH_NUMBER") {
      return fail(ErrorCode::BadPattern, tokens_[at].span(), "{} does not exist on streams", word)
          .hint("Name what is wanted in MEASURES, such as LAST(A.price).");
    }
    bool names_object =
        at > 0 && tokens_[0].kind == K_CREATE && (tokens_[at - 1].kind == K_TABLE || tokens_[at - 1].kind == K_VIEW);
    if (names_object && is_reserved(text(at)) && helps_as_name(at)) return reserved(at);
    bool opens = tokens_[at].kind == LPAREN || tokens_[at].kind == LPAREN_QUERY;
    bool is_column = opens && at + 1 < tokens_.size() && tokens_[0].kind == K_CREATE && is_word(tokens_[at + 1]) &&
                     is_reserved(text(at + 1));
    if (is_column && helps_as_name(at + 1)) return reserved(at + 1);
    return {};
  }

  // A clause, or a query without parentheses, where a table of FROM is expected.
  std::optional<Failure> empty_from(size_t at) const {
    if (at == 0 || (tokens_[at - 1].kind != K_FROM && tokens_[at - 1].kind != K_JOIN)) return {};
    TokenKind next = at + 1 < tokens_.size() ? tokens_[at + 1].kind : End;
    if (tokens_[at].kind == K_SELECT) {
      return fail(ErrorCode::SyntaxError, tokens_[at].span(), "a query behind `{}` stands in parentheses", text(at - 1))
          .hint("Write (SELECT ..) AS name.");
    }
    bool is_clause = std::ranges::find(clause_words(), to_upper(text(at))) != clause_words().end();
    bool goes_on = next == IDENTIFIER || next == QUOTED_IDENTIFIER || next == K_BY || next == STRING_LITERAL ||
                   next == INTEGER_LITERAL || next == K_SELECT;
    if (!is_clause || !goes_on) return {};
    return fail(ErrorCode::SyntaxError, tokens_[at].span(), "nothing stands between `{}` and `{}`", text(at - 1),
                text(at))
        .hint("Write the table that is read, or a query in parentheses.");
  }

  // `SELECT order FROM t` goes on when `order` is a name; so does `SELECT a + FROM t`, where the operand is missing.
  // What comes behind the word tells the two apart.
  bool is_missing_operand(size_t at) const {
    TokenKind next = at + 1 < tokens_.size() ? tokens_[at + 1].kind : End;
    bool starts_clause =
        next == End || next == IDENTIFIER || next == QUOTED_IDENTIFIER || next == LPAREN || next == LPAREN_QUERY;
    bool is_clause = std::ranges::find(clause_words(), to_upper(text(at))) != clause_words().end();
    return is_clause && starts_clause && takes_expression(mismatch_.expected);
  }

  std::span<const Token> tokens_;
  const Mismatch& mismatch_;
  std::string_view source_;
  const Reach& reach_;
};

}  // namespace

Failure syntax_error(std::span<const Token> tokens, const Mismatch& mismatch, std::string_view source,
                     const Reach& reach) {
  if (tokens.empty()) return fail(ErrorCode::SyntaxError, SourceSpan{0, 0}, "the text is empty");
  return Diagnosis(tokens, mismatch, source, reach).run();
}

}  // namespace sluice::grammar
