#include "runtime/checkpoint/kept_committables.h"

#include "runtime/checkpoint/byte_codec.h"

namespace sluice::runtime {
namespace {

constexpr std::string_view kFormat = "kept committables 1\n";
constexpr size_t kCommittableBytesMin = 4;

}  // namespace

std::string encode(const KeptCommittables& kept) {
  ByteWriter out;
  out.text(kept.connector);
  out.number(kept.id);
  out.text(kept.job_id);
  out.number(static_cast<uint32_t>(kept.committables.size()));
  for (const std::string& committable : kept.committables) out.text(committable);
  return std::string(kFormat) + out.take();
}

bool is_kept(std::string_view committable) { return committable.starts_with(kFormat); }

std::optional<KeptCommittables> decode_kept(std::string_view committable) {
  if (!is_kept(committable)) return {};
  ByteReader in(committable.substr(kFormat.size()));
  KeptCommittables kept;
  kept.connector = in.text();
  kept.id = in.number<CheckpointId>();
  kept.job_id = in.text();
  uint32_t count = in.count(kCommittableBytesMin);
  for (uint32_t i = 0; i < count && in.is_good(); ++i) kept.committables.push_back(in.text());
  if (!in.is_good() || !in.is_at_end()) return {};
  return kept;
}

bool holds_rows(std::string_view committable) {
  return !committable.empty() && !committable.starts_with(kNoRows) && !is_kept(committable);
}

}  // namespace sluice::runtime
