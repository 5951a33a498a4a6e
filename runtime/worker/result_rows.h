#pragma once
// Rows of a result as bytes: per row one byte of RowKind, then its columns (runtime/abi/canonical_bytes.h).
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runtime/abi/batch.h"
#include "runtime/connectors/values/store.h"

namespace sluice::runtime {

struct EncodedRows {
  std::string bytes;
  std::vector<size_t> ends;  // Behind each row.
};
EncodedRows encode_rows(const Batch& batch, const RowSchema& schema);

// `count` rows, at most kBatchRowsMax. Any bytes may come: those that are no rows of this schema are NetworkError.
Result<std::vector<TableChange>> decode_rows(std::string_view bytes, uint32_t count, const RowSchema& schema);

}  // namespace sluice::runtime
