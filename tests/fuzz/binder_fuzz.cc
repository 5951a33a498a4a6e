// Any statements bind, plan and become job graphs, or give errors with places inside of the text; EXPLAIN and lineage
// can show whatever was planned.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "planner/explain/explain.h"
#include "planner/lineage/lineage.h"
#include "planner/script/compile.h"
#include "tests/fuzz/bytes_target.h"

namespace sluice::testing {
namespace {

// A file of tests/sql/bind: the tables that its statements need, and the statements.
struct Corpus {
  std::string prologue;
  std::vector<std::vector<std::string>> statements;  // As tokens.
};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Words, quoted texts and single signs; blanks stay with what they follow.
std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> tokens;
  for (size_t at = 0; at < text.size();) {
    size_t end = at + 1;
    char first = text[at];
    if (first == '\'' || first == '`') {
      end = std::min(text.find(first, at + 1), text.size() - 1) + 1;
    } else if (is_word(first)) {
      while (end < text.size() && is_word(text[end])) ++end;
    }
    while (end < text.size() && (text[end] == ' ' || text[end] == '\n')) ++end;
    tokens.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return tokens;
}

Corpus read_corpus(const std::filesystem::path& path) {
  Corpus corpus;
  std::ifstream in(path);
  std::string name, text;
  bool is_answer = false;
  auto take = [&] {
    if (name == "# prologue") {
      corpus.prologue = text;
    } else if (!text.empty()) {
      corpus.statements.push_back(tokens_of(text));
    }
    text.clear();
  };
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("# ")) {
      take();
      name = line;
      is_answer = false;
    } else if (line == "----") {
      is_answer = true;
    } else if (!is_answer) {
      text += line + "\n";
    }
  }
  take();
  return corpus;
}

const std::vector<Corpus>& corpora() {
  static const std::vector<Corpus> all = [] {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(SLUICE_SOURCE_DIR "/tests/sql/bind")) {
      paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::vector<Corpus> corpora;
    for (const auto& path : paths) corpora.push_back(read_corpus(path));
    SLUICE_CHECK(!corpora.empty());
    return corpora;
  }();
  return all;
}

template <class T>
const T& any_of(const std::vector<T>& items, Draw& draw) {
  return items[draw.below(static_cast<uint32_t>(items.size()))];
}

// Replaces, drops, doubles or moves some tokens; what comes in is from any statement of the file.
void change_tokens(std::vector<std::string>& tokens, const Corpus& corpus, Draw& draw) {
  for (uint32_t times = draw.below(6); times > 0 && !tokens.empty(); --times) {
    auto at = draw.below(static_cast<uint32_t>(tokens.size()));
    auto place = tokens.begin() + at;
    const std::vector<std::string>& other = any_of(corpus.statements, draw);
    switch (draw.below(5)) {
      case 0:
        *place = any_of(other, draw);
        break;
      case 1:
        tokens.erase(place);
        break;
      case 2:
        tokens.insert(place, any_of(tokens, draw));
        break;
      case 3: {
        auto begin = draw.below(static_cast<uint32_t>(other.size()));
        auto count = std::min<size_t>(draw.below(12), other.size() - begin);
        tokens.insert(place, other.begin() + begin, other.begin() + static_cast<ptrdiff_t>(begin + count));
        break;
      }
      default:
        std::swap(*place, tokens[draw.below(static_cast<uint32_t>(tokens.size()))]);
    }
  }
}

bool have_places(const Diagnostics& diagnostics, size_t size) {
  for (const Error& error : diagnostics.errors()) {
    if (error.span && error.span->begin <= error.span->end && error.span->end <= size && !error.message.empty()) {
      continue;
    }
    std::fprintf(stderr, "no place: SL%d %s\n", static_cast<int>(error.code), error.message.c_str());
    return false;
  }
  return true;
}

}  // namespace

std::string fuzz_sample(Draw& draw) {
  const Corpus& corpus = any_of(corpora(), draw);
  std::string text = corpus.prologue;
  for (uint32_t statements = 1 + draw.below(3); statements > 0; --statements) {
    std::vector<std::string> tokens = any_of(corpus.statements, draw);
    if (!draw.one_in(4)) change_tokens(tokens, corpus, draw);
    for (const std::string& token : tokens) text += token;
    text += ";\n";
  }
  return text;
}

bool fuzz_check(std::string_view bytes) {
  SourceText source("fuzz.sql", bytes);
  Diagnostics planning, compiling;
  planner::CompiledScript planned = planner::compile_script(source, Catalog(), Settings(), planning, planner::ToPlan{});
  for (const planner::CompiledStatement& statement : planned.statements) {
    auto* job = std::get_if<planner::PlannedJob>(&statement.kind);
    if (job != nullptr) planner::lineage_text(planner::lineage_of(job->bound));
  }
  planner::compile_script(source, Catalog(), Settings(), compiling);
  bool is_right = have_places(planning, bytes.size()) && have_places(compiling, bytes.size());
  if (!is_right) std::fprintf(stderr, "%.*s\n", static_cast<int>(bytes.size()), bytes.data());
  return is_right;
}

}  // namespace sluice::testing
