#include "later_flink.h"

#include <fmt/format.h>

#include <fstream>
#include <numeric>

#include "base/check.h"
#include "conformance_values.h"
#include "sql_expression.h"

namespace sluice::tests {
namespace {

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields(1);
  for (char c : line) {
    if (c == '\t') {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

// `INT NOT NULL: -1`, `rejected`, `fails`.
std::string answer_to(const std::string& sql) {
  SqlExpression expression(sql, {});
  if (expression.refused()) return "refused: " + expression.error();
  if (!expression.ok()) return "rejected";
  Outcome outcome = expression.evaluate({{}})[0];
  if (!outcome.error.empty()) return "fails";
  return serial_text(expression.type()) + ": " + json_text(outcome.value, expression.type());
}

}  // namespace

LaterFlink LaterFlink::read(const std::string& path) {
  LaterFlink out;
  std::ifstream file(path);
  SLUICE_CHECK(file.good());
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    std::vector<std::string> fields = split(line);
    SLUICE_CHECK(fields.size() == 6);
    out.classes_.push_back({fields[0], std::regex(fields[1]), std::regex(fields[2]), fields[3], fields[4]});
  }
  return out;
}

bool LaterFlink::take(const std::string& suite, const std::string& sql) {
  for (Class& each : classes_) {
    if (!std::regex_match(suite, each.suite) || !std::regex_match(sql, each.sql)) continue;
    ++each.count;
    return true;
  }
  return false;
}

std::vector<std::string> LaterFlink::complaints() const {
  std::vector<std::string> out;
  for (const Class& each : classes_) {
    if (each.count == 0) out.push_back(each.name + " has no record, or all of its records are right");
    std::string answer = answer_to(each.example);
    if (answer != each.measured) {
      out.push_back(fmt::format("{}: {} is {} and was measured as {}", each.name, each.example, answer, each.measured));
    }
  }
  return out;
}

std::string LaterFlink::summary() const {
  std::string out;
  for (const Class& each : classes_) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", each.name, each.count);
  return out;
}

size_t LaterFlink::taken() const {
  return std::accumulate(classes_.begin(), classes_.end(), size_t{0},
                         [](size_t sum, const Class& each) { return sum + each.count; });
}

}  // namespace sluice::tests
