#pragma once
// The text of a CSV field as a value of a column's type.
#include <string>
#include <string_view>
#include <vector>

#include "runtime/formats/csv/dialect.h"
#include "runtime/formats/number_text.h"

namespace sluice::runtime::csv {

enum class Stored : uint8_t { Value, Null, Wrong };

class FieldStore {
 public:
  // `wrong_is_null`: of elements and fields of rows; what a whole field does is left to the caller.
  FieldStore(const Dialect& dialect, bool wrong_is_null) : dialect_(dialect), wrong_is_null_(wrong_is_null) {}

  // Writes the value to the row, unless the answer is Null or Wrong.
  Stored store(std::string_view text, const Type& type, MutableColumn& column, uint32_t row, KernelContext& context);
  // Field `field` of a ROW, to a column of its own.
  Stored store_field_of_row(std::string_view text, const Type& type, uint32_t field, MutableColumn& column,
                            uint32_t row, KernelContext& context);

 private:
  Stored store_scalar(std::string_view text, const Type& type, MutableColumn& column, uint32_t row,
                      KernelContext& context);
  Stored store_array(std::string_view text, const Type& type, MutableColumn& column, uint32_t row,
                     KernelContext& context);
  Stored store_row(std::string_view text, const Type& type, MutableColumn& column, uint32_t row,
                   KernelContext& context);
  // False: wrong, and not to be NULL.
  bool store_part(std::string_view text, const Type& type, MutableColumn& column, uint32_t row, KernelContext& context);
  const std::vector<std::string_view>& parts_of(std::string_view text);

  const Dialect& dialect_;
  const bool wrong_is_null_;
  std::vector<std::string_view> parts_;
  std::string digits_;
};

}  // namespace sluice::runtime::csv
