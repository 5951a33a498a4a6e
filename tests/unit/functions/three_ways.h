#pragma once
// An expression answered in three ways: interpreted over columns, folded with the row's values as literals, and
// compiled. An answer counts when all of them give it.
#include <memory>
#include <vector>

#include "compiled_expressions.h"

namespace sluice::tests {

class ThreeWays {
 public:
  struct Answers {
    std::shared_ptr<const SqlExpression> expression;
    std::vector<std::vector<Value>> rows;
    std::vector<Outcome> interpreted;
    std::vector<Outcome> folded;    // Empty when the expression is none that may be folded.
    std::vector<Outcome> compiled;  // After `compile`.

    // The way in which a row's answer is not as `is_right` wants it; null when there is none.
    template <class IsRight>
    const char* wrong_way(size_t row, const IsRight& is_right) const {
      if (!is_right(interpreted[row])) return "interpreted";
      if (!folded.empty() && !is_right(folded[row])) return "folded";
      if (!compiled.empty() && !is_right(compiled[row])) return "compiled";
      return nullptr;
    }
    const Outcome& of(std::string_view way, size_t row) const {
      return way == "folded" ? folded[row] : way == "compiled" ? compiled[row] : interpreted[row];
    }
  };

  // Interpreted and folded at once; answers are numbered from 0.
  size_t ask(std::shared_ptr<const SqlExpression> expression, std::vector<std::vector<Value>> rows);
  // All that was asked; as optimized code with SLUICE_TIER=optimized.
  void compile();
  const Answers& answers(size_t number) const { return answers_[number]; }
  size_t count() const { return answers_.size(); }
  // Expressions that generated code computes; the others it leaves to the interpreter.
  size_t generated_count() const { return generated_count_; }

 private:
  std::vector<Answers> answers_;
  size_t generated_count_ = 0;
};

}  // namespace sluice::tests
