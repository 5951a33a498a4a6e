#pragma once
// What a kernel may use beside its arguments. Plain, because generated code passes it through.
#include <cstdint>

#include "base/buffer.h"
#include "base/column_abi.h"
#include "base/scalar_abi.h"

namespace sluice {

// A row that cannot be computed. The first one wins; while decoding the table's policy decides, elsewhere the job
// fails with span and values. Never an exception.
struct RowError {
  const char* reason = nullptr;  // Static text or arena memory; null while all is well.
  uint32_t reason_size = 0;      // 0: `reason` is zero-terminated.
  uint32_t row = 0;              // Of the batch being computed.
  uint32_t call_site = 0;        // Of the failing expression: catalog/expr/call_site.h.

  explicit operator bool() const { return reason != nullptr; }
};

// What every kernel of a job sees alike.
struct SessionContext {
  const char* time_zone = "UTC";                   // table.local-time-zone
  const void* zone = nullptr;                      // Its rules, resolved once; see catalog/functions/time_zone.h.
  int64_t statement_time_ms = 0;                   // For CURRENT_TIMESTAMP in batch mode and the like.
  int64_t (*now_ms)(const void* clock) = nullptr;  // Env's wall clock, for functions that read it per row.
  const void* clock = nullptr;
  uint64_t (*random)(void* source) = nullptr;  // Env's randomness, for functions that draw per row; any thread.
  void* random_source = nullptr;
};

// One per evaluation of a program on a thread.
struct KernelContext {
  Arena* arena = nullptr;
  const SessionContext* session = nullptr;
  RowError error;
  int64_t watermark_ms = INT64_MIN;  // For CURRENT_WATERMARK.

  // Makes room for at least `rows` rows in the child column of a list; contents stay.
  void (*grow)(KernelContext*, MutableColumn*, uint32_t rows) = nullptr;
  void* grow_context = nullptr;
};

}  // namespace sluice
