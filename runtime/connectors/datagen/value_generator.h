#pragma once
// How a column of a `datagen` table is made: random values of any type, or a sequence.
#include <memory>
#include <string>

#include "base/result.h"
#include "base/split_mix.h"
#include "catalog/connectors/datagen.h"
#include "catalog/types/type.h"
#include "catalog/types/value.h"

namespace sluice::runtime::datagen {

class ValueGenerator {
 public:
  virtual ~ValueGenerator() = default;
  // The value of row `row` (counted over all subtasks).
  virtual Value make(uint64_t row, SplitMix& random, int64_t now_ms) const = 0;
  // Rows until a sequence ends; UINT64_MAX without end.
  virtual uint64_t rows_max() const { return UINT64_MAX; }
};

Result<std::unique_ptr<ValueGenerator>> make_generator(const std::string& column, const Type& type,
                                                       const DatagenFieldOptions& options);

}  // namespace sluice::runtime::datagen
