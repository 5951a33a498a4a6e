#pragma once
// What a table does with messages that its format cannot read, below `decode.`. Ours, not Flink's; a format's own
// `ignore-parse-errors` acts first.
#include "catalog/connectors/option_fields.h"

namespace sluice {

enum class DecodeOnError : uint8_t { Fail, Skip, Null, DeadLetter };
inline constexpr std::pair<std::string_view, DecodeOnError> kDecodeOnErrors[] = {
    {"fail", DecodeOnError::Fail},
    {"skip", DecodeOnError::Skip},
    {"null", DecodeOnError::Null},
    {"dead-letter", DecodeOnError::DeadLetter}};
constexpr const auto& names_of(DecodeOnError) { return kDecodeOnErrors; }

struct DecodeOptions {
  DecodeOnError on_error = DecodeOnError::Fail;
  std::string dead_letter_path;
  std::string dead_letter_topic;
  bool strict = false;

  static void fields(auto& self, auto&& v) {
    v.optional("on-error", self.on_error, "What becomes of a message that the format cannot read.");
    v.optional("dead-letter.path", self.dead_letter_path, "Directory for such messages, with reason and place.");
    v.optional("dead-letter.topic", self.dead_letter_topic, "Topic for such messages.");
    v.optional("strict", self.strict, "Whether columns that no query reads are checked, too.");
  }
};

// Of a table; `check_decode_options` has accepted them.
inline Result<DecodeOptions> decode_options_of(const std::map<std::string, std::string>& table_options) {
  return read_options<DecodeOptions>(table_options, "decode.");
}

// Options that do not go together. `has_topics`: the connector can write dead letters to a topic.
Status check_decode_options(const std::map<std::string, std::string>& table_options, bool has_topics);

}  // namespace sluice
