#include "runtime/formats/raw/charset.h"

#include <iconv.h>
#include <strings.h>

#include <algorithm>
#include <cerrno>

namespace sluice::runtime {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool equals(const std::string& name, const char* other) { return strcasecmp(name.c_str(), other) == 0; }

void* open_converter(const char* to, const char* from) {
  iconv_t converter = iconv_open(to, from);
  return converter == reinterpret_cast<iconv_t>(-1) ? nullptr : converter;
}

}  // namespace

Result<std::unique_ptr<Charset>> Charset::open(const std::string& name) {
  auto out = std::unique_ptr<Charset>(new Charset());
  out->is_utf8_ = equals(name, "UTF-8") || equals(name, "UTF8");
  if (out->is_utf8_) return out;
  out->is_utf16_ = equals(name, "UTF-16") || equals(name, "UTF16");
  out->unit_ = name.find("16") != std::string::npos ? 2 : name.find("32") != std::string::npos ? 4 : 1;
  const char* plain = out->is_utf16_ ? "UTF-16BE" : name.c_str();
  out->reader_ = open_converter("UTF-8", plain);
  out->writer_ = open_converter(plain, "UTF-8");
  if (out->is_utf16_) out->little_endian_reader_ = open_converter("UTF-8", "UTF-16LE");
  if (out->reader_ == nullptr || out->writer_ == nullptr) {
    return fail(ErrorCode::BadOptionValue, "option `raw.charset` cannot be `{}`", name);
  }
  return out;
}

Charset::~Charset() {
  for (void* converter : {reader_, little_endian_reader_, writer_}) {
    if (converter != nullptr) iconv_close(converter);
  }
}

void Charset::to_utf8(std::string_view bytes, std::string& out) {
  void* reader = reader_;
  if (is_utf16_ && bytes.size() >= 2) {
    bool is_little = bytes.starts_with("\xFF\xFE");
    if (is_little) reader = little_endian_reader_;
    if (is_little || bytes.starts_with("\xFE\xFF")) bytes.remove_prefix(2);
  }
  convert(reader, bytes, kReplacement, unit_, out);
}

void Charset::from_utf8(std::string_view text, std::string& out) {
  out.clear();
  std::string converted;
  std::string question;
  convert(writer_, "?", "", 1, question);
  convert(writer_, text, question, 0, converted);
  if (is_utf16_ && !text.empty()) out += "\xFE\xFF";
  out += converted;
}

// `unit` 0: a whole UTF-8 sequence is left out.
void Charset::convert(void* converter, std::string_view in, std::string_view replacement, size_t unit,
                      std::string& out) {
  out.clear();
  iconv(converter, nullptr, nullptr, nullptr, nullptr);
  char* from = const_cast<char*>(in.data());
  size_t left = in.size();
  while (left > 0) {
    char buffer[512];
    char* to = buffer;
    size_t room = sizeof buffer;
    size_t result = iconv(converter, &from, &left, &to, &room);
    int reason = errno;
    out.append(buffer, to);
    if (result != static_cast<size_t>(-1) || reason == E2BIG) continue;
    size_t step = std::max<size_t>(unit, 1);
    if (unit == 0) {
      while (step < left && (static_cast<unsigned char>(from[step]) & 0xC0) == 0x80) ++step;
    }
    step = std::min(step, left);
    from += step;
    left -= step;
    out += replacement;
  }
}

}  // namespace sluice::runtime
