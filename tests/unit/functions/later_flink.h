#pragma once
// Classes of expressions for which Flink's own tests, which are those of a later release, want another answer than the
// release whose answers are ours gives: tests/conformance/later_flink.tsv. Each class has an example with the answer
// that was measured on that release, and we must give the same.
#include <regex>
#include <string>
#include <vector>

namespace sluice::tests {

class LaterFlink {
 public:
  static LaterFlink read(const std::string& path);

  // Counts a record that is not right in the first class that has it; false when none has.
  bool take(const std::string& suite, const std::string& sql);
  // What is wrong with the table: classes that took no record, examples to which we answer otherwise.
  std::vector<std::string> complaints() const;
  std::string summary() const;  // Names and counts.
  size_t taken() const;

 private:
  struct Class {
    std::string name;
    std::regex suite, sql;
    std::string example, measured;
    size_t count = 0;
  };
  std::vector<Class> classes_;
};

}  // namespace sluice::tests
