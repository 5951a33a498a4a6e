#include "catalog/formats/decode_options.h"

namespace sluice {

Status check_decode_options(const std::map<std::string, std::string>& table_options, bool has_topics) {
  SLUICE_TRY(DecodeOptions options, decode_options_of(table_options));
  bool is_dead_letter = options.on_error == DecodeOnError::DeadLetter;
  bool has_path = !options.dead_letter_path.empty();
  bool has_topic = !options.dead_letter_topic.empty();
  if (has_topic && !has_topics) {
    return fail(ErrorCode::BadOptionValue, "this connector cannot write dead letters to a topic")
        .hint("Use `decode.dead-letter.path`.");
  }
  if (is_dead_letter && has_path == has_topic) {
    return fail(has_path ? ErrorCode::BadOptionValue : ErrorCode::MissingOption,
                "dead letters need one place, {} given", has_path ? "two are" : "none is")
        .hint("Set `decode.dead-letter.path` or `decode.dead-letter.topic`.");
  }
  if (!is_dead_letter && (has_path || has_topic)) {
    return fail(ErrorCode::BadOptionValue, "dead letters have a place, but `decode.on-error` does not ask for them")
        .hint("Set `decode.on-error` = 'dead-letter'.");
  }
  return Done{};
}

}  // namespace sluice
