#pragma once
// How a column of a `datagen` table is made: random values of any type, or a sequence.
#include <memory>
#include <string>

#include "base/result.h"
#include "catalog/connectors/datagen.h"
#include "catalog/types/type.h"
#include "catalog/types/value.h"

namespace sluice::runtime::datagen {

// SplitMix64's state is the position; equal states give equal rows.
struct RowRandom {
  uint64_t state = 0;
  uint64_t next();
  uint64_t below(uint64_t bound);  // Uniform; bound > 0.
  double unit();                   // [0, 1)
};

class ValueGenerator {
 public:
  virtual ~ValueGenerator() = default;
  // The value of row `row` (counted over all subtasks).
  virtual Value make(uint64_t row, RowRandom& random, int64_t now_ms) const = 0;
  // Rows until a sequence ends; UINT64_MAX without end.
  virtual uint64_t rows_max() const { return UINT64_MAX; }
};

Result<std::unique_ptr<ValueGenerator>> make_generator(const std::string& column, const Type& type,
                                                       const DatagenFieldOptions& options);

}  // namespace sluice::runtime::datagen
