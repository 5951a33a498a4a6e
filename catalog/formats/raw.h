#pragma once
// Options of the `raw` format, below `raw.`.
#include "catalog/connectors/option_fields.h"

namespace sluice {

enum class RawEndianness : uint8_t { Big, Little };
inline constexpr std::pair<std::string_view, RawEndianness> kRawEndianness[] = {
    {"big-endian", RawEndianness::Big}, {"little-endian", RawEndianness::Little}};
constexpr const auto& names_of(RawEndianness) { return kRawEndianness; }

struct RawOptions {
  std::string charset = "UTF-8";
  RawEndianness endianness = RawEndianness::Big;

  static void fields(auto& self, auto&& v) {
    v.optional("charset", self.charset, "Of a text, as iconv knows it.");
    v.optional("endianness", self.endianness, "Order of the bytes of a number.");
  }
};

}  // namespace sluice
