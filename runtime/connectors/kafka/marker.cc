#include "runtime/connectors/kafka/marker.h"

#include <algorithm>
#include <charconv>

#include "runtime/connectors/kafka/partition_list.h"

namespace sluice::runtime::kafka {
namespace {

constexpr int kTimeoutMs = 30'000;
constexpr int kTriesMax = 2;
constexpr char kSubtasks = 'x';  // No job's id begins with it.

std::optional<std::string_view> take_word(std::string_view& text) {
  if (text.empty()) return {};
  size_t end = std::min(text.find(' '), text.size());
  std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

}  // namespace

std::string marker_text(const Marker& marker) {
  std::string text = marker.newest.job_id;
  if (marker.subtasks > 0) text += fmt::format(" {}{}", kSubtasks, marker.subtasks);
  if (marker.before) text += fmt::format(" {} {}", marker.before->job_id, marker.before->checkpoint);
  return text;
}

std::optional<Marker> parse_marker(int64_t offset, std::string_view text) {
  auto job = take_word(text);
  if (!job || offset < 0) return {};
  Marker marker{{std::string(*job), static_cast<uint64_t>(offset)}, {}};
  if (text.starts_with(kSubtasks)) {
    std::string_view count = take_word(text)->substr(1);
    std::from_chars(count.data(), count.data() + count.size(), marker.subtasks);
  }
  auto before = take_word(text);
  auto number = take_word(text);
  if (!before || !number) return marker;
  CheckpointMark mark{std::string(*before), 0};
  if (std::from_chars(number->data(), number->data() + number->size(), mark.checkpoint).ec == std::errc{}) {
    marker.before = std::move(mark);
  }
  return marker;
}

std::string marker_group(const std::string& transactional_id) { return transactional_id + "-published"; }

// Asked as a member of the group would: the library's call for administrators crashes when a coordinator is not there
// yet.
Result<MarkerReader> MarkerReader::make(const Env& env, ClientSettings settings, const UsedId& used) {
  settings["group.id"] = marker_group(used.id);
  settings["isolation.level"] = "read_committed";  // What is being committed is waited for.
  settings["enable.auto.commit"] = "false";
  SLUICE_TRY(std::shared_ptr<Client> client, Client::consumer(env, settings));
  return MarkerReader(std::move(client), used);
}

Result<std::optional<Marker>> MarkerReader::read() const {
  PartitionList list = make_partition_list(1);
  const rd_kafka_topic_partition_t& entry = add(list, {used_.topic, 0}, RD_KAFKA_OFFSET_INVALID);
  for (int i = 1;; ++i) {
    auto error = rd_kafka_committed(client_->handle(), list.get(), kTimeoutMs);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = entry.err;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) break;
    if (code_of(error) != ErrorCode::ConnectorUnavailable || i == kTriesMax) {
      std::string what = fmt::format("the marker `{}` cannot be read", marker_group(used_.id));
      return client_->failure(code_of(error), what, error);
    }
  }
  if (entry.offset < 0) return std::optional<Marker>();
  return parse_marker(entry.offset, {static_cast<const char*>(entry.metadata), entry.metadata_size});
}

}  // namespace sluice::runtime::kafka
