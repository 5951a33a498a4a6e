#include "catalog/types/owned_column.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/check.h"
#include "catalog/types/column_value.h"

namespace sluice {
namespace {

char* allocate_zeroed(size_t bytes) {
  size_t size = (std::max<size_t>(bytes, 1) + 63) / 64 * 64;
  char* memory = static_cast<char*>(std::aligned_alloc(64, size));
  SLUICE_CHECK(memory != nullptr);
  std::memset(memory, 0, size);
  return memory;
}

bool is_list(const Type& type) { return type.physical() == Physical::List || type.physical() == Physical::Map; }

}  // namespace

void OwnedColumn::Free::operator()(char* memory) const { std::free(memory); }

OwnedColumn::OwnedColumn(const Type& type, uint32_t capacity) : OwnedColumn(type, capacity, nullptr) {}

OwnedColumn::OwnedColumn(const Type& type, uint32_t capacity, MutableColumn* slot)
    : type_(type), slot_(slot == nullptr ? &own_ : slot) {
  size_t count = type.child_count();
  // A MULTISET's second child holds the counts.
  bool is_multiset = type.is(TypeRoot::Multiset);
  size_t slots = is_multiset ? 2 : count;
  child_slots_ = std::make_unique<MutableColumn[]>(slots);
  slot_->children = slots > 0 ? child_slots_.get() : nullptr;
  slot_->child_count = static_cast<uint32_t>(slots);
  child_views_.resize(slots);
  for (size_t i = 0; i < slots; ++i) {
    Type child = is_multiset && i == 1 ? Type::integer().not_null() : type.child(i);
    children_.emplace_back(new OwnedColumn(child, is_list(type) ? 0 : capacity, &child_slots_[i]));
  }
  reserve(capacity);
}

void OwnedColumn::reserve(uint32_t rows) {
  if (rows <= slot_->capacity && slot_->validity != nullptr) return;
  uint32_t capacity = std::max(rows, slot_->capacity * 2);
  size_t width = type_.width(), old = slot_->capacity;
  if (width > 0) {
    std::unique_ptr<char, Free> values(allocate_zeroed(capacity * width));
    if (values_) std::memcpy(values.get(), values_.get(), old * width);
    values_ = std::move(values);
  }
  size_t words = validity_words(capacity);
  std::unique_ptr<char, Free> validity(allocate_zeroed(words * 8));
  if (validity_) std::memcpy(validity.get(), validity_.get(), static_cast<size_t>(validity_words(slot_->capacity)) * 8);
  validity_ = std::move(validity);
  slot_->values = values_.get();
  slot_->validity = reinterpret_cast<uint64_t*>(validity_.get());
  slot_->capacity = capacity;
  if (type_.is(TypeRoot::Row)) {
    for (auto& child : children_) child->reserve(capacity);
  }
}

bool OwnedColumn::grow(const MutableColumn* column, uint32_t rows) {
  if (column == slot_) return reserve(rows), true;
  return std::ranges::any_of(children_, [&](auto& child) { return child->grow(column, rows); });
}

void OwnedColumn::clear() {
  slot_->rows = 0;
  for (auto& child : children_) child->clear();
}

const ColumnView& OwnedColumn::view(uint32_t rows, bool has_nulls) {
  for (size_t i = 0; i < children_.size(); ++i) {
    child_views_[i] = children_[i]->view(is_list(type_) ? children_[i]->slot_->rows : rows);
  }
  view_ = {slot_->values, has_nulls ? slot_->validity : nullptr, child_views_.data(), slot_->child_count, rows};
  return view_;
}

void OwnedColumn::set(uint32_t row, const Value& value) {
  reserve(row + 1);
  if (!strings_) strings_ = std::make_unique<Strings>();
  KernelContext context;
  context.arena = &strings_->arena;
  context.grow_context = this;
  context.grow = [](KernelContext* own, MutableColumn* column, uint32_t rows) {
    static_cast<OwnedColumn*>(own->grow_context)->grow(column, rows);
  };
  put_value(*slot_, type_, row, value, context);
}

namespace {

struct CopyRows {
  KernelContext& context;
  const uint32_t* from;
  const uint32_t* to;
  uint32_t mask;
  uint32_t count;
  uint32_t& failed;

  uint32_t source(uint32_t i) const { return (from != nullptr ? from[i] : i) & mask; }
  uint32_t target(uint32_t i) const { return to != nullptr ? to[i] : i; }

  template <class T>
  void values(const ColumnView& column, MutableColumn& out) const {
    const T* in = static_cast<const T*>(column.values);
    T* values = static_cast<T*>(out.values);
    for (uint32_t i = 0; i < count; ++i) values[target(i)] = in[source(i)];
  }

  bool validity(const ColumnView& column, MutableColumn& out) const {
    if (out.validity == nullptr) {
      for (uint32_t i = 0; column.validity != nullptr && i < count; ++i) {
        if (!is_valid(column.validity, source(i))) return failed = i, false;
      }
      return true;
    }
    for (uint32_t i = 0; i < count; ++i) set_valid(out.validity, target(i), is_valid(column.validity, source(i)));
    return true;
  }

  // Appends the elements of every row's list behind those that the children hold already.
  bool elements(const Type& type, const ColumnView& column, MutableColumn& out) const {
    const auto* in = static_cast<const ListView*>(column.values);
    auto* lists = static_cast<ListView*>(out.values);
    std::vector<uint32_t> sources, targets;
    uint32_t next = out.children[0].rows;
    for (uint32_t i = 0; i < count; ++i) {
      ListView list = is_valid(column.validity, source(i)) ? in[source(i)] : ListView{};
      lists[target(i)] = {next, list.length};
      for (uint32_t k = 0; k < list.length; ++k) {
        sources.push_back(list.offset + k);
        targets.push_back(next++);
      }
    }
    for (uint32_t c = 0; c < out.child_count; ++c) {
      MutableColumn& child = out.children[c];
      if (next > child.capacity) context.grow(&context, &child, next);
      Type child_type = c < type.child_count() ? type.child(c) : Type::integer().not_null();
      uint32_t failed_element = 0;
      if (!copy_rows(context, child_type, column.children[c], ~0U, sources.data(), targets.data(),
                     static_cast<uint32_t>(sources.size()), child, failed_element)) {
        return failed = 0, false;
      }
      child.rows = next;
    }
    return true;
  }

  // A field below a NULL row is NULL, or initialised bytes where it cannot be.
  bool fields(const Type& type, const ColumnView& column, MutableColumn& out) const {
    std::vector<uint32_t> sources, targets;
    for (uint32_t i = 0; i < count; ++i) {
      if (is_valid(column.validity, source(i))) {
        sources.push_back(source(i));
        targets.push_back(target(i));
        continue;
      }
      for (uint32_t c = 0; c < out.child_count; ++c) {
        if (out.children[c].validity != nullptr) set_valid(out.children[c].validity, target(i), false);
      }
    }
    for (uint32_t c = 0; c < out.child_count; ++c) {
      if (!copy_rows(context, type.child(c), column.children[c], ~0U, sources.data(), targets.data(),
                     static_cast<uint32_t>(sources.size()), out.children[c], failed)) {
        return false;
      }
    }
    return true;
  }

  bool all(const Type& type, const ColumnView& column, MutableColumn& out) const {
    if (!validity(column, out)) return false;
    switch (type.physical()) {
      case Physical::List:
      case Physical::Map:
        return elements(type, column, out);
      case Physical::Struct:
        return fields(type, column, out);
      default:
        break;
    }
    switch (type.width()) {
      case 1:
        values<uint8_t>(column, out);
        return true;
      case 2:
        values<uint16_t>(column, out);
        return true;
      case 4:
        values<uint32_t>(column, out);
        return true;
      case 8:
        values<uint64_t>(column, out);
        return true;
      case 16:
        values<Int128>(column, out);
        return true;
      default:
        return true;
    }
  }
};

}  // namespace

bool copy_rows(KernelContext& context, const Type& type, const ColumnView& column, uint32_t row_mask,
               const uint32_t* from, const uint32_t* to, uint32_t count, MutableColumn& out, uint32_t& failed) {
  return CopyRows{context, from, to, row_mask, count, failed}.all(type, column, out);
}

}  // namespace sluice
