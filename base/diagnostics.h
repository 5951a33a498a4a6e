#pragma once
// Everything wrong with one script, in the order of the text. The front end reports and goes on, so that the author
// sees all of it at once; nothing is started while one error is left.
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/source_text.h"

namespace sluice {

class Diagnostics {
 public:
  // A failure with a warning's code is a warning.
  void report(Failure failure);
  bool ok() const { return errors_.empty(); }
  size_t count() const { return errors_.size(); }
  const std::vector<Error>& errors() const { return errors_; }
  const std::vector<Error>& warnings() const { return warnings_; }

  // Of the errors: file:line:column, the line itself, a caret under the span, the hint.
  std::string render(const SourceText& source) const;

 private:
  std::vector<Error> errors_, warnings_;
};

std::string render(const Error& error, const SourceText& source);

// "Did you mean `x`?" for the known name nearest to `wrong`, or the empty string when none is near.
std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& known);

}  // namespace sluice
