#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "runtime/abi/batch.h"

namespace sluice::runtime {
namespace {

// Types of the child columns, physically: a MULTISET has counts beside its elements.
std::vector<Type> child_types(const Type& type) {
  std::vector<Type> types;
  for (size_t i = 0; i < type.child_count(); ++i) types.push_back(type.child(i));
  if (type.is(TypeRoot::Multiset)) types.push_back(Type::integer().not_null());
  return types;
}

bool has_null(const uint64_t* words, uint32_t rows) {
  uint32_t whole = rows / 64;
  uint64_t all = ~uint64_t{0};
  for (uint32_t i = 0; i < whole; ++i) all &= words[i];
  if (all != ~uint64_t{0}) return true;
  uint64_t rest = (uint64_t{1} << (rows % 64)) - 1;
  return rest != 0 && (words[whole] & rest) != rest;
}

bool has_other_than_insert(const int8_t* kinds, uint32_t rows) {
  return std::any_of(kinds, kinds + rows, [](int8_t kind) { return kind != 0; });
}

}  // namespace

// The memory behind one MutableColumn. Nodes are made once, with the builder; only their buffers come and go.
struct BatchBuilder::Owned {
  Owned(const Type& of, MutableColumn* at);
  void make_room(BufferPool& pool, uint32_t capacity);
  void make_all(BufferPool& pool, uint32_t capacity);
  Owned* find(const MutableColumn* wanted);
  Column finish(uint32_t rows);
  bool is_list() const { return type.physical() == Physical::List || type.physical() == Physical::Map; }

  Type type;
  MutableColumn* column;  // In the builder's array, or in the parent's `child_columns`.
  BufferRef values;
  BufferRef validity;
  std::vector<MutableColumn> child_columns;
  std::vector<std::unique_ptr<Owned>> children;
};

BatchBuilder::Owned::Owned(const Type& of, MutableColumn* at) : type(of), column(at) {
  std::vector<Type> types = child_types(of);
  child_columns.resize(types.size());
  for (size_t i = 0; i < types.size(); ++i) {
    children.push_back(std::make_unique<Owned>(types[i], &child_columns[i]));
  }
  column->children = child_columns.empty() ? nullptr : child_columns.data();
  column->child_count = static_cast<uint32_t>(child_columns.size());
}

// Contents stay. Fields of a ROW follow their parent; elements of lists do not.
void BatchBuilder::Owned::make_room(BufferPool& pool, uint32_t capacity) {
  uint32_t old = column->capacity;
  if (capacity <= old) return;
  auto grown = [&](const BufferRef& from, size_t used, size_t bytes) {
    BufferRef fresh = pool.allocate(bytes);
    if (from && used > 0) std::memcpy(fresh.data(), from.data(), used);
    return fresh;
  };
  if (size_t width = type.width(); width > 0) values = grown(values, old * width, capacity * width);
  if (type.nullable()) {
    validity = grown(validity, validity_words(old) * size_t{8}, validity_words(capacity) * size_t{8});
  }
  column->values = values ? values.data() : nullptr;
  column->validity = validity ? reinterpret_cast<uint64_t*>(validity.data()) : nullptr;
  column->capacity = capacity;
  if (!is_list()) {
    for (auto& child : children) child->make_room(pool, capacity);
  }
}

void BatchBuilder::Owned::make_all(BufferPool& pool, uint32_t capacity) {
  make_room(pool, capacity);
  for (auto& child : children) child->make_all(pool, capacity);
}

BatchBuilder::Owned* BatchBuilder::Owned::find(const MutableColumn* wanted) {
  if (column == wanted) return this;
  for (auto& child : children) {
    if (Owned* found = child->find(wanted)) return found;
  }
  return nullptr;
}

Column BatchBuilder::Owned::finish(uint32_t rows) {
  Column out;
  out.rows = rows;
  out.values = std::move(values);
  if (validity && has_null(column->validity, rows)) out.validity = validity;
  validity = {};
  for (auto& child : children) out.children.push_back(child->finish(is_list() ? child->column->rows : rows));
  column->values = nullptr;
  column->validity = nullptr;
  column->rows = 0;
  column->capacity = 0;
  values = {};
  return out;
}

BatchBuilder::BatchBuilder(BufferPool& pool, const RowSchema& schema, uint32_t capacity)
    : pool_(pool), schema_(schema), capacity_(capacity), columns_(schema.size()) {
  for (size_t i = 0; i < schema.size(); ++i) owned_.push_back(std::make_unique<Owned>(schema[i].type, &columns_[i]));
}

BatchBuilder::~BatchBuilder() = default;

void BatchBuilder::allocate() {
  for (auto& owned : owned_) owned->make_all(pool_, capacity_);
  is_allocated_ = true;
}

int8_t* BatchBuilder::kinds() {
  if (!kinds_) {
    kinds_ = pool_.allocate(capacity_);
    std::memset(kinds_.data(), 0, capacity_);
  }
  return reinterpret_cast<int8_t*>(kinds_.data());
}

void BatchBuilder::bind(KernelContext& context) {
  context.grow_context = this;
  context.grow = [](KernelContext* bound, MutableColumn* column, uint32_t rows) {
    auto* builder = static_cast<BatchBuilder*>(bound->grow_context);
    Owned* owned = builder->find(column);
    SLUICE_CHECK(owned != nullptr);
    if (rows > column->capacity) owned->make_room(builder->pool_, std::bit_ceil(rows));
  };
}

BatchBuilder::Owned* BatchBuilder::find(const MutableColumn* column) {
  for (auto& owned : owned_) {
    if (Owned* found = owned->find(column)) return found;
  }
  return nullptr;
}

Batch BatchBuilder::finish(uint32_t rows, Arena* arena) {
  SLUICE_CHECK(rows <= capacity_);
  if (!is_allocated_) allocate();
  Batch batch;
  batch.rows = rows;
  batch.columns.reserve(owned_.size());
  for (auto& owned : owned_) batch.columns.push_back(owned->finish(rows));
  if (kinds_ && has_other_than_insert(reinterpret_cast<const int8_t*>(kinds_.data()), rows)) batch.kinds = kinds_;
  kinds_ = {};
  is_allocated_ = false;
  if (arena != nullptr) arena->take_blocks(batch.heaps);
  return batch;
}

}  // namespace sluice::runtime
