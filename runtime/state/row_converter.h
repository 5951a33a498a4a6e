#pragma once
// Records written under another layout of the same table: fields are matched by id.
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/state/row_codec.h"

namespace sluice::runtime {

class RowConverter {
 public:
  // IncompatibleState when a key field is not the same, or a field has another type now.
  static Result<RowConverter> make(const SegmentTable& from, const SegmentTable& to);

  // Records can be used as they are.
  bool is_identity() const { return is_identity_; }
  // Fields that the old layout lacks are NULL, or zero bytes where the type is NOT NULL.
  void convert(const RecordHeader& record, std::string& out);

 private:
  RowConverter(const SegmentTable& from, const SegmentTable& to) : from_(from), to_(to) {}
  void convert_field(size_t target, const RowCodec::PackedField& source, char* row, std::string& long_bytes) const;

  RowCodec from_;
  RowCodec to_;
  bool is_identity_ = false;
  std::vector<int> source_;        // Per field of `to_`: the field of `from_`, or -1.
  std::vector<bool> is_nullable_;  // Per field of `to_`.
  std::vector<RowCodec::PackedField> fields_;
};

}  // namespace sluice::runtime
