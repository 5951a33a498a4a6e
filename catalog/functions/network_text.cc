// INET_ATON and INET_NTOA; bytes as UTF-8.
#include <optional>

#include "catalog/functions/families.h"
#include "catalog/functions/utf16.h"
#include "catalog/functions/value_kernel.h"

namespace sluice {
namespace {

// One to four numbers up to 255; the last one counts for the last byte, however many there are.
std::optional<int64_t> address_of(std::string_view text) {
  int64_t parts[4] = {};
  size_t count = 0;
  for (size_t at = 0;; ++at) {
    size_t begin = at;
    int64_t part = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9' && part <= 255) part = part * 10 + (text[at++] - '0');
    if (at == begin || part > 255 || count == 4) return {};
    parts[count++] = part;
    if (at == text.size()) break;
    if (text[at] != '.') return {};
  }
  int64_t out = parts[count - 1];
  for (size_t i = 0; i + 1 < count; ++i) out |= parts[i] << (24 - 8 * i);
  return out;
}

Value sluice_inet_aton(ValueCall& call) {
  auto address = address_of(call.text(0));
  return address ? Value{*address} : Value::null();
}

Value sluice_inet_ntoa(ValueCall& call) {
  int64_t address = call.integer(0);
  if (address < 0 || address > 0xFFFFFFFFLL) return Value::null();
  return {fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255)};
}

Value sluice_is_valid_utf8(ValueCall& call) { return {from_utf16(to_utf16(call.text(0))) == call.text(0)}; }
Value sluice_make_valid_utf8(ValueCall& call) { return {from_utf16(to_utf16(call.text(0)))}; }

}  // namespace

std::vector<FunctionDecl> network_text_functions() {
  using enum ArgClass;
  return {
      value_function<sluice_inet_aton>("INET_ATON", {Character}, [](const CallArguments&) { return Type::bigint(); })
          .nullability(ResultNullability::Always)
          .doc("The number of an IPv4 address; NULL when the text is none.")
          .example("INET_ATON('127.0.0.1')", "2130706433"),
      value_function<sluice_inet_ntoa>("INET_NTOA", {Integer}, [](const CallArguments&) { return Type::string(); })
          .nullability(ResultNullability::Always)
          .doc("The IPv4 address of a number; NULL when it is none.")
          .example("INET_NTOA(2130706433)", "'127.0.0.1'"),
      value_function<sluice_is_valid_utf8>("IS_VALID_UTF8", {Binary},
                                           [](const CallArguments&) { return Type::boolean(); })
          .doc("Whether bytes are UTF-8.")
          .example("IS_VALID_UTF8(X'80')", "FALSE"),
      value_function<sluice_make_valid_utf8>("MAKE_VALID_UTF8", {Binary},
                                             [](const CallArguments&) { return Type::string(); })
          .doc("The text of bytes; what is no UTF-8 becomes U+FFFD.")
          .example("MAKE_VALID_UTF8(X'6162')", "'ab'"),
  };
}

}  // namespace sluice
