#include "runtime/formats/message_decoder.h"

#include <algorithm>

#include "runtime/formats/number_text.h"

namespace sluice::runtime {
namespace {

// A key is decoded before its value, into the row that is next. When a value yields several rows, those behind the
// first get the key again.
class KeyCompletion final : public RowCompletion {
 public:
  KeyCompletion(Decoder& key, std::string_view text, RowAppender& out)
      : key_(key), text_(text), out_(out), inner_(out.completion()) {
    out_.set_completion(this);
  }
  ~KeyCompletion() override { out_.set_completion(inner_); }

  void complete(MutableColumn* columns, uint32_t row, KernelContext& context) override {
    if (inner_ != nullptr) inner_->complete(columns, row, context);
    if (!std::exchange(is_first_, false)) {
      out_.hold();
      key_.decode(text_, out_);  // It was decoded once, so there is no error.
      out_.release();
    }
  }

 private:
  Decoder& key_;
  const std::string_view text_;
  RowAppender& out_;
  RowCompletion* inner_;
  bool is_first_ = true;
};

// Decodes every column beside, so that what is wrong in any of them is an error.
class StrictDecoder final : public Decoder {
 public:
  StrictDecoder(std::unique_ptr<Decoder> all, std::unique_ptr<Decoder> read, RowSchema columns, BufferPool& pool,
                const SessionContext* session)
      : all_(std::move(all)), read_(std::move(read)), rows_(pool, std::move(columns), session) {}

  std::optional<DecodeError> decode(std::string_view message, RowAppender& out) override {
    auto error = all_->decode(message, rows_);
    while (rows_.take().rows > 0) continue;
    return error ? error : read_->decode(message, out);
  }
  size_t record_size(std::string_view bytes, bool at_end) const override { return read_->record_size(bytes, at_end); }
  bool is_blank(std::string_view record) const override { return read_->is_blank(record); }
  uint64_t fields_nulled() const override { return all_->fields_nulled(); }

 private:
  std::unique_ptr<Decoder> all_, read_;
  RowAppender rows_;
};

}  // namespace

std::optional<DecodeError> MessageDecoder::decode(const Message& message, RowAppender& out) {
  RowAppender::Mark mark = out.mark();
  std::optional<DecodeError> error = decode_parts(message, out);
  if (parts_.options.on_error == DecodeOnError::Null) {
    uint64_t nulled = parts_.value->fields_nulled() + (parts_.key ? parts_.key->fields_nulled() : 0);
    counts_[static_cast<size_t>(DecodeFault::WrongValue)] += nulled - std::exchange(fields_nulled_, nulled);
  }
  if (!error) return std::nullopt;
  ++counts_[static_cast<size_t>(error->fault)];
  if (parts_.options.on_error == DecodeOnError::Fail) return error;
  out.rollback(mark);
  switch (parts_.options.on_error) {
    case DecodeOnError::Null:
      return error->fault == DecodeFault::NullValue ? error : append_nulls(out);
    case DecodeOnError::DeadLetter:
      parts_.letters->add(
          {message.key, message.value, message.origin, error->fault, error->reason, parts_.clock->wall_ms()});
      has_letters_ = true;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<DecodeError> MessageDecoder::decode_parts(const Message& message, RowAppender& out) {
  if (parts_.key == nullptr) return parts_.value->decode(message.value, out);
  out.hold();
  std::optional<DecodeError> error = parts_.key->decode(message.key, out);
  uint32_t rows = out.release();
  if (error) return DecodeError{error->fault, "key: " + error->reason};
  if (rows == 0) return std::nullopt;
  if (rows > 1) return DecodeError{DecodeFault::NotWellFormed, "the key holds several rows"};
  KeyCompletion completion(*parts_.key, message.key, out);
  return parts_.value->decode(message.value, out);
}

// A row of NULLs where nothing of the message can be used.
std::optional<DecodeError> MessageDecoder::append_nulls(RowAppender& out) {
  for (size_t i = 0; i < out.schema().size(); ++i) {
    if (std::ranges::find(parts_.completed, i) != parts_.completed.end()) continue;
    if (store_null(out.schema()[i].type, out.columns()[i], out.row())) continue;
    return DecodeError{DecodeFault::NullValue,
                       fmt::format("column `{}` is NOT NULL, and the message cannot be read", out.schema()[i].name)};
  }
  out.commit();
  return std::nullopt;
}

Result<std::unique_ptr<Decoder>> open_decoder(const FormatFactory& format, DecoderSpec spec,
                                              const FormatOptions& format_options, const DecodeOptions& options,
                                              const FormatContext& context, BufferPool& pool) {
  spec.is_strict = options.strict;
  spec.wrong_is_null = options.on_error == DecodeOnError::Null;
  SLUICE_TRY(auto decoder, format.decoder(spec, format_options, context));
  if (!options.strict) return decoder;
  DecoderSpec whole = spec;
  whole.paths.clear();
  whole.targets.clear();
  for (uint32_t i = 0; i < spec.columns.size(); ++i) whole.paths.push_back({i});
  SLUICE_TRY(auto all, format.decoder(whole, format_options, context));
  return std::unique_ptr<Decoder>(
      std::make_unique<StrictDecoder>(std::move(all), std::move(decoder), spec.columns, pool, context.session));
}

}  // namespace sluice::runtime
