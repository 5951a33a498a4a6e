#pragma once
// Numbers in the texts of messages, as Java reads them.
#include <string>
#include <string_view>

#include "base/kernel_context.h"
#include "catalog/types/type.h"

namespace sluice::runtime {

// Without blanks and control characters at both ends.
std::string_view trim_text(std::string_view text);
// Unicode's decimal digits as ASCII ones; the text itself when it is ASCII. `kept` holds what is returned.
std::string_view ascii_digits(std::string_view text, std::string& kept);
// A sign and digits, nothing else.
bool read_whole_number(std::string_view text, int64_t least, int64_t greatest, int64_t& out);
// Double.parseDouble: blanks around, suffixes f and d, hexadecimal floats, NaN and Infinity.
template <class T>
bool read_java_floating(std::string_view text, T& out);

// The least and the greatest value of an integer type.
struct IntegerRange {
  int64_t least = 0, greatest = 0;
};
IntegerRange range_of(const Type& type);
void store_integer(const Type& type, MutableColumn& column, uint32_t row, int64_t value);

// BigDecimal's constructor, rounded half up to the type: false when the text is none; NULL is stored on overflow.
enum class DecimalRead : uint8_t { Stored, Overflow, NoNumber };
DecimalRead store_decimal_text(std::string_view text, const Type& type, MutableColumn& column, uint32_t row);

// Copies long texts to the arena.
void store_text(std::string_view text, MutableColumn& column, uint32_t row, KernelContext& context);

template <class T>
void store_value(MutableColumn& column, uint32_t row, T value) {
  __builtin_memcpy(static_cast<char*>(column.values) + size_t{row} * sizeof(T), &value, sizeof(T));
}
inline void mark_valid(MutableColumn& column, uint32_t row) {
  if (column.validity != nullptr) set_valid(column.validity, row, true);
}
// Writes NULL and initialises what lies below. False: a column on the way is NOT NULL at the top.
bool store_null(const Type& type, MutableColumn& column, uint32_t row);

}  // namespace sluice::runtime
