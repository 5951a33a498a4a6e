// What the json decoder makes of messages of which only a part is read; what Flink makes of whole ones is in the
// conformance data.
#include "tests/unit/formats/decode_fixture.h"

namespace sluice::runtime {
namespace {

using JsonDecoderTest = DecodeTest;

const Type kNested = Type::row({{"x", Type::bigint()}, {"y", Type::array(Type::integer())}});
const RowSchema kColumns = {{"a", Type::integer()}, {"b", Type::string()}, {"n", kNested}};

TEST_F(JsonDecoderTest, WrongValuesCountOnlyWhereTheyAreRead) {
  auto decoder = open("json", kColumns, {}, {{1}});
  EXPECT_EQ(decode(*decoder, R"({"a":"no number","b":"x","n":5})"), R"(+I["x"])");
  auto all = open("json", kColumns);
  EXPECT_EQ(decode(*all, R"({"a":"no number","b":"x"})"), "wrong-value: field `a`: `no number` is no INT");
}

TEST_F(JsonDecoderTest, StrictChecksWhatIsNotRead) {
  DecodeOptions strict;
  strict.strict = true;
  auto decoder = open("json", kColumns, {}, {{1}}, strict);
  EXPECT_EQ(decode(*decoder, R"({"a":"no number","b":"x"})"), "wrong-value: field `a`: `no number` is no INT");
  EXPECT_EQ(decode(*decoder, R"({"a":1,"b":"x","n":{"x":2}})"), R"(+I["x"])");
}

TEST_F(JsonDecoderTest, WhatIsNotReadMustBeWellFormed) {
  auto decoder = open("json", kColumns, {}, {{0}});
  for (const char* broken : {R"({"a":1,"b":"x)", R"({"a":1,"b":nul})", R"({"a":1,"n":{"x":[1,}}})", R"({"a":1,"q":01})",
                             R"({"a":1,"q":"\x"})", "{\"a\":1,\"q\":\"\xff\"}", R"({"a":1,"q":[1})", R"({"a":1)"}) {
    EXPECT_EQ(decode(*decoder, broken).find("not-well-formed: "), 0U) << broken;
  }
  EXPECT_EQ(decode(*decoder, R"( { "q" : [ {} , "\u00e9" , -1.5e3 ] , "a" : 7 } )"), "+I[7]");
}

TEST_F(JsonDecoderTest, NestedFieldsAreReadAlone) {
  auto decoder = open("json", kColumns, {}, {{2, 0}, {2}, {2, 1}});
  EXPECT_EQ(decode(*decoder, R"({"n":{"y":[1,2],"x":3},"a":"?"})"),
            R"(+I[3, {"kind": "+I", "f": [3, [1, 2]]}, [1, 2]])");
  EXPECT_EQ(decode(*decoder, R"({"n":null})"), "+I[null, null, null]");
  EXPECT_EQ(decode(*decoder, R"({"a":1})"), "+I[null, null, null]");
}

TEST_F(JsonDecoderTest, KeysMayComeInAnyOrderAndMayBeWrittenWithEscapes) {
  auto decoder = open("json", kColumns, {}, {{0}, {1}});
  EXPECT_EQ(decode(*decoder, R"({"a":1,"b":"x"})"), R"(+I[1, "x"])");
  EXPECT_EQ(decode(*decoder, R"({"b":"y","a":2})"), R"(+I[2, "y"])");
  EXPECT_EQ(decode(*decoder, R"({"a":3,"b":"z"})"), R"(+I[3, "z"])");
  EXPECT_EQ(decode(*decoder, R"({"zz":0,"\u0061":4,"b" : "w"})"), R"(+I[4, "w"])");
  EXPECT_EQ(decode(*decoder, R"({"a_longer_key_than_thirty_two_bytes_is":1,"a":5,"b":"v"})"), R"(+I[5, "v"])");
}

TEST_F(JsonDecoderTest, NumbersOfEveryLength) {
  auto decoder = open("json", {{"a", Type::bigint()}});
  for (std::string digits = "1"; digits.size() <= 18; digits += static_cast<char>('0' + digits.size() % 10)) {
    EXPECT_EQ(decode(*decoder, "{\"a\":" + digits + "}"), "+I[" + digits + "]");
    EXPECT_EQ(decode(*decoder, "{\"a\":-" + digits + " }"), "+I[-" + digits + "]");
  }
  EXPECT_EQ(decode(*decoder, R"({"a":9223372036854775807})"), "+I[9223372036854775807]");
  EXPECT_EQ(decode(*decoder, R"({"a":-9223372036854775808})"), "+I[-9223372036854775808]");
  EXPECT_EQ(decode(*decoder, R"({"a":9223372036854775808})").find("wrong-value"), 0U);
}

TEST_F(JsonDecoderTest, StringsOfEveryLengthAndEscapesAtEveryPlace) {
  auto decoder = open("json", {{"a", Type::string()}});
  for (size_t size = 0; size < 100; ++size) {
    std::string plain(size, 'x');
    EXPECT_EQ(decode(*decoder, "{\"a\":\"" + plain + "\"}"), "+I[\"" + plain + "\"]");
    EXPECT_EQ(decode(*decoder, "{\"a\":\"" + plain + "\\u0041\"}"), "+I[\"" + plain + "A\"]");
    EXPECT_EQ(decode(*decoder, "{\"a\":\"" + plain + "\xc3\xa9\"}"), "+I[\"" + plain + "\xc3\xa9\"]");
    EXPECT_EQ(decode(*decoder, "{\"a\":\"" + plain).find("not-well-formed"), 0U);
  }
}

TEST_F(JsonDecoderTest, LargeMapsKeepTheLastOfEqualKeys) {
  auto decoder = open("json", {{"m", Type::map(Type::string(), Type::integer())}});
  std::string message = "{\"m\":{", expected;
  for (int i = 0; i < 40; ++i) {
    message += "\"k" + std::to_string(i) + "\":0,";
    expected += (i > 0 ? ", \"k" : "\"k") + std::to_string(i) + "\": " + std::to_string(i == 7 || i == 33 ? 1 : 0);
  }
  EXPECT_EQ(decode(*decoder, message + "\"k7\":1,\"k33\":1}}"), "+I[{" + expected + "}]");
}

TEST_F(JsonDecoderTest, RowsOfOneMessageMayFillSeveralBatches) {
  auto decoder = open("json", {{"a", Type::integer()}});
  RowAppender::Mark mark = rows_->mark();
  std::string message = "[";
  for (int i = 0; i < 2500; ++i) message += (i > 0 ? ",{\"a\":" : "{\"a\":") + std::to_string(i) + "}";
  EXPECT_FALSE(decoder->decode(message + "]", *rows_));
  EXPECT_EQ(rows_->rows_committed(), 2500U);
  rows_->rollback(mark);
  EXPECT_EQ(take(), "");
  EXPECT_FALSE(decoder->decode(R"({"a":1})", *rows_));
  mark = rows_->mark();
  EXPECT_TRUE(decoder->decode(message + ",7]", *rows_));
  rows_->rollback(mark);
  EXPECT_FALSE(decoder->decode(R"({"a":2})", *rows_));
  EXPECT_EQ(take(), "+I[1]\n+I[2]");
}

TEST_F(JsonDecoderTest, TimestampsOfEveryForm) {
  auto decoder = open("json", {{"t", Type::timestamp(3)}});
  const std::pair<const char*, const char*> kForms[] = {{"2024-02-29 23:59:59", "2024-02-29T23:59:59"},
                                                        {"2024-02-29 23:59:59.1", "2024-02-29T23:59:59.1"},
                                                        {"2023-02-31 00:00:00.12399", "2023-02-28T00:00:00.123"},
                                                        {"0000-01-01 00:00:00", "0000-01-01T00:00"},
                                                        {"2024-12-31 24:00:00", "2025-01-01T00:00"},
                                                        {"1969-12-31 23:59:59.999", "1969-12-31T23:59:59.999"}};
  for (const auto& [text, value] : kForms) {
    std::string found = decode(*decoder, fmt::format("{{\"t\":\"{}\"}}", text));
    EXPECT_EQ(found.find(fmt::format("+I[\"{}", value)), 0U) << text << ": " << found;
  }
  for (const char* text : {"2024-13-01 00:00:00", "2024-00-01 00:00:00", "2024-01-32 00:00:00", "2024-01-00 00:00:00",
                           "2024-01-01 25:00:00", "2024-01-01 00:60:00", "2024-01-01 00:00:60", "2024-01-01T00:00:00",
                           "2024-01-01 00:00", "2024-01-01 00:00:00.1x", "2024-01-01 00:00:00x", "2024/01/01 00:00:00",
                           "2024-01-01 0a:00:00", "202:-01-01 00:00:00"}) {
    std::string found = decode(*decoder, fmt::format("{{\"t\":\"{}\"}}", text));
    EXPECT_EQ(found.find("wrong-value: "), 0U) << text << ": " << found;
  }
}
}  // namespace
}  // namespace sluice::runtime
