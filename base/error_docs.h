#pragma once
// What the codes of error_code.h mean, for docs/errors.md and for reports that explain their findings.
#include <span>

#include "base/error_code.h"

namespace sluice {

struct ErrorDoc {
  ErrorCode code{};
  const char* name = "";     // As in error_code.h.
  const char* meaning = "";  // A sentence.
  const char* remedy = "";   // What to do: a sentence.
};

// Every code once, in the order of the numbers.
std::span<const ErrorDoc> error_docs();

// Whether `sluice check` can find it: the others are the running engine's.
constexpr bool is_of_statements(ErrorCode code) {
  auto number = static_cast<uint16_t>(code);
  return number < 2000 || number / 100 == 50;
}

}  // namespace sluice
