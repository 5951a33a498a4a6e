#include "runtime/abi/batch.h"

#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "runtime/abi/state_row.h"

namespace sluice::runtime {
namespace {

RowSchema schema_of(std::vector<Type> types) {
  RowSchema schema;
  for (Type& type : types) schema.push_back({"c" + std::to_string(schema.size()), std::move(type)});
  return schema;
}

class BatchTest : public testing::Test {
 protected:
  BufferPool pool_;
  Arena arena_{pool_};

  // BIGINT NOT NULL i, STRING: NULL for every third row, else a long text.
  Batch numbers_and_texts(uint32_t rows) {
    BatchBuilder builder(pool_, schema_of({Type::bigint().not_null(), Type::string()}));
    MutableColumn* columns = builder.columns();
    auto* numbers = static_cast<int64_t*>(columns[0].values);
    auto* texts = static_cast<StringView*>(columns[1].values);
    for (uint32_t row = 0; row < rows; ++row) {
      numbers[row] = row;
      std::string text = "a long text with number " + std::to_string(row);
      char* bytes = arena_.allocate(text.size());
      std::memcpy(bytes, text.data(), text.size());
      texts[row] = row % 3 == 0 ? StringView() : StringView(bytes, static_cast<uint32_t>(text.size()));
      set_valid(columns[1].validity, row, row % 3 != 0);
    }
    return builder.finish(rows, &arena_);
  }
};

TEST_F(BatchTest, BuilderWritesWhatTheViewReads) {
  Batch batch = numbers_and_texts(100);
  BatchView view(batch);
  ASSERT_EQ(view.rows(), 100U);
  EXPECT_EQ(view.columns()[0].validity, nullptr);
  EXPECT_EQ(static_cast<const int64_t*>(view.columns()[0].values)[99], 99);
  EXPECT_FALSE(is_valid(view.columns()[1].validity, 3));
  EXPECT_TRUE(is_valid(view.columns()[1].validity, 4));
  EXPECT_EQ(static_cast<const StringView*>(view.columns()[1].values)[4].view(), "a long text with number 4");
  EXPECT_FALSE(batch.heaps.empty());
}

TEST_F(BatchTest, ValidityWithoutNullAndKindsWithoutChangeAreDropped) {
  BatchBuilder builder(pool_, schema_of({Type::bigint()}));
  for (uint32_t rows : {63U, 64U, 65U, 1024U}) {
    MutableColumn* column = builder.columns();
    for (uint32_t row = 0; row < rows; ++row) set_valid(column->validity, row, true);
    builder.kinds();
    Batch batch = builder.finish(rows, nullptr);
    EXPECT_FALSE(batch.columns[0].validity) << rows;
    EXPECT_FALSE(batch.kinds) << rows;
    column = builder.columns();
    for (uint32_t row = 0; row < rows; ++row) set_valid(column->validity, row, row != rows - 1);
    builder.kinds()[rows - 1] = static_cast<int8_t>(RowKind::Delete);
    batch = builder.finish(rows, nullptr);
    EXPECT_TRUE(batch.columns[0].validity) << rows;
    EXPECT_EQ(batch.kind(rows - 1), RowKind::Delete);
  }
}

TEST_F(BatchTest, GatherKeepsOrderNullsAndKinds) {
  Batch batch = numbers_and_texts(90);
  batch.kinds = pool_.allocate(90);
  for (int i = 0; i < 90; ++i) batch.kinds.data()[i] = static_cast<char>(i % 4);
  std::vector<uint32_t> selection = {89, 3, 4, 4, 0};
  for (uint32_t row = 50; row < 80; ++row) selection.push_back(row);
  RowSchema schema = schema_of({Type::bigint().not_null(), Type::string()});
  Batch out = gather(batch, schema, selection, pool_, arena_);
  EXPECT_EQ(out.heaps, batch.heaps);  // More than a quarter: shared.
  BatchView view(out);
  for (size_t i = 0; i < selection.size(); ++i) {
    EXPECT_EQ(static_cast<const int64_t*>(view.columns()[0].values)[i], selection[i]);
    EXPECT_EQ(is_valid(view.columns()[1].validity, static_cast<uint32_t>(i)), selection[i] % 3 != 0);
    EXPECT_EQ(static_cast<int>(out.kind(static_cast<uint32_t>(i))), static_cast<int>(selection[i] % 4));
  }
}

TEST_F(BatchTest, SmallGatherCopiesItsStrings) {
  Batch out;
  {
    Batch batch = numbers_and_texts(1000);
    std::vector<uint32_t> selection = {500, 7};
    Arena arena(pool_);
    out = gather(batch, schema_of({Type::bigint().not_null(), Type::string()}), selection, pool_, arena);
    EXPECT_NE(out.heaps, batch.heaps);
    std::memset(batch.heaps[0].data(), 'x', batch.heaps[0]->capacity() / 2);
  }
  EXPECT_FALSE(out.columns[1].validity);
  EXPECT_EQ(reinterpret_cast<StringView*>(out.columns[1].values.data())[1].view(), "a long text with number 7");
}

TEST_F(BatchTest, ListsGrowAndGatherTheirElements) {
  RowSchema schema = schema_of({Type::array(Type::row({{"v", Type::integer()}}))});
  BatchBuilder builder(pool_, schema, 8);
  KernelContext context;
  builder.bind(context);
  MutableColumn* list = builder.columns();
  auto* views = static_cast<ListView*>(list->values);
  MutableColumn* element = &list->children[0];
  for (uint32_t row = 0; row < 8; ++row) {
    views[row] = {element->rows, 100};
    set_valid(list->validity, row, true);
    context.grow(&context, element, element->rows + 100);
    for (uint32_t i = 0; i < 100; ++i, ++element->rows) {
      static_cast<int32_t*>(element->children[0].values)[element->rows] = static_cast<int32_t>(row * 1000 + i);
      set_valid(element->children[0].validity, element->rows, i != 5);
      set_valid(element->validity, element->rows, true);
    }
  }
  Batch batch = builder.finish(8, &arena_);
  std::vector<uint32_t> selection = {6};
  Batch out = gather(batch, schema, selection, pool_, arena_);
  BatchView view(out);
  auto view0 = static_cast<const ListView*>(view.columns()[0].values)[0];
  EXPECT_EQ(view0.length, 100U);
  const ColumnView& ints = view.columns()[0].children[0].children[0];
  EXPECT_EQ(ints.rows, 100U);
  EXPECT_EQ(static_cast<const int32_t*>(ints.values)[view0.offset + 42], 6042);
  EXPECT_FALSE(is_valid(ints.validity, view0.offset + 5));
}

TEST(StateRowTest, FieldsStandAtNaturalAlignment) {
  StateRowLayout layout = layout_of({Type::tinyint(), Type::integer(), Type::decimal(30, 2), Type::string(),
                                     Type::smallint(), Type::array(Type::integer())});
  EXPECT_EQ(layout.null_bytes, 8U);
  std::vector<uint32_t> offsets;
  for (const auto& field : layout.fields) offsets.push_back(field.offset);
  EXPECT_EQ(offsets, (std::vector<uint32_t>{8, 12, 16, 32, 48, 56}));
  EXPECT_TRUE(layout.fields[5].is_blob);
  EXPECT_EQ(layout.size, 72U);
  EXPECT_EQ(layout_of({}).size, 0U);
}

}  // namespace
}  // namespace sluice::runtime
