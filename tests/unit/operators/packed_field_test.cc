#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "base/key_hash.h"
#include "operator_script.h"
#include "runtime/abi/canonical_bytes.h"
#include "runtime/abi/order_bytes.h"
#include "runtime/operators/bundle_table.h"
#include "runtime/operators/selection.h"

namespace sluice::runtime {
namespace {

class PackedFieldTest : public testing::Test {
 protected:
  PackedFieldTest() { kernels_.arena = &arena_; }

  Batch column_of(const Type& type, const std::vector<Value>& values) {
    RowSchema schema = schema_of({type});
    BatchBuilder builder(pool_, schema, static_cast<uint32_t>(values.size()));
    builder.bind(kernels_);
    for (uint32_t row = 0; row < values.size(); ++row) {
      put_value(builder.columns()[0], type, row, values[row], kernels_);
    }
    return builder.finish(static_cast<uint32_t>(values.size()), &arena_);
  }

  BufferPool pool_;
  Arena arena_{pool_};
  KernelContext kernels_;
  InterpreterProvider code_;
};

const double kNan = std::numeric_limits<double>::quiet_NaN();

// Values in their order, one type per line.
std::vector<std::pair<Type, std::vector<Value>>> ordered_values() {
  auto ints = [](std::vector<int64_t> values) {
    std::vector<Value> out;
    for (int64_t value : values) out.push_back({value});
    return out;
  };
  constexpr Int128 kBig = static_cast<Int128>(INT64_MAX) * 1000;
  return {
      {Type::tinyint(), ints({-128, -1, 0, 1, 127})},
      {Type::smallint(), ints({-32768, -1, 0, 255, 256})},
      {Type::integer(), ints({INT32_MIN, -2, 0, 256, INT32_MAX})},
      {Type::bigint(), ints({INT64_MIN, -1, 0, 1, 65536, INT64_MAX})},
      {Type::boolean(), {{false}, {true}}},
      {Type::decimal(38, 2), {{-kBig}, {Int128{-1}}, {Int128{0}}, {Int128{7}}, {kBig}}},
      {Type::float64(), {{-1e308}, {-1.5}, {-0.0}, {0.0}, {1e-300}, {2.0}, {1e308}, {kNan}}},
      {Type::float32(), {{-1.5F}, {0.0F}, {3.0F}}},
      {Type::string(), {{std::string()}, {std::string("a")}, {std::string("ab")}, {std::string("b and a long text")}}},
      {Type::timestamp(9), {{TimestampNs{-1, 999999, 0}}, {TimestampNs{0, 0, 0}}, {TimestampNs{0, 1, 0}}}},
  };
}

TEST_F(PackedFieldTest, OrderBytesHaveTheOrderOfValues) {
  for (const auto& [type, values] : ordered_values()) {
    SCOPED_TRACE(type.to_string());
    Batch batch = column_of(type, values);
    BatchView view(batch);
    std::string before;
    for (uint32_t row = 0; row < values.size(); ++row) {
      std::string bytes;
      append_order_bytes(view.columns()[0], type, row, bytes);
      if (row > 0) EXPECT_LT(before, bytes) << row;
      before = bytes;
      if (type.physical() == Physical::String) continue;
      char value[16] = {};
      read_order_bytes(bytes, type, value);
      EXPECT_EQ(
          0, std::memcmp(value, static_cast<const char*>(view.columns()[0].values) + row * type.width(), type.width()));
    }
  }
}

TEST_F(PackedFieldTest, CanonicalBytesComeBack) {
  auto values = ordered_values();
  Type row = Type::row({{"a", Type::integer()}, {"b", Type::array(Type::string())}});
  values.push_back({row,
                    {Value::null(), Value::list({{int64_t{1}}, Value::list({{std::string("x")}, Value::null()})}),
                     Value::list({Value::null(), Value::null()})}});
  values.push_back(
      {Type::map(Type::string(), Type::bigint()),
       {Value::map({{{std::string("a long key of a map")}, {int64_t{5}}}}), Value::map({}), Value::null()}});
  for (auto& [type, list] : values) {
    SCOPED_TRACE(type.to_string());
    list.push_back(Value::null());
    Batch batch = column_of(type, list);
    BatchView view(batch);
    auto count = static_cast<uint32_t>(list.size());
    BatchBuilder builder(pool_, schema_of({type}), count);
    builder.bind(kernels_);
    for (uint32_t i = 0; i < count; ++i) {
      std::string bytes;
      append_canonical(view.columns()[0], type, i, bytes);
      EXPECT_EQ(skip_canonical(bytes.data(), type), bytes.data() + bytes.size());
      EXPECT_EQ(read_canonical(bytes.data(), type, kernels_, builder.columns()[0], i), bytes.data() + bytes.size());
    }
    Batch copy = builder.finish(count, &arena_);
    for (uint32_t i = 0; i < count; ++i) {
      EXPECT_EQ(text_of_row(copy, schema_of({type}), i), text_of_row(batch, schema_of({type}), i));
    }
  }
}

// Packs every value as a key and a row, finds it again, and reads it back.
TEST_F(PackedFieldTest, KeysAndRowsAreFoundAgain) {
  auto values = ordered_values();
  values.push_back({Type::array(Type::bigint()), {Value::list({{int64_t{1}}, Value::null()}), Value::list({})}});
  for (auto& [type, list] : values) {
    SCOPED_TRACE(type.to_string());
    list.push_back(Value::null());
    Batch batch = column_of(type, list);
    BatchView view(batch);
    auto count = static_cast<uint32_t>(list.size());
    StateRowLayout layout = layout_of({type});
    KernelRef<KeyKernels> keys = *code_.key({schema_of({type}), {0}, layout});
    BundleTable table(layout, keys);
    std::vector<uint64_t> hashes(count);
    std::vector<uint8_t*> slots(count), again(count);
    keys->current().hash(keys->current().self, view.columns(), nullptr, count, hashes.data());
    table.find_or_insert({view.columns(), nullptr, count, hashes.data()}, slots.data());
    EXPECT_EQ(table.size(), count);  // 0.0 and -0.0 are two keys, NaN is one.
    table.find_or_insert({view.columns(), nullptr, count, hashes.data()}, again.data());
    EXPECT_EQ(table.size(), count);
    EXPECT_EQ(slots, again);

    KernelRef<RowKernels> rows = *code_.rows({schema_of({type}), {0}, 0, layout});
    std::vector<uint8_t> equal(count);
    rows->current().equal(rows->current().self, view.columns(), nullptr, count, slots.data(), equal.data());
    EXPECT_EQ(equal, std::vector<uint8_t>(count, 1));
    BatchBuilder builder(pool_, schema_of({type}), count);
    builder.bind(kernels_);
    rows->current().copy_out(rows->current().self, &kernels_, slots.data(), count, rows_from(0), builder.columns());
    Batch copy = builder.finish(count, &arena_);
    for (uint32_t i = 0; i < count; ++i) {
      EXPECT_EQ(text_of_row(copy, schema_of({type}), i), text_of_row(batch, schema_of({type}), i));
    }
  }
}

TEST_F(PackedFieldTest, TheHashIsTheOneOfTheHeader) {
  Batch numbers = column_of(Type::integer(), {{int64_t{-5}}, Value::null()});
  Batch zeros = column_of(Type::float64(), {{0.0}, {-0.0}, {kNan}, {-kNan}});
  Batch texts = column_of(Type::string(), {{std::string("a text of many bytes")}});
  auto hashes_of = [&](const Batch& batch, const Type& type) {
    BatchView view(batch);
    std::vector<uint64_t> hashes(batch.rows);
    KernelRef<KeyKernels> keys = *code_.key({schema_of({type}), {0}, layout_of({type})});
    keys->current().hash(keys->current().self, view.columns(), nullptr, batch.rows, hashes.data());
    return hashes;
  };
  EXPECT_EQ(hashes_of(numbers, Type::integer()),
            (std::vector<uint64_t>{hash_field(kKeyHashSeed, static_cast<uint32_t>(-5)), hash_null(kKeyHashSeed)}));
  std::vector<uint64_t> floats = hashes_of(zeros, Type::float64());
  EXPECT_EQ(floats[0], floats[1]);
  EXPECT_EQ(floats[2], floats[3]);
  EXPECT_EQ(hashes_of(texts, Type::string())[0], hash_bytes(kKeyHashSeed, "a text of many bytes", 20));
}

// All keys with one hash: every lookup goes along the probe sequence, and no two keys become one.
TEST_F(PackedFieldTest, BundleTableSurvivesEqualHashes) {
  StateRowLayout layout = layout_of({Type::bigint(), Type::string()});
  RowSchema schema = schema_of({Type::bigint(), Type::string()});
  BundleTable table(layout, *code_.key({schema, {0, 1}, layout}));
  BatchBuilder builder(pool_, schema, 200);
  for (uint32_t row = 0; row < 200; ++row) {
    put_value(builder.columns()[0], Type::bigint(), row, {int64_t{row % 50}}, kernels_);
    put_value(builder.columns()[1], Type::string(), row, {std::string("a text that is kept in the heap")}, kernels_);
  }
  Batch batch = builder.finish(200, &arena_);
  BatchView view(batch);
  std::vector<uint64_t> hashes(200, 42);
  std::vector<uint8_t*> slots(200);
  for (int round = 0; round < 3; ++round) {
    table.find_or_insert({view.columns(), nullptr, 200, hashes.data()}, slots.data());
    ASSERT_EQ(table.size(), 50U);
    for (uint32_t row = 0; row < 200; ++row) EXPECT_EQ(slots[row], table.slot(row % 50));
    if (round == 1) table.clear();
  }
}

}  // namespace
}  // namespace sluice::runtime
