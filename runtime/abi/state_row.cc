#include "runtime/abi/state_row.h"

#include <algorithm>

#include "base/check.h"
#include "base/scalar_abi.h"

namespace sluice::runtime {
namespace {

uint32_t align_up(uint32_t offset, uint32_t alignment) { return (offset + alignment - 1) / alignment * alignment; }

bool is_nested(const Type& type) {
  switch (type.physical()) {
    case Physical::List:
    case Physical::Map:
    case Physical::Struct:
      return true;
    default:
      return false;
  }
}

}  // namespace

StateRowLayout layout_of(const std::vector<Type>& fields) {
  StateRowLayout layout;
  layout.null_bytes = align_up(static_cast<uint32_t>((fields.size() + 7) / 8), 8);
  uint32_t offset = layout.null_bytes;
  for (const Type& type : fields) {
    bool is_blob = is_nested(type);
    auto width = static_cast<uint32_t>(is_blob ? sizeof(StringView) : type.width());
    SLUICE_CHECK(width > 0);
    offset = align_up(offset, std::min<uint32_t>(width, 8));
    layout.fields.push_back({type, offset, is_blob});
    offset += width;
  }
  layout.size = align_up(offset, 8);
  return layout;
}

}  // namespace sluice::runtime
