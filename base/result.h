#pragma once
// One failure travels as a value; all failures of a script are collected in Diagnostics (diagnostics.h).
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "base/error_code.h"

namespace sluice {

// Byte offsets into the script, end exclusive. Every AST node and every user error carries one; lines and
// columns exist only at the moment an error is printed.
struct SourceSpan {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool operator==(const SourceSpan&) const = default;
};

// Another place that an error is about; or a change that mends it, which the author may let a command make.
struct Note {
  SourceSpan span;
  std::string text;  // What is to be seen there; of a change, what is to stand there instead.
  bool is_change = false;
  bool operator==(const Note&) const = default;
};

struct Error {
  ErrorCode code{};
  std::string message;  // What is wrong: lower case, no full stop, the user's text in back-ticks.
  std::string hint;     // What to do about it: a sentence, or empty.
  std::optional<SourceSpan> span;
  std::vector<Note> notes = {};
};

// An error on its way into a Result or a Diagnostics.
struct Failure {
  Error error;
  Failure hint(std::string text) && {
    error.hint = std::move(text);
    return std::move(*this);
  }
  Failure note(SourceSpan span, std::string text) && {
    error.notes.push_back({span, std::move(text), false});
    return std::move(*this);
  }
  Failure change(SourceSpan span, std::string text) && {
    error.notes.push_back({span, std::move(text), true});
    return std::move(*this);
  }
};

template <class... Args>
Failure fail(ErrorCode code, std::optional<SourceSpan> span, fmt::format_string<Args...> format, Args&&... args) {
  return {{code, fmt::format(format, std::forward<Args>(args)...), {}, span}};
}

// The part of std::expected that we use, under the same names. Ours, because clang-tidy 14 cannot see the one
// of libstdc++ 12, and because a Failure must be able to grow a hint on its way out.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& operator*() & { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Error& error() const { return std::get<1>(state_); }
  Failure as_failure() && { return {std::get<1>(std::move(state_))}; }

 private:
  std::variant<T, Error> state_;
};

// A failure without a place in the script: the world's and the runtime's.
template <class... Args>
Failure fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return {{code, fmt::format(format, std::forward<Args>(args)...), {}, std::nullopt}};
}

struct Done {};
using Status = Result<Done>;

}  // namespace sluice

#define SLUICE_CAT2(a, b) a##b
#define SLUICE_CAT(a, b) SLUICE_CAT2(a, b)

// SLUICE_TRY(Window window, bind_window(call));  declares `window`, or returns the failure.
#define SLUICE_TRY(declaration, expression) SLUICE_TRY_IMPL(SLUICE_CAT(sluice_try_, __LINE__), declaration, expression)
#define SLUICE_TRY_IMPL(result, declaration, expression) \
  auto result = (expression);                            \
  if (!result) return std::move(result).as_failure();    \
  declaration = *std::move(result)

// SLUICE_DO(out.changes(batch));  the same for a Status.
#define SLUICE_DO(expression)                                         \
  do {                                                                \
    auto sluice_status = (expression);                                \
    if (!sluice_status) return std::move(sluice_status).as_failure(); \
  } while (false)
