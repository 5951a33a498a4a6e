#pragma once
// What a checkpoint says about a sink whose table has another connector by now. Its rows are visible, but how far they
// are stays with the job, for a time when the table has the former connector again.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/operators/operator.h"

namespace sluice::runtime {

struct KeptCommittables {
  std::string connector;
  CheckpointId id = 0;  // Of the last checkpoint with this connector, and the job that took it.
  std::string job_id;
  std::vector<std::string> committables;
  bool operator==(const KeptCommittables&) const = default;
};

// As one more committable.
std::string encode(const KeptCommittables& kept);
// Nothing when the text is a committable like others, or damaged.
std::optional<KeptCommittables> decode_kept(std::string_view committable);
bool is_kept(std::string_view committable);

// A committable that begins so stands for no rows.
inline constexpr std::string_view kNoRows = "no rows\n";
bool holds_rows(std::string_view committable);

}  // namespace sluice::runtime
