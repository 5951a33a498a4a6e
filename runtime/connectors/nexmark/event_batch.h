#pragma once
// From the generator's arrays to a batch with the columns a query reads.
#include <array>
#include <vector>

#include "planner/jobgraph/jobgraph.h"
#include "runtime/abi/batch.h"
#include "runtime/connectors/nexmark/generator.h"

namespace sluice::runtime::nexmark {

// What one output column holds: the event type, a whole event, or one of its fields.
struct OutputColumn {
  enum class What : uint8_t { EventType, Event, Field } what = What::EventType;
  Kind kind = Kind::Bid;
  uint32_t field = 0;
};

// The fields of each kind in the order of Nexmark's DDL.
const RowSchema& fields_of(Kind kind);

// Fails when the table is not Nexmark's.
Result<std::vector<OutputColumn>> resolve_columns(const jobgraph::Source& source);
// The kinds which the pushed filters let through: equalities of the event type with constants, OR-ed or AND-ed.
Result<std::array<bool, 3>> resolve_filters(const jobgraph::Source& source, const std::vector<OutputColumn>& columns);

// Owns the arrays that a generator writes to. Arrays of columns that the query reads become the batch's own; all others
// are reused.
class EventBatch {
 public:
  EventBatch(BufferPool& pool, std::vector<OutputColumn> columns, std::array<bool, 3> wanted);
  EventBatch(const EventBatch&) = delete;

  Batch generate(Generator& generator, const Texts& texts, uint32_t rows_max, int64_t end, int64_t* last_time_ms);
  // One row of the only wanted kind whose times are `time_ms`: what a watermark needs to see of dropped events.
  Batch progress(int64_t time_ms);
  bool drops_events() const { return single_kind_ >= 0; }

 private:
  void prepare_arrays();
  EventColumns pointers() const;
  Batch dense_batch(const Generator::Produced& produced);
  Batch mixed_batch(const Generator::Produced& produced);
  Column event_type_column(uint32_t rows);
  Column null_column(const OutputColumn& column, uint32_t rows);
  Column scattered(Kind kind, uint32_t field, uint32_t rows, const BufferRef& validity);

  BufferPool& pool_;
  std::vector<OutputColumn> columns_;
  std::array<bool, 3> wanted_;
  int single_kind_ = -1;  // The only wanted kind; its arrays are handed out as they are.
  std::array<std::vector<BufferRef>, 3> arrays_;
  std::array<uint8_t, kEventRowsMax> order_{};
};

}  // namespace sluice::runtime::nexmark
