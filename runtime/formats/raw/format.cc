#include <algorithm>
#include <cstring>

#include "catalog/formats/raw.h"
#include "runtime/formats/number_text.h"
#include "runtime/formats/raw/charset.h"
#include "runtime/formats/raw/raw.h"

namespace sluice::runtime {
namespace {

// The bytes of a number in the order of this machine; what was read of them is turned around by the same call.
void reorder(char* bytes, size_t size, RawEndianness order) {
  if (order == RawEndianness::Big) std::reverse(bytes, bytes + size);
}

class RawDecoder final : public Decoder {
 public:
  RawDecoder(const DecoderSpec& spec, RawEndianness order, std::unique_ptr<Charset> charset)
      : type_(spec.columns[0].type), order_(order), charset_(std::move(charset)) {
    for (uint32_t i = 0; i < spec.paths.size(); ++i) {
      targets_.push_back(spec.targets.empty() ? i : spec.targets[i]);
    }
  }

  std::optional<DecodeError> decode(std::string_view message, RowAppender& out) override {
    bool is_text = type_.physical() == Physical::String;
    if (message.data() != nullptr && !is_text && message.size() != type_.width()) {
      return DecodeError{
          DecodeFault::NotWellFormed,
          fmt::format("a {} has {} bytes, not {}", type_.as_nullable().to_string(), type_.width(), message.size())};
    }
    for (uint32_t target : targets_) {
      MutableColumn& column = out.columns()[target];
      if (message.data() == nullptr) {
        if (store_null(type_, column, out.row())) continue;
        return DecodeError{DecodeFault::NullValue, "the message has no value, and its column is NOT NULL"};
      }
      if (is_text) {
        store_text(text_of(message), column, out.row(), out.context());
      } else {
        store_number(message, column, out.row());
      }
    }
    out.commit();
    return std::nullopt;
  }

  bool is_blank(std::string_view) const override { return false; }

 private:
  std::string_view text_of(std::string_view message) {
    if (type_.is_binary_string() || charset_->is_utf8()) return message;
    charset_->to_utf8(message, text_);
    return text_;
  }

  void store_number(std::string_view message, MutableColumn& column, uint32_t row) const {
    mark_valid(column, row);
    char* at = static_cast<char*>(column.values) + row * type_.width();
    std::memcpy(at, message.data(), message.size());
    if (type_.is(TypeRoot::Boolean)) {
      *at = *at != 0 ? 1 : 0;
    } else {
      reorder(at, message.size(), order_);
    }
  }

  const Type type_;
  const RawEndianness order_;
  std::unique_ptr<Charset> charset_;
  std::vector<uint32_t> targets_;
  std::string text_;
};

class RawEncoder final : public Encoder {
 public:
  RawEncoder(const EncoderSpec& spec, RawEndianness order, std::unique_ptr<Charset> charset)
      : type_(spec.columns[0].type),
        position_(spec.positions.empty() ? 0 : spec.positions[0]),
        order_(order),
        charset_(std::move(charset)) {}

  Status encode(const RowsView& rows, EncodedMessages& out) override {
    const ColumnView& column = rows.columns[position_];
    for (uint32_t i = 0; i < rows.count; ++i) {
      uint32_t row = rows.selection ? rows.selection[i] : i;
      bool is_null = !is_valid(column.validity, row);
      if (!is_null) append(column, row, out.bytes);
      out.finish_message(is_null);
    }
    return Done{};
  }

 private:
  void append(const ColumnView& column, uint32_t row, std::string& out) {
    if (type_.physical() == Physical::String) {
      std::string_view text = static_cast<const StringView*>(column.values)[row].view();
      if (type_.is_character() && !charset_->is_utf8()) {
        charset_->from_utf8(text, text_);
        text = text_;
      }
      out += text;
      return;
    }
    size_t begin = out.size();
    out.append(static_cast<const char*>(column.values) + row * type_.width(), type_.width());
    reorder(out.data() + begin, type_.width(), order_);
  }

  const Type type_;
  const uint32_t position_;
  const RawEndianness order_;
  std::unique_ptr<Charset> charset_;
  std::string text_;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_raw_decoder(const DecoderSpec& spec, const FormatOptions& options,
                                                  const FormatContext&) {
  SLUICE_TRY(RawOptions read, read_options<RawOptions>(options, "raw."));
  SLUICE_TRY(auto charset, Charset::open(read.charset));
  return std::unique_ptr<Decoder>(std::make_unique<RawDecoder>(spec, read.endianness, std::move(charset)));
}

Result<std::unique_ptr<Encoder>> make_raw_encoder(const EncoderSpec& spec, const FormatOptions& options,
                                                  const FormatContext&) {
  SLUICE_TRY(RawOptions read, read_options<RawOptions>(options, "raw."));
  SLUICE_TRY(auto charset, Charset::open(read.charset));
  return std::unique_ptr<Encoder>(std::make_unique<RawEncoder>(spec, read.endianness, std::move(charset)));
}

}  // namespace sluice::runtime
