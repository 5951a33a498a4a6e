#include "runtime/formats/csv/record_splitter.h"

#include <fmt/format.h>

namespace sluice::runtime::csv {

const std::vector<std::string_view>* RecordSplitter::split(std::string_view text) {
  text_ = text;
  at_ = 0;
  fields_.clear();
  scratch_used_ = 0;
  for (;;) {
    if (!take_field()) return nullptr;
    if (at_ >= text_.size() || text_[at_] != dialect_.delimiter) break;
    ++at_;
  }
  return &fields_;
}

bool RecordSplitter::broken(std::string reason) {
  reason_ = std::move(reason);
  return false;
}

std::string& RecordSplitter::scratch() {
  if (scratch_used_ == scratch_.size()) scratch_.emplace_back();
  std::string& out = scratch_[scratch_used_++];
  out.clear();
  return out;
}

// A quote counts only at the very beginning of a field.
bool RecordSplitter::take_field() {
  if (at_ < text_.size() && text_[at_] != dialect_.delimiter &&
      static_cast<unsigned char>(text_[at_]) == dialect_.quote) {
    return take_quoted_field();
  }
  return dialect_.escape < 0 ? take_plain_field() : take_escaped_field();
}

bool RecordSplitter::take_plain_field() {
  size_t begin = at_;
  while (at_ < text_.size() && text_[at_] != dialect_.delimiter && !is_record_end(text_[at_])) ++at_;
  fields_.push_back(text_.substr(begin, at_ - begin));
  return true;
}

bool RecordSplitter::take_escaped_field() {
  std::string& out = scratch();
  while (at_ < text_.size() && text_[at_] != dialect_.delimiter && !is_record_end(text_[at_])) {
    if (static_cast<unsigned char>(text_[at_]) != dialect_.escape) {
      out += text_[at_++];
    } else if (!take_escape(out)) {
      return false;
    }
  }
  fields_.push_back(out);
  return true;
}

bool RecordSplitter::take_escape(std::string& out) {
  if (++at_ == text_.size()) return broken("the record ends behind an escape character");
  constexpr std::string_view kNames = "0nrt", kMeanings{"\0\n\r\t", 4};
  size_t name = kNames.find(text_[at_]);
  out += name == std::string_view::npos ? text_[at_] : kMeanings[name];
  ++at_;
  return true;
}

bool RecordSplitter::take_quoted_field() {
  std::string& out = scratch();
  for (++at_;;) {
    if (at_ >= text_.size()) return broken("a quote is not closed");
    int c = static_cast<unsigned char>(text_[at_]);
    if (c == dialect_.escape) {
      if (!take_escape(out)) return false;
    } else if (c != dialect_.quote) {
      out += text_[at_++];
    } else if (at_ + 1 < text_.size() && static_cast<unsigned char>(text_[at_ + 1]) == c) {
      out += text_[at_];
      at_ += 2;
    } else {
      break;
    }
  }
  ++at_;
  fields_.push_back(out);
  while (at_ < text_.size() && text_[at_] != dialect_.delimiter && !is_record_end(text_[at_]) &&
         static_cast<unsigned char>(text_[at_]) <= ' ') {
    ++at_;
  }
  if (at_ >= text_.size() || text_[at_] == dialect_.delimiter || is_record_end(text_[at_])) return true;
  return broken(fmt::format("`{}` stands behind a closing quote", text_[at_]));
}

}  // namespace sluice::runtime::csv
