#include "runtime/formats/letter_reader.h"

#include <fmt/format.h>
#include <simdjson.h>

#include "base/base64.h"

namespace sluice::runtime {

std::string Letter::place() const {
  return partition < 0 ? fmt::format("{}@{}", source, offset) : fmt::format("{}[{}]@{}", source, partition, offset);
}

std::optional<Letter> read_letter(std::string_view line) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(line.data(), line.size()).get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
  Letter letter;
  bool good = true;
  auto text = [&](const char* key, std::string& out) {
    std::string_view value;
    good &= object[key].get(value) == simdjson::SUCCESS;
    out = value;
  };
  auto bytes = [&](const char* key, std::optional<std::string>& out) {
    std::string_view value;
    if (object[key].get(value) == simdjson::SUCCESS) out = from_base64(value);
  };
  text("time", letter.time);
  text("source", letter.source);
  text("fault", letter.fault);
  text("reason", letter.reason);
  good &= object["partition"].get(letter.partition) == simdjson::SUCCESS;
  good &= object["offset"].get(letter.offset) == simdjson::SUCCESS;
  bytes("key", letter.key);
  bytes("value", letter.value);
  return good ? std::optional(std::move(letter)) : std::nullopt;
}

}  // namespace sluice::runtime
