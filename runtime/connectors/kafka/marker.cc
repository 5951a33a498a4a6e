#include "runtime/connectors/kafka/marker.h"

#include <charconv>
#include <span>

#include "runtime/connectors/kafka/partition_list.h"

namespace sluice::runtime::kafka {
namespace {

constexpr int kTimeoutMs = 30'000;
constexpr int kTriesMax = 20;

template <auto Destroy>
struct With {
  void operator()(auto* object) const { Destroy(object); }
};
using Request = std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t, With<rd_kafka_ListConsumerGroupOffsets_destroy>>;
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, With<rd_kafka_AdminOptions_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, With<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, With<rd_kafka_event_destroy>>;

Event ask(const Client& client, const std::string& group, const std::string& topic) {
  PartitionList partitions = make_partition_list(1);
  add(partitions, {topic, 0}, RD_KAFKA_OFFSET_INVALID);
  Request request(rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), partitions.get()));
  AdminOptions options(rd_kafka_AdminOptions_new(client.handle(), RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS));
  std::array<char, 256> reason{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), kTimeoutMs, reason.data(), reason.size());
  // Not while a transaction that writes the marker is being ended.
  if (auto* error = rd_kafka_AdminOptions_set_require_stable_offsets(options.get(), 1)) rd_kafka_error_destroy(error);
  Queue queue(rd_kafka_queue_new(client.handle()));
  rd_kafka_ListConsumerGroupOffsets_t* requests[] = {request.get()};
  rd_kafka_ListConsumerGroupOffsets(client.handle(), requests, 1, options.get(), queue.get());
  return Event(rd_kafka_queue_poll(queue.get(), kTimeoutMs + 1000));
}

std::optional<std::string_view> take_word(std::string_view& text) {
  if (text.empty()) return {};
  size_t end = std::min(text.find(' '), text.size());
  std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

// What the answer says about the one partition that was asked for, and what is wrong with it.
rd_kafka_resp_err_t look_at(rd_kafka_event_t* event, std::optional<Marker>& out) {
  const auto* result = rd_kafka_event_ListConsumerGroupOffsets_result(event);
  if (result == nullptr) return RD_KAFKA_RESP_ERR__FAIL;
  size_t count = 0;
  const rd_kafka_group_result_t** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count);
  for (const auto* group : std::span(groups, count)) {
    if (const auto* error = rd_kafka_group_result_error(group)) return rd_kafka_error_code(error);
    const auto* partitions = rd_kafka_group_result_partitions(group);
    if (partitions == nullptr) continue;
    for (const auto& entry : std::span(partitions->elems, static_cast<size_t>(partitions->cnt))) {
      if (entry.err != RD_KAFKA_RESP_ERR_NO_ERROR) return entry.err;
      if (entry.offset < 0) continue;
      out = parse_marker(entry.offset, {static_cast<const char*>(entry.metadata), entry.metadata_size});
    }
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool is_worth_another_try(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT || error == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS ||
         error == RD_KAFKA_RESP_ERR_NOT_COORDINATOR || error == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE ||
         error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__TIMED_OUT;
}

}  // namespace

std::string marker_text(const Marker& marker) {
  std::string text = marker.newest.job_id;
  if (marker.before) text += fmt::format(" {} {}", marker.before->job_id, marker.before->checkpoint);
  return text;
}

std::optional<Marker> parse_marker(int64_t offset, std::string_view text) {
  auto job = take_word(text);
  if (!job || offset < 0) return {};
  Marker marker{{std::string(*job), static_cast<uint64_t>(offset)}, {}};
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

Result<std::optional<Marker>> read_marker(const Client& client, const std::string& group, const std::string& topic) {
  for (int i = 1;; ++i) {
    std::optional<Marker> marker;
    Event event = ask(client, group, topic);
    auto error = event ? rd_kafka_event_error(event.get()) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = look_at(event.get(), marker);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return marker;
    // A group of which nothing was ever written.
    if (error == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND) return std::optional<Marker>();
    if (!is_worth_another_try(error) || i == kTriesMax) {
      return client.failure(code_of(error), fmt::format("the marker `{}` cannot be read", group), error);
    }
    rd_kafka_poll(client.handle(), 100);
  }
}

}  // namespace sluice::runtime::kafka
