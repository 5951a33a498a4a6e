#include <cstring>

#include "base/check.h"
#include "runtime/abi/batch.h"

namespace sluice::runtime {
namespace {

using Selection = std::span<const uint32_t>;

template <class T>
void gather_values(const char* from, Selection selection, char* to) {
  auto* __restrict in = reinterpret_cast<const T*>(from);
  auto* __restrict out = reinterpret_cast<T*>(to);
  const uint32_t* __restrict rows = selection.data();
  size_t count = selection.size();
  for (size_t i = 0; i < count; ++i) out[i] = in[rows[i]];
}

void gather_fixed(const char* from, size_t width, Selection selection, char* to) {
  struct alignas(8) Wide {
    uint64_t words[2];
  };
  switch (width) {
    case 1:
      return gather_values<uint8_t>(from, selection, to);
    case 2:
      return gather_values<uint16_t>(from, selection, to);
    case 4:
      return gather_values<uint32_t>(from, selection, to);
    case 8:
      return gather_values<uint64_t>(from, selection, to);
    case 16:
      return gather_values<Wide>(from, selection, to);
    default:
      SLUICE_UNREACHABLE("values are 1, 2, 4, 8 or 16 bytes wide");
  }
}

// Views into the arena instead of the old heaps; inline ones stay as they are.
void copy_strings_out(StringView* views, size_t count, Arena& arena) {
  for (size_t i = 0; i < count; ++i) {
    if (views[i].is_inline()) continue;
    char* bytes = arena.allocate(views[i].size());
    std::memcpy(bytes, views[i].data(), views[i].size());
    views[i].data_ = bytes;
  }
}

BufferRef gather_validity(const Column& column, Selection selection, BufferPool& pool) {
  if (!column.validity) return {};
  auto* in = reinterpret_cast<const uint64_t*>(column.validity.data());
  size_t words = (selection.size() + 63) / 64;
  BufferRef buffer = pool.allocate(words * 8);
  auto* out = reinterpret_cast<uint64_t*>(buffer.data());
  uint64_t all = ~uint64_t{0};
  for (size_t word = 0; word < words; ++word) {
    size_t begin = word * 64;
    size_t bits = std::min<size_t>(64, selection.size() - begin);
    uint64_t value = 0;
    for (size_t i = 0; i < bits; ++i) {
      uint32_t row = selection[begin + i];
      value |= ((in[row >> 6] >> (row & 63)) & 1) << i;
    }
    out[word] = value;
    all &= bits == 64 ? value : value | (~uint64_t{0} << bits);
  }
  return all == ~uint64_t{0} ? BufferRef{} : buffer;
}

Type child_type(const Type& type, size_t child) {
  return type.is(TypeRoot::Multiset) && child == 1 ? Type::integer().not_null() : type.child(child);
}

// Elements that the gathered views refer to, moved together; the views point to the new places.
void gather_elements(const Column& column, const Type& type, Column& out, BufferPool& pool, Arena& arena) {
  std::vector<uint32_t> elements;
  auto* views = reinterpret_cast<ListView*>(out.values.data());
  auto* validity = out.validity ? reinterpret_cast<const uint64_t*>(out.validity.data()) : nullptr;
  for (uint32_t row = 0; row < out.rows; ++row) {
    uint32_t length = is_valid(validity, row) ? views[row].length : 0;
    auto begin = static_cast<uint32_t>(elements.size());
    for (uint32_t i = 0; i < length; ++i) elements.push_back(views[row].offset + i);
    views[row] = {begin, length};
  }
  for (size_t i = 0; i < column.children.size(); ++i) {
    out.children.push_back(gather(column.children[i], child_type(type, i), elements, pool, arena, true));
  }
}

}  // namespace

Column gather(const Column& column, const Type& type, std::span<const uint32_t> selection, BufferPool& pool,
              Arena& arena, bool copy_strings) {
  Column out;
  out.rows = static_cast<uint32_t>(selection.size());
  out.validity = gather_validity(column, selection, pool);
  size_t width = type.width();
  if (width > 0) {
    out.values = pool.allocate(width * selection.size());
    gather_fixed(column.values.data(), width, selection, out.values.data());
  }
  switch (type.physical()) {
    case Physical::String:
      if (copy_strings) {
        copy_strings_out(reinterpret_cast<StringView*>(out.values.data()), selection.size(), arena);
      }
      break;
    case Physical::List:
    case Physical::Map:
      if (copy_strings) {
        gather_elements(column, type, out, pool, arena);
      } else {
        out.children = column.children;
      }
      break;
    case Physical::Struct:
      for (size_t i = 0; i < column.children.size(); ++i) {
        out.children.push_back(gather(column.children[i], type.child(i), selection, pool, arena, copy_strings));
      }
      break;
    default:
      break;
  }
  return out;
}

Batch gather(const Batch& batch, const RowSchema& schema, std::span<const uint32_t> selection, BufferPool& pool,
             Arena& arena) {
  Batch out;
  out.rows = static_cast<uint32_t>(selection.size());
  bool copy_strings = selection.size() < batch.rows / 4;
  out.columns.reserve(batch.columns.size());
  for (size_t i = 0; i < batch.columns.size(); ++i) {
    out.columns.push_back(gather(batch.columns[i], schema[i].type, selection, pool, arena, copy_strings));
  }
  if (batch.kinds) {
    out.kinds = pool.allocate(selection.size());
    gather_values<int8_t>(batch.kinds.data(), selection, out.kinds.data());
  }
  if (copy_strings) {
    arena.take_blocks(out.heaps);
  } else {
    out.heaps = batch.heaps;
  }
  return out;
}

}  // namespace sluice::runtime
