#include "runtime/worker/result_rows.h"

#include <algorithm>
#include <cstring>

#include "runtime/abi/canonical_bytes.h"
#include "runtime/connectors/row_batch.h"

namespace sluice::runtime {
namespace {

// Walks over canonical bytes of any origin; `is_good` turns false at the first that cannot be right.
class Walk {
 public:
  explicit Walk(std::string_view bytes) : rest_(bytes) {}

  void value(const Type& type) {
    std::string_view null = take(1);
    if (!is_good_ || null[0] == 1) return;
    if (null[0] != 0) is_good_ = false;
    switch (type.physical()) {
      case Physical::String:
        take(length());
        return;
      case Physical::Struct:
        for (uint32_t c = 0; c < type.child_count() && is_good_; ++c) value(type.child(c));
        return;
      case Physical::List:
      case Physical::Map:
        return elements(type);
      default:
        take(type.width());
    }
  }
  void kind() {
    std::string_view byte = take(1);
    if (is_good_ && static_cast<uint8_t>(byte[0]) > static_cast<uint8_t>(RowKind::Delete)) is_good_ = false;
  }
  bool is_good() const { return is_good_; }
  size_t rest() const { return rest_.size(); }

 private:
  void elements(const Type& type) {
    uint32_t count = length();
    // Every element has a null byte at least, so the loop is bounded by the bytes that are there.
    for (uint32_t i = 0; i < count && is_good_; ++i) {
      value(type.child(0));
      if (type.physical() != Physical::Map || !is_good_) continue;
      type.is(TypeRoot::Multiset) ? value(Type::integer().not_null()) : value(type.child(1));
    }
  }
  uint32_t length() {
    uint32_t value = 0;
    std::string_view bytes = take(sizeof value);
    if (is_good_) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::string_view take(size_t size) {
    if (size > rest_.size()) {
      is_good_ = false;
      return {};
    }
    std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  bool is_good_ = true;
};

Status check_rows(std::string_view bytes, uint32_t count, const RowSchema& schema) {
  Walk walk(bytes);
  for (uint32_t row = 0; row < count && walk.is_good(); ++row) {
    walk.kind();
    for (const RowField& field : schema) {
      if (walk.is_good()) walk.value(field.type);
    }
  }
  if (count <= kBatchRowsMax && walk.is_good() && walk.rest() == 0) return Done{};
  return fail(ErrorCode::NetworkError, "{} bytes are not {} rows of the result", bytes.size(), count);
}

}  // namespace

EncodedRows encode_rows(const Batch& batch, const RowSchema& schema) {
  EncodedRows out;
  out.ends.reserve(batch.rows);
  BatchView view(batch);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    out.bytes.push_back(static_cast<char>(batch.kind(row)));
    for (size_t c = 0; c < schema.size(); ++c) append_canonical(view.columns()[c], schema[c].type, row, out.bytes);
    out.ends.push_back(out.bytes.size());
  }
  return out;
}

Result<std::vector<TableChange>> decode_rows(std::string_view bytes, uint32_t count, const RowSchema& schema) {
  SLUICE_DO(check_rows(bytes, count, schema));
  BufferPool pool;
  Arena arena(pool);
  BatchBuilder builder(pool, schema);
  KernelContext context;
  context.arena = &arena;
  builder.bind(context);
  int8_t* kinds = builder.kinds();
  const char* at = bytes.data();
  for (uint32_t row = 0; row < count; ++row) {
    kinds[row] = *at++;
    for (size_t c = 0; c < schema.size(); ++c) {
      at = read_canonical(at, schema[c].type, context, builder.columns()[c], row);
    }
  }
  return changes_of(builder.finish(count, &arena), schema);
}

}  // namespace sluice::runtime
