#pragma once
// Batches of random values, NULLs and boundaries among them, and columns as text in which every bit shows.
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/buffer.h"
#include "base/check.h"
#include "base/kernel_context.h"
#include "catalog/types/column_value.h"
#include "catalog/types/type.h"
#include "catalog/types/value.h"
#include "runtime/abi/batch.h"
#include "runtime/abi/state_row.h"

namespace sluice::testing {

class RandomRows {
 public:
  explicit RandomRows(uint64_t seed) : random_(seed) {}
  // Choices are drawn from the bytes first, so that a fuzzer can steer them.
  explicit RandomRows(std::span<const uint8_t> choices) : random_(choices.size()), choices_(choices) {}

  uint32_t below(uint32_t bound) {
    if (choices_.empty()) return static_cast<uint32_t>(random_() % bound);
    uint32_t choice = choices_[0];
    choices_ = choices_.subspan(1);
    return choice % bound;
  }
  bool one_in(uint32_t n) { return below(n) == 0; }
  uint64_t bits() { return random_(); }

  // Every type that generated code handles.
  static std::vector<Type> scalar_types() {
    return {Type::boolean(),
            Type::tinyint(),
            Type::smallint(),
            Type::integer(),
            Type::bigint(),
            Type::float32(),
            Type::float64(),
            Type::decimal(10, 2),
            Type::decimal(38, 6),
            Type::string(),
            Type::bytes(),
            Type::date(),
            Type::time(0),
            Type::timestamp(3),
            Type::timestamp(6),
            Type::timestamp(9),
            Type::timestamp_ltz(3),
            Type::interval_day_time(),
            Type::interval_year_month()};
  }
  Type scalar_type() {
    auto types = scalar_types();
    return types[below(static_cast<uint32_t>(types.size()))].with_nullability(!one_in(3));
  }

  Value value(const Type& type) {
    if (type.nullable() && one_in(5)) return Value::null();
    switch (type.physical()) {
      case Physical::Bool:
        return {one_in(2)};
      case Physical::Int8:
        return {integer(INT8_MIN, INT8_MAX)};
      case Physical::Int16:
        return {integer(INT16_MIN, INT16_MAX)};
      case Physical::Int32:
        return {type.is(TypeRoot::Int)    ? integer(INT32_MIN, INT32_MAX)
                : type.is(TypeRoot::Time) ? static_cast<int64_t>(below(86400000))
                                          : integer(-100000, 100000)};
      case Physical::Int64:
        if (type.is(TypeRoot::Decimal)) return {integer(-9999999999, 9999999999)};
        if (type.is_timestamp()) return {integer(-2000000000000, 4000000000000)};
        return {integer(INT64_MIN, INT64_MAX)};
      case Physical::Int128:
        return {wide_integer()};
      case Physical::Float32:
        return {static_cast<float>(real())};
      case Physical::Float64:
        return {real()};
      case Physical::String:
        return {text()};
      case Physical::TimestampNs:
        return {TimestampNs{integer(-2000000000000, 4000000000000), static_cast<int32_t>(below(1000000)), 0}};
      default:
        return Value::null();
    }
  }

  // A batch of `rows` rows.
  runtime::Batch batch(BufferPool& pool, Arena& arena, const RowSchema& schema, uint32_t rows) {
    KernelContext context;
    context.arena = &arena;
    runtime::BatchBuilder builder(pool, schema);
    for (size_t column = 0; column < schema.size(); ++column) {
      for (uint32_t row = 0; row < rows; ++row) {
        put_value(builder.columns()[column], schema[column].type, row, value(schema[column].type), context);
      }
    }
    return builder.finish(rows, &arena);
  }

 private:
  int64_t integer(int64_t least, int64_t greatest) {
    switch (below(8)) {
      case 0:
        return least;
      case 1:
        return greatest;
      case 2:
        return 0;
      case 3:
        return -1;
      case 4:
      case 5:
        return static_cast<int64_t>(below(10));
      default: {
        uint64_t span = static_cast<uint64_t>(greatest) - static_cast<uint64_t>(least);
        uint64_t offset = span == ~uint64_t{0} ? bits() : bits() % (span + 1);
        return static_cast<int64_t>(static_cast<uint64_t>(least) + offset);
      }
    }
  }
  Int128 wide_integer() {
    if (one_in(3)) return integer(-1000, 1000);
    Int128 bound = 1;
    for (int i = 0; i < 38; ++i) bound *= 10;
    if (one_in(6)) return bound - 1;
    if (one_in(6)) return 1 - bound;
    auto wide = static_cast<Int128>((static_cast<unsigned __int128>(bits()) << 64) | bits());
    return wide % bound;
  }
  double real() {
    static const double kEdges[] = {0.0,
                                    -0.0,
                                    1.0,
                                    -1.5,
                                    1e300,
                                    std::numeric_limits<double>::infinity(),
                                    -std::numeric_limits<double>::infinity(),
                                    std::nan(""),
                                    1e-310,
                                    0.1};
    if (one_in(2)) return kEdges[below(10)];
    return static_cast<double>(static_cast<int64_t>(bits())) / 1e6;
  }
  std::string text() {
    static const char* kEdges[] = {"",     "a",   "12 bytes long", "13 bytes long!",  "42",  "-7", "3.14",
                                   "true", "Ω12", "2024-02-29",    "a/b/c/d/e/f/g/h", "  x "};
    if (one_in(2)) return kEdges[below(12)];
    std::string out(below(40), 'x');
    for (char& c : out) c = static_cast<char>('a' + below(26));
    return out;
  }

  std::mt19937_64 random_;
  std::span<const uint8_t> choices_;
};

// A value with every bit of it: NaNs and signed zeros differ.
inline std::string bits_of(const ColumnView& column, const Type& type, uint32_t row) {
  Value value = value_at(column, type, row);
  if (value.is_null()) return "NULL";
  switch (type.physical()) {
    case Physical::Bool:
      return value.get<bool>() ? "true" : "false";
    case Physical::Float32:
      return std::isnan(value.get<float>()) ? "nan"
                                            : fmt::format("{:08x}", std::bit_cast<uint32_t>(value.get<float>()));
    case Physical::Float64:
      return std::isnan(value.get<double>()) ? "nan"
                                             : fmt::format("{:016x}", std::bit_cast<uint64_t>(value.get<double>()));
    case Physical::Int128: {
      auto bits = static_cast<unsigned __int128>(value.get<Int128>());
      return fmt::format("{:016x}{:016x}", static_cast<uint64_t>(bits >> 64), static_cast<uint64_t>(bits));
    }
    case Physical::String:
      return "'" + value.get<std::string>() + "'";
    case Physical::TimestampNs:
      return fmt::format("{}+{}", value.get<TimestampNs>().milliseconds, value.get<TimestampNs>().nanoseconds);
    case Physical::List:
    case Physical::Map:
    case Physical::Struct:
      return "nested";
    default:
      return std::to_string(value.get<int64_t>());
  }
}

inline std::vector<std::string> text_of(const runtime::Batch& batch, const RowSchema& schema) {
  runtime::BatchView view(batch);
  std::vector<std::string> rows(batch.rows);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    for (size_t column = 0; column < schema.size(); ++column) {
      rows[row] += bits_of(view.columns()[column], schema[column].type, row) + " | ";
    }
  }
  return rows;
}

// A state heap that knows what it has handed out.
struct CountingHeap : runtime::StateHeap {
  CountingHeap() {
    allocate = [](runtime::StateHeap* self, uint32_t size) {
      auto* heap = static_cast<CountingHeap*>(self);
      heap->bytes += size;
      auto cell = std::make_unique<char[]>(size);
      char* data = cell.get();
      heap->cells.emplace(data, std::move(cell));
      return data;
    };
    release = [](runtime::StateHeap* self, const char* data, uint32_t size) {
      auto* heap = static_cast<CountingHeap*>(self);
      heap->bytes -= size;
      SLUICE_CHECK(heap->cells.erase(data) == 1);
    };
  }
  int64_t bytes = 0;
  std::unordered_map<const char*, std::unique_ptr<char[]>> cells;
};

// Packed rows, zeroed.
class Slots {
 public:
  Slots(const runtime::StateRowLayout& layout, uint32_t count) : words_(layout.size / 8 + 1) {
    bytes_.resize(size_t{words_} * count);
    for (uint32_t i = 0; i < count; ++i) pointers.push_back(reinterpret_cast<uint8_t*>(&bytes_[size_t{i} * words_]));
  }
  std::vector<uint8_t*> pointers;

 private:
  size_t words_;
  std::vector<uint64_t> bytes_;
};

}  // namespace sluice::testing
