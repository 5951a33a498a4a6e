#include "runtime/worker/result_buffer.h"

#include <gtest/gtest.h>

#include "runtime/connectors/row_batch.h"

namespace sluice::runtime {
namespace {

const RowSchema kColumns = {{"n", Type::bigint()}, {"s", Type::string()}};

class ResultBufferTest : public testing::Test {
 protected:
  // Rows first, first + 1, … as one batch.
  void produce(uint32_t subtask, int64_t first, int64_t count, size_t text_bytes = 3) {
    std::vector<TableChange> changes;
    for (int64_t n = first; n < first + count; ++n) {
      changes.push_back({RowKind::Insert, {Value{n}, Value{std::string(text_bytes, 'x')}}});
    }
    Arena arena(pool);
    buffer.consume(subtask, batch_of(changes, {{0}, {1}}, kColumns, pool, arena, nullptr));
  }
  // What the reader gets: numbers of rows, "R" for a restart with what is kept, "E" for the end.
  std::string taken(uint64_t until) {
    std::string out;
    for (;;) {
      ResultElement element = buffer.take(until);
      if (auto* block = std::get_if<RowBlock>(&element)) {
        auto rows = decode_rows(block->bytes, block->count, kColumns);
        EXPECT_TRUE(rows) << rows.error().message;
        for (const TableChange& change : *rows) out += fmt::format("{} ", change.row[0].get<int64_t>());
      } else if (auto* mark = std::get_if<RestartMark>(&element)) {
        out += "R";
        for (auto [subtask, rows] : mark->kept) out += fmt::format("{}:{}", subtask, rows);
        out += " ";
      } else if (std::holds_alternative<EndMark>(element)) {
        out += "E ";
      } else {
        return out;
      }
    }
  }

  BufferPool pool;
  int news = 0;
  ResultBuffer buffer{kColumns, "1", [this] { ++news; }};
};

TEST_F(ResultBufferTest, RowsGoAsFarAsTheCredit) {
  produce(0, 0, 3);
  produce(0, 3, 3);
  EXPECT_EQ(taken(0), "");
  EXPECT_EQ(taken(2), "0 1 ");
  EXPECT_EQ(taken(5), "2 3 4 ");
  EXPECT_EQ(taken(5), "");
  EXPECT_EQ(taken(100), "5 ");
  EXPECT_EQ(news, 2);
}

TEST_F(ResultBufferTest, AReaderThatComesAgainGetsWhatWasNotAcknowledged) {
  produce(0, 0, 3);
  produce(0, 3, 3);
  EXPECT_EQ(taken(6), "0 1 2 3 4 5 ");
  EXPECT_FALSE(buffer.acknowledge(4));
  EXPECT_TRUE(buffer.seek(4));
  EXPECT_EQ(taken(100), "4 5 ");
  EXPECT_TRUE(buffer.seek(5));
  EXPECT_EQ(taken(100), "5 ");
  EXPECT_TRUE(buffer.seek(6));
  EXPECT_EQ(taken(100), "");
  EXPECT_FALSE(buffer.seek(3));
  EXPECT_FALSE(buffer.seek(7));
}

TEST_F(ResultBufferTest, NothingIsAcknowledgedBeforeItWasTaken) {
  produce(0, 0, 3);
  buffer.acknowledge(3);
  EXPECT_EQ(buffer.acknowledged(), 0U);
  EXPECT_EQ(taken(3), "0 1 2 ");
}

TEST_F(ResultBufferTest, TheEndComesOnceToEachReader) {
  produce(0, 0, 1);
  buffer.close();
  EXPECT_EQ(taken(100), "0 E ");
  EXPECT_EQ(taken(100), "");
  EXPECT_TRUE(buffer.seek(0));
  EXPECT_EQ(taken(100), "0 E ");
  EXPECT_TRUE(buffer.acknowledge(1));
}

TEST_F(ResultBufferTest, TheEndOfAnEmptyResultIsAcknowledged) {
  EXPECT_FALSE(buffer.acknowledge(0));
  buffer.close();
  EXPECT_FALSE(buffer.acknowledge(0));
  EXPECT_EQ(taken(0), "E ");
  EXPECT_TRUE(buffer.acknowledge(0));
}

TEST_F(ResultBufferTest, AFullBufferPausesAndWakes) {
  int woken = 0;
  buffer.on_room(0, [&] { ++woken; });
  buffer.on_room(1, [&] { ++woken; });
  int64_t next = 0;
  for (; buffer.has_room(); next += 1000) produce(0, next, 1000);
  EXPECT_EQ(buffer.produced(), 66'000U);
  taken(buffer.produced());
  buffer.acknowledge(buffer.produced() - ResultBuffer::kRowsMax);
  EXPECT_EQ(woken, 0);
  buffer.acknowledge(buffer.produced() - ResultBuffer::kRowsMax + 1);
  EXPECT_EQ(woken, 2);
  EXPECT_TRUE(buffer.has_room());
}

TEST_F(ResultBufferTest, AFullBufferLetsTheBarrierOfEverySubtaskPass) {
  int woken = 0;
  buffer.on_room(0, [&] { ++woken; });
  buffer.on_room(1, [&] { ++woken; });
  for (int64_t next = 0; buffer.has_room(); next += 1000) produce(0, next, 1000);
  buffer.let_barrier_pass();
  EXPECT_EQ(woken, 2);
  EXPECT_TRUE(buffer.has_room());
  EXPECT_EQ(buffer.position_of(0), "1:0:66000");
  EXPECT_TRUE(buffer.has_room());
  EXPECT_EQ(buffer.position_of(1), "1:1:0");
  EXPECT_FALSE(buffer.has_room());
  buffer.let_barrier_pass();
  buffer.forget_barrier();
  EXPECT_FALSE(buffer.has_room());
  buffer.let_barrier_pass();  // At most as much again.
  for (int64_t next = 66'000; buffer.has_room(); next += 1000) produce(1, next, 1000);
  EXPECT_EQ(buffer.produced(), 132'000U);
}

TEST_F(ResultBufferTest, LargeRowsFillItByBytesAndGoInShortBlocks) {
  for (int64_t n = 0; buffer.has_room(); n += 10) produce(0, n, 10, 100'000);
  EXPECT_LT(buffer.produced(), 100U);
  ResultElement element = buffer.take(1000);
  ASSERT_TRUE(std::holds_alternative<RowBlock>(element));
  EXPECT_EQ(std::get<RowBlock>(element).count, 2U);
}

TEST_F(ResultBufferTest, ARestartSaysWhatCountsOfEachSubtask) {
  produce(0, 0, 2);
  produce(1, 100, 3);
  std::vector<std::string> checkpoint = {buffer.position_of(0), buffer.position_of(1)};
  produce(0, 2, 2);
  buffer.on_restore(checkpoint);
  produce(0, 2, 1);
  EXPECT_EQ(taken(100), "0 1 100 101 102 2 3 R0:21:3 2 ");
  EXPECT_EQ(buffer.position_of(0), "1:0:3");
  buffer.acknowledge(7);
  EXPECT_TRUE(buffer.seek(7));
  EXPECT_EQ(taken(100), "R0:21:3 2 ");
}

TEST_F(ResultBufferTest, ACheckpointOfAnotherWorkerCountsNothing) {
  buffer.on_restore({"0:0:5"});
  produce(0, 0, 2);
  buffer.on_restore({"0:0:5", "nonsense", "1:0:", "1:0:x"});
  EXPECT_EQ(taken(100), "0 1 R ");
}

TEST_F(ResultBufferTest, RestartsWithoutRowsBetweenAreOne) {
  produce(0, 0, 2);
  buffer.on_restore({"1:0:2"});
  buffer.on_restore({"1:0:1"});
  EXPECT_EQ(taken(100), "0 1 R0:1 ");
  buffer.on_restore({});
  EXPECT_EQ(taken(100), "R ");
}

TEST_F(ResultBufferTest, DroppedRowsAreGone) {
  produce(0, 0, 2);
  taken(1);
  buffer.drop();
  EXPECT_EQ(taken(100), "E ");
  EXPECT_EQ(buffer.acknowledged(), 2U);
  EXPECT_FALSE(buffer.seek(1));
}

// ---- Bytes that may come from anywhere

TEST(ResultRows, EveryTypeComesBack) {
  RowSchema schema = {{"b", Type::boolean()},
                      {"d", Type::decimal(30, 5)},
                      {"a", Type::array(Type::string())},
                      {"m", Type::map(Type::string(), Type::bigint())},
                      {"r", Type::row({{"x", Type::integer()}, {"y", Type::string()}})}};
  ValueList nothing(schema.size(), Value::null());
  ValueList full = nothing;
  full[0] = Value{true};
  full[2] = Value::list({Value{std::string("a longer text than inline")}, Value::null()});
  full[3] = Value::map({{Value{std::string("k")}, Value{int64_t{5}}}});
  full[4] = Value::list({Value{int64_t{7}}, Value{std::string("y")}});
  std::vector<TableChange> changes = {{RowKind::UpdateBefore, nothing}, {RowKind::Delete, full}};
  BufferPool pool;
  Arena arena(pool);
  EncodedRows rows = encode_rows(batch_of(changes, {{0}, {1}, {2}, {3}, {4}}, schema, pool, arena, nullptr), schema);
  auto decoded = decode_rows(rows.bytes, 2, schema);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(*decoded, changes);
}

TEST(ResultRows, BytesThatAreNoRowsAreRefused) {
  BufferPool pool;
  Arena arena(pool);
  RowSchema schema = {{"n", Type::bigint()}, {"a", Type::array(Type::string())}};
  ValueList row = {Value{int64_t{1}}, Value::list({Value{std::string("some text")}})};
  std::string bytes =
      encode_rows(batch_of({{RowKind::Insert, row}}, {{0}, {1}}, schema, pool, arena, nullptr), schema).bytes;
  EXPECT_TRUE(decode_rows(bytes, 1, schema));
  EXPECT_FALSE(decode_rows(bytes + "x", 1, schema));
  EXPECT_FALSE(decode_rows(bytes, 2, schema));
  EXPECT_FALSE(decode_rows(bytes, 0, schema));
  EXPECT_FALSE(decode_rows(bytes, UINT32_MAX, schema));
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_rows(bytes.substr(0, size), 1, schema));
  // Every byte in turn as 0xff: refused or another row, never out of bounds (which sanitizers would see).
  int refused = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string wrong = bytes;
    wrong[at] = '\xff';
    refused += !decode_rows(wrong, 1, schema);
  }
  EXPECT_GT(refused, 8);
}

}  // namespace
}  // namespace sluice::runtime
