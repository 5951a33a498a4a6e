#pragma once
// Reads one segment. Every byte that is handed out was verified.
#include <cstdint>
#include <memory>
#include <string>

#include "base/env/env.h"
#include "base/result.h"
#include "runtime/checkpoint/segment_format.h"
#include "runtime/checkpoint/state_handle.h"

namespace sluice::runtime {

class SegmentReader {
 public:
  static Result<std::unique_ptr<SegmentReader>> open(Env env, const std::string& directory, const SegmentRef& ref);

  const SegmentFooter& footer() const { return footer_; }
  const SegmentRef& ref() const { return ref_; }
  Status read(const SegmentBlock& block, std::string& bytes) const;
  // Reads everything.
  Status verify() const;

 private:
  SegmentReader(std::string path, SegmentRef ref) : path_(std::move(path)), ref_(std::move(ref)) {}
  Status read_exactly(uint64_t offset, size_t size, std::string& bytes) const;
  Status read_footer();

  std::string path_;
  SegmentRef ref_;
  std::unique_ptr<ReadableFile> file_;
  SegmentFooter footer_;
  uint64_t footer_offset_ = 0;
};

// The records of a verified block, one after another. False when `bytes` is not a sequence of whole records.
template <class Visit>
bool for_each_record(std::string_view bytes, Visit&& visit) {
  while (!bytes.empty()) {
    auto* record = reinterpret_cast<const RecordHeader*>(bytes.data());
    if (bytes.size() < sizeof(RecordHeader) || record->bytes > bytes.size() || record->bytes < sizeof(RecordHeader)) {
      return false;
    }
    visit(*record);
    bytes.remove_prefix(record->bytes);
  }
  return true;
}

}  // namespace sluice::runtime
