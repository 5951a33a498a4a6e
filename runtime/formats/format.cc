#include "runtime/formats/format.h"

#include <algorithm>

namespace sluice::runtime {

size_t Decoder::record_size(std::string_view bytes, bool at_end) const {
  size_t line_break = bytes.find('\n');
  if (line_break != std::string_view::npos) return line_break + 1;
  return at_end ? bytes.size() : 0;
}

Result<const FormatFactory*> find_format_factory(const std::string& name) {
  auto found = std::ranges::find(formats(), name, &FormatFactory::name);
  if (found == formats().end()) return fail(ErrorCode::UnknownFormat, "there is no format `{}`", name);
  return &*found;
}

}  // namespace sluice::runtime
