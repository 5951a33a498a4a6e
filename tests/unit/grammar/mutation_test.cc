// Statements with one word or one character gone, doubled or moved: every one gets an AST whose print parses to the
// same AST, or one error with a place inside of the text; none takes the process along.
#include <fstream>
#include <sstream>
#include <vector>

#include "tests/unit/grammar/parse_fixture.h"

namespace sluice {
namespace {

constexpr int kMutations = 400;

std::string script() {
  std::ostringstream out;
  out << std::ifstream(SLUICE_SOURCE_DIR "/tests/bench/parse_script.sql").rdbuf();
  return out.str();
}

// Numbers that are the same in every run.
class Sequence {
 public:
  explicit Sequence(uint64_t seed) : state_(seed) {}
  size_t below(size_t bound) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<size_t>(state_ >> 33) % bound;
  }

 private:
  uint64_t state_;
};

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> out;
  std::string word;
  for (char c : text) {
    bool is_word = std::isalnum(static_cast<unsigned char>(c)) || c == '_';
    if (!is_word || (!word.empty() && !std::isalnum(static_cast<unsigned char>(word.back())) && word.back() != '_')) {
      if (!word.empty()) out.push_back(std::exchange(word, ""));
    }
    word += c;
  }
  out.push_back(word);
  return out;
}

std::string mutate(std::vector<std::string> words, Sequence& random) {
  size_t at = random.below(words.size()), other = random.below(words.size());
  switch (random.below(5)) {
    case 0:
      words[at].clear();
      break;
    case 1:
      words[at] += " " + words[other];
      break;
    case 2:
      std::swap(words[at], words[other]);
      break;
    case 3:
      words[at] = std::string(1, "()[]<>'`;,.*$?{}:\\\"/!\n"[random.below(22)]);
      break;
    default:
      if (!words[at].empty()) words[at].erase(random.below(words[at].size()), 1);
  }
  std::string out;
  for (const std::string& word : words) out += word;
  return out;
}

TEST(Mutation, EveryTextGetsAnAstOrErrorsWithPlaces) {
  std::vector<std::string> words = words_of(script());
  ASSERT_GT(words.size(), 1000u);
  Sequence random(1);
  for (int i = 0; i < kMutations; ++i) {
    std::string sql = mutate(words, random);
    SourceText source("mutation.sql", sql);
    Diagnostics diagnostics;
    ast::Script parsed = grammar::parse(source, diagnostics);
    for (const Error& error : diagnostics.errors()) {
      ASSERT_TRUE(error.span.has_value());
      ASSERT_LE(error.span->begin, error.span->end);
      ASSERT_LE(error.span->end, sql.size());
      ASSERT_FALSE(error.message.empty());
    }
    ast::Script again = parse_script(print_script(parsed));
    ASSERT_EQ(ast::dump(parsed), ast::dump(again)) << sql;
  }
}

}  // namespace
}  // namespace sluice
