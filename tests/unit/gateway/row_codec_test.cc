#include "gateway/proto/row_codec.h"

#include <gtest/gtest.h>

namespace sluice::gateway {
namespace {

// Through bytes, as between two processes.
template <class Message>
Message sent(const Message& message) {
  Message received;
  EXPECT_TRUE(received.ParseFromString(message.SerializeAsString()));
  return received;
}

RowSchema all_types() {
  Type nested = Type::row({{"x", Type::integer().not_null()}, {"y", Type::array(Type::string())}});
  return {{"boolean", Type::boolean()},
          {"tinyint", Type::tinyint()},
          {"bigint", Type::bigint().not_null()},
          {"float", Type::float32()},
          {"double", Type::float64()},
          {"short decimal", Type::decimal(10, 2)},
          {"long decimal", Type::decimal(38, 4)},
          {"text", Type::varchar(7)},
          {"bytes", Type::bytes()},
          {"date", Type::date()},
          {"milliseconds", Type::timestamp(3)},
          {"nanoseconds", Type::timestamp_ltz(9)},
          {"nested", nested},
          {"map", Type::map(Type::string().not_null(), Type::bigint())},
          {"multiset", Type::multiset(Type::string())}};
}

ValueList one_of_each() {
  Value strings = Value::list({Value{std::string("a")}, Value::null()});
  return {Value{true},
          Value{int64_t{-128}},
          Value{INT64_MIN},
          Value{1.5F},
          Value{-0.0},
          Value{int64_t{-12345}},
          Value{static_cast<Int128>(-1) << 100},
          Value{std::string("Ω\n")},
          Value{std::string("\0\xff", 2)},
          Value{int64_t{-1}},
          Value{int64_t{1}},
          Value{TimestampNs{-5, 999'999}},
          Value::list({Value{int64_t{3}}, strings}),
          Value::map({{Value{std::string("k")}, Value::null()}}),
          Value::map({{Value{std::string("k")}, Value{int64_t{2}}}})};
}

TEST(RowCodec, EveryTypeAndValueComesBack) {
  v1::Table table;
  encode_columns(all_types(), *table.mutable_columns());
  encode_values(one_of_each(), *table.add_rows()->mutable_values());
  encode_values(ValueList(all_types().size()), *table.add_rows()->mutable_values());
  v1::Table received = sent(table);
  auto columns = decode_columns(received.columns());
  ASSERT_TRUE(columns);
  EXPECT_EQ(*columns, all_types());
  auto row = decode_values(received.rows(0).values(), *columns);
  ASSERT_TRUE(row);
  EXPECT_EQ(*row, one_of_each());
  auto nulls = decode_values(received.rows(1).values(), *columns);
  ASSERT_TRUE(nulls);
  for (const Value& value : *nulls) EXPECT_TRUE(value.is_null());
}

TEST(RowCodec, WhatDoesNotFitTheColumnsIsRefused) {
  v1::Row row;
  encode_values({Value{std::string("text")}}, *row.mutable_values());
  EXPECT_FALSE(decode_values(row.values(), {{"n", Type::bigint()}}));
  EXPECT_FALSE(decode_values(row.values(), {}));
  EXPECT_TRUE(decode_values(row.values(), {{"s", Type::string()}}));
  v1::Table table;
  table.add_columns()->mutable_type()->set_root(v1::TYPE_ROOT_MAP);
  EXPECT_FALSE(decode_columns(table.columns()));
  table.mutable_columns(0)->mutable_type()->set_root(static_cast<v1::TypeRoot>(99));
  EXPECT_FALSE(decode_columns(table.columns()));
  EXPECT_FALSE(decode_kind(static_cast<v1::RowKind>(4)));
}

}  // namespace
}  // namespace sluice::gateway
