// What values of the Kafka connectors' options say.
#include <algorithm>

#include "catalog/connectors/kafka.h"

namespace sluice {
namespace {

bool take_number(std::string_view& text, std::string_view label, int64_t& value) {
  if (!text.starts_with(label)) return false;
  text.remove_prefix(label.size());
  size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (!parse_option(text.substr(0, digits), value)) return false;
  text.remove_prefix(digits);
  return true;
}

}  // namespace

std::string property_against_idempotence(const std::map<std::string, std::string>& properties) {
  constexpr int64_t kInFlightMax = 5;
  for (const auto& [key, value] : properties) {
    int64_t number = 0;
    bool is_number = parse_option(value, number);
    bool is_acks = key == "acks" || key == "request.required.acks";
    bool is_retries = key == "retries" || key == "message.send.max.retries";
    bool is_in_flight = key == "max.in.flight.requests.per.connection" || key == "max.in.flight";
    if (is_acks && value != "all" && value != "-1") return key;
    if (is_retries && is_number && number == 0) return key;
    if (is_in_flight && is_number && number > kInFlightMax) return key;
    if (key == "enable.idempotence" && value == "false") return key;
  }
  return {};
}

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    size_t end = std::min(list.find(';'), list.size());
    std::string_view part = list.substr(0, end);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return parts;
}

std::optional<std::vector<PartitionOffset>> parse_partition_offsets(std::string_view text) {
  std::vector<PartitionOffset> out;
  for (const std::string& part : split_list(text)) {
    std::string_view rest = part;
    PartitionOffset entry;
    if (!take_number(rest, "partition:", entry.partition) || !take_number(rest, ",offset:", entry.offset)) return {};
    if (!rest.empty()) return {};
    out.push_back(entry);
  }
  if (out.empty()) return {};
  return out;
}

}  // namespace sluice
