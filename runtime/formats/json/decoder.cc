#include "runtime/formats/json/json.h"
#include "runtime/formats/json/row_reader.h"
#include "runtime/formats/utf8_text.h"

namespace sluice::runtime {
namespace {

// A message is one JSON object, or an array of them. As in Flink what follows it is not looked at.
class JsonDecoder final : public Decoder {
 public:
  JsonDecoder(const DecoderSpec& spec, const JsonOptions& options)
      : reader_(json::plan_of(spec), rules_of(spec, options)),
        ignores_errors_(options.ignore_parse_errors),
        is_tree_(!options.json_parser) {}

  std::optional<DecodeError> decode(std::string_view message, RowAppender& out) override {
    if (message.empty()) return std::nullopt;
    RowAppender::Mark mark = out.mark();
    copy(message);
    if (read_message(out)) return std::nullopt;
    // The tree decoder reads the whole message before it hands out a row.
    if (is_tree_ && reader_.error().fault == DecodeFault::NotWellFormed) out.rollback(mark);
    if (ignores_errors_) return std::nullopt;
    return reader_.error();
  }

  uint64_t fields_nulled() const override { return ignores_errors_ ? 0 : reader_.fields_nulled(); }

 private:
  static json::ReadRules rules_of(const DecoderSpec& spec, const JsonOptions& options) {
    json::ReadRules rules;
    rules.scalars.timestamps = options.timestamps == JsonTimestamps::Iso8601 ? TimestampText::Iso : TimestampText::Sql;
    rules.scalars.is_tree = !options.json_parser;
    rules.fail_on_missing = options.fail_on_missing_field;
    rules.wrong_is_null = options.ignore_parse_errors || spec.wrong_is_null;
    rules.wrong_object_ends_row = options.ignore_parse_errors && options.json_parser;
    return rules;
  }

  // Blocks are loaded beyond the end, so the message is copied to where they may be.
  void copy(std::string_view message) {
    std::optional<std::string> plain;
    if (may_be_encoded(message) && (plain = as_plain_utf8(message))) message = *plain;
    size_t size = message.size();
    if (text_.size() < size + json::kPadding) text_.resize(size * 2 + json::kPadding);
    std::memcpy(text_.data(), message.data(), size);
    std::memset(text_.data() + size, 0, json::kPadding);
    reader_.begin(text_.data(), size);
  }

  bool read_message(RowAppender& out) {
    json::Cursor& cursor = reader_.cursor;
    cursor.skip_blank();
    if (*cursor.at == '{') {
      ++cursor.at;
      return read_object(out);
    }
    if (*cursor.at == '[') return ++cursor.at, read_array(out);
    if (is_tree_ && cursor.is_at_end()) return true;
    if (!reader_.skip_value()) return false;
    if (is_tree_ && cursor.at[-1] == 'l') return true;  // `null`
    return reader_.fail_with(DecodeFault::WrongValue, "the message is no JSON object");
  }

  bool read_object(RowAppender& out) {
    if (!reader_.read_row(out.columns(), out.row(), out.context())) return false;
    out.commit();
    return true;
  }

  // Elements that are no objects are errors. Where errors are ignored, so are these elements, and the others are read.
  bool read_array(RowAppender& out) {
    json::Cursor& cursor = reader_.cursor;
    if (cursor.take(']')) return true;
    do {
      cursor.skip_blank();
      if (*cursor.at == '{') {
        ++cursor.at;
        if (!read_object(out)) return false;
        continue;
      }
      bool is_null = *cursor.at == 'n';
      if (!reader_.skip_value()) return false;
      if (ignores_errors_ || (is_null && is_tree_)) continue;
      return reader_.fail_with(DecodeFault::WrongValue, "an element of the array is no JSON object");
    } while (cursor.take(','));
    return cursor.take(']') || reader_.fail_broken();
  }

  json::RowReader reader_;
  const bool ignores_errors_;
  const bool is_tree_;
  std::vector<char> text_;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_json_decoder(const DecoderSpec& spec, const FormatOptions& options,
                                                   const FormatContext&) {
  SLUICE_TRY(JsonOptions read, read_options<JsonOptions>(options, "json."));
  return std::unique_ptr<Decoder>(std::make_unique<JsonDecoder>(spec, read));
}

}  // namespace sluice::runtime
