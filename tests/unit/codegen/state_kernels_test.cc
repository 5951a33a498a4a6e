// Key and row bundles: interpreter, baseline and optimized code agree on every bit, and the hash is base/key_hash.h's.
#include <gtest/gtest.h>

#include "base/key_hash.h"
#include "tests/unit/codegen/providers.h"
#include "tests/unit/codegen/random_rows.h"

namespace sluice::testing {
namespace {

using namespace runtime;

class StateKernels : public ::testing::Test {
 protected:
  StateKernels() : arena_(pool_) { context_.arena = &arena_; }

  RowSchema random_schema(RandomRows& random) {
    RowSchema schema;
    uint32_t columns = 1 + random.below(5);
    for (uint32_t i = 0; i < columns; ++i) schema.push_back({"c" + std::to_string(i), random.scalar_type()});
    return schema;
  }
  std::vector<uint32_t> random_selection(RandomRows& random, uint32_t rows) {
    std::vector<uint32_t> selection;
    for (uint32_t row = 0; row < rows; ++row) {
      if (!random.one_in(3)) selection.push_back(row);
    }
    return selection;
  }
  std::vector<uint32_t> reversed(uint32_t count) {
    std::vector<uint32_t> positions(count);
    for (uint32_t i = 0; i < count; ++i) positions[i] = count - 1 - i;
    return positions;
  }

  Providers providers_;
  BufferPool pool_;
  Arena arena_;
  KernelContext context_;
};

TEST_F(StateKernels, KeysAgree) {
  for (uint64_t seed = 1; seed <= 15; ++seed) {
    SCOPED_TRACE(seed);
    RandomRows random(seed);
    KeySpec spec;
    spec.input = random_schema(random);
    std::vector<Type> fields;
    for (uint32_t i = 0; i < spec.input.size(); ++i) {
      spec.columns.push_back(static_cast<uint32_t>(spec.input.size()) - 1 - i);
      fields.push_back(spec.input[spec.columns[i]].type);
    }
    fields.push_back(Type::bigint());
    spec.layout = layout_of(fields);
    Batch batch = random.batch(pool_, arena_, spec.input, 200);
    BatchView view(batch);
    std::vector<uint32_t> selection = random_selection(random, batch.rows);
    bool selects = random.one_in(2);
    const uint32_t* selected = selects ? selection.data() : nullptr;
    auto count = selects ? static_cast<uint32_t>(selection.size()) : batch.rows;
    RowSchema out_schema;
    for (uint32_t column : spec.columns) out_schema.push_back(spec.input[column]);
    std::vector<uint32_t> positions = reversed(count);

    std::vector<uint64_t> first_hashes;
    std::vector<std::string> first_rows;
    for (CodeProvider* provider : providers_.all()) {
      auto made = provider->key(spec);
      ASSERT_TRUE(made);
      const KeyKernels& key = (*made)->current();
      std::vector<uint64_t> hashes(count);
      key.hash(key.self, view.columns(), selected, count, hashes.data());
      CountingHeap heap;
      Slots slots(spec.layout, count);
      key.pack(key.self, view.columns(), selected, count, slots.pointers.data(), &heap);
      std::vector<uint8_t> equal(count, 7);
      key.equal(key.self, view.columns(), selected, count, slots.pointers.data(), equal.data());
      EXPECT_EQ(equal, std::vector<uint8_t>(count, 1));
      std::vector<uint8_t*> shifted = slots.pointers;
      std::rotate(shifted.begin(), shifted.begin() + 1, shifted.end());
      key.equal(key.self, view.columns(), selected, count, shifted.data(), equal.data());
      BatchBuilder builder(pool_, out_schema);
      key.unpack(key.self, &context_, slots.pointers.data(), count, positions.data(), builder.columns());
      std::vector<std::string> rows = text_of(builder.finish(count, &arena_), out_schema);
      for (uint8_t flag : equal) rows.push_back(std::to_string(flag));
      if (first_hashes.empty()) {
        first_hashes = hashes;
        first_rows = rows;
      }
      EXPECT_EQ(hashes, first_hashes);
      EXPECT_EQ(rows, first_rows);
    }
  }
}

TEST_F(StateKernels, HashOfOneBigintIsTheKeyHash) {
  KeySpec spec{{{"k", Type::bigint().not_null()}}, {0}, layout_of({Type::bigint().not_null()})};
  RandomRows random(3);
  Batch batch = random.batch(pool_, arena_, spec.input, 100);
  BatchView view(batch);
  auto* values = static_cast<const int64_t*>(view.columns()[0].values);
  for (CodeProvider* provider : providers_.all()) {
    auto handle = *provider->key(spec);
    std::vector<uint64_t> hashes(100);
    handle->current().hash(handle->current().self, view.columns(), nullptr, 100, hashes.data());
    for (size_t i = 0; i < 100; ++i) {
      EXPECT_EQ(hashes[i], hash_field(kKeyHashSeed, static_cast<uint64_t>(values[i])));
    }
  }
}

TEST_F(StateKernels, RowsAgreeAndReleaseWhatTheyReplace) {
  for (uint64_t seed = 1; seed <= 15; ++seed) {
    SCOPED_TRACE(seed);
    RandomRows random(seed + 1000);
    RowSpec spec;
    spec.input = random_schema(random);
    std::vector<Type> fields{Type::string()};
    for (uint32_t i = 0; i < spec.input.size(); ++i) {
      spec.columns.push_back(i);
      fields.push_back(spec.input[i].type);
    }
    spec.first_field = 1;
    spec.layout = layout_of(fields);
    Batch old_batch = random.batch(pool_, arena_, spec.input, 150);
    Batch batch = random.batch(pool_, arena_, spec.input, 150);
    BatchView old_view(old_batch), view(batch);
    std::vector<uint32_t> positions = reversed(150);

    std::vector<std::string> first;
    for (CodeProvider* provider : providers_.all()) {
      auto made = provider->rows(spec);
      ASSERT_TRUE(made);
      const RowKernels& row = (*made)->current();
      CountingHeap heap;
      Slots slots(spec.layout, 150);
      row.copy_in(row.self, old_view.columns(), nullptr, 150, slots.pointers.data(), &heap);
      std::vector<uint8_t> equal(150);
      row.equal(row.self, view.columns(), nullptr, 150, slots.pointers.data(), equal.data());
      row.copy_in(row.self, view.columns(), nullptr, 150, slots.pointers.data(), &heap);
      BatchBuilder builder(pool_, spec.input);
      row.copy_out(row.self, &context_, slots.pointers.data(), 150, positions.data(), builder.columns());
      std::vector<std::string> rows = text_of(builder.finish(150, &arena_), spec.input);
      for (uint8_t flag : equal) rows.push_back(std::to_string(flag));
      rows.push_back(fmt::format("heap {}", heap.bytes));
      if (first.empty()) first = rows;
      EXPECT_EQ(rows, first);
    }
  }
}

}  // namespace
}  // namespace sluice::testing
