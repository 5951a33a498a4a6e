// Any text gets an AST that its own print gives again and that formatting keeps, or errors with places inside of the
// text.
#include <fstream>
#include <sstream>

#include "grammar/ast/dump.h"
#include "grammar/ast/print.h"
#include "grammar/format/format.h"
#include "grammar/parser.h"
#include "tests/fuzz/bytes_target.h"

namespace sluice::testing {
namespace {

const std::string& corpus() {
  static const std::string text = [] {
    std::ostringstream out;
    out << std::ifstream(SLUICE_SOURCE_DIR "/tests/bench/parse_script.sql").rdbuf();
    return out.str();
  }();
  return text;
}

std::string print(const ast::Script& script) {
  std::string out;
  for (const ast::Statement& statement : script.statements) out += ast::print(statement) + ";\n";
  return out;
}

bool have_places(const Diagnostics& diagnostics, size_t size) {
  for (const Error& error : diagnostics.errors()) {
    if (!error.span || error.span->begin > error.span->end || error.span->end > size || error.message.empty()) {
      return false;
    }
  }
  return true;
}

// Formatting keeps the AST, and changes nothing the second time.
bool formats_well(const SourceText& source, const ast::Script& parsed) {
  Diagnostics diagnostics;
  auto once = grammar::format_script(source, diagnostics);
  if (!once) return false;
  SourceText formatted("formatted.sql", *once);
  ast::Script again = grammar::parse(formatted, diagnostics);
  auto twice = grammar::format_script(formatted, diagnostics);
  if (diagnostics.ok() && ast::dump(parsed) == ast::dump(again) && twice == once) return true;
  std::fprintf(stderr, "formatted:\n%s\nand again:\n%s\n", once->c_str(), twice.value_or("").c_str());
  return false;
}

}  // namespace

// Some lines of a script, or words of it in any order.
std::string fuzz_sample(Draw& draw) {
  const std::string& all = corpus();
  auto size = static_cast<uint32_t>(all.size());
  if (!draw.one_in(3)) {
    uint32_t begin = draw.below(size);
    return all.substr(begin, draw.below(2000));
  }
  std::string out;
  for (uint32_t words = draw.below(30); words > 0; --words) {
    size_t begin = all.find_first_not_of(" \n", draw.below(size));
    if (begin == std::string::npos) continue;
    out += all.substr(begin, all.find_first_of(" \n", begin) - begin) + " ";
  }
  return out;
}

bool fuzz_check(std::string_view bytes) {
  SourceText source("fuzz.sql", bytes);
  Diagnostics diagnostics;
  ast::Script parsed = grammar::parse(source, diagnostics);
  if (!have_places(diagnostics, bytes.size())) return false;
  if (diagnostics.ok() && !formats_well(source, parsed)) return false;
  std::string printed = print(parsed);
  SourceText source_again("print.sql", printed);
  Diagnostics diagnostics_again;
  ast::Script again = grammar::parse(source_again, diagnostics_again);
  if (diagnostics_again.ok() && ast::dump(parsed) == ast::dump(again)) return true;
  std::fprintf(stderr, "printed:\n%s\n%s\n", printed.c_str(), diagnostics_again.render(source_again).c_str());
  return false;
}

}  // namespace sluice::testing
