// The columns that are inferred from messages, as DDL.
#include <gtest/gtest.h>

#include "runtime/formats/inference.h"

namespace sluice::runtime {
namespace {

std::string ddl(InferenceOptions options, const std::vector<std::string>& messages) {
  auto inference = Inference::make(options);
  EXPECT_TRUE(inference);
  for (const std::string& message : messages) (*inference)->add(message);
  return ddl_of("t", (*inference)->finish(), {{"format", options.format}});
}

TEST(InferenceTest, JsonScalars) {
  EXPECT_EQ(
      ddl({"json"},
          {R"({"id":1,"price":1.5,"ok":true,"name":"x","d":"2024-01-31","t":"10:11:12"})",
           R"({"id":2,"price":3,"ok":null,"name":"y","d":"2024-02-01","t":"10:11:13","big":18446744073709551615})"}),
      "CREATE TABLE `t` (\n  `id` BIGINT NOT NULL,\n  `price` DOUBLE NOT NULL,\n  `ok` BOOLEAN,\n"
      "  `name` STRING NOT NULL,\n  `d` DATE NOT NULL,\n  `t` TIME(0) NOT NULL,\n  `big` DECIMAL(38, 0)\n"
      ") WITH (\n  'format' = 'json'\n);\n");
}

TEST(InferenceTest, JsonNested) {
  EXPECT_EQ(ddl({"json"}, {R"({"r":{"a":1,"b":[{"x":"p"},{"x":null}]},"e":[],"o":{}})", R"({"r":{"a":2}})"}),
            "CREATE TABLE `t` (\n  `r` ROW<`a` BIGINT NOT NULL, `b` ARRAY<ROW<`x` STRING>>> NOT NULL,\n"
            "  `e` ARRAY<STRING>,\n  `o` MAP<STRING, STRING>\n) WITH (\n  'format' = 'json'\n);\n");
}

TEST(InferenceTest, TimestampsDecideTheirStandard) {
  EXPECT_EQ(ddl({"json"}, {R"({"t":"2024-01-31T10:00:00.123456","u":"2024-01-31T10:00:00Z"})"}),
            "CREATE TABLE `t` (\n  `t` TIMESTAMP(6) NOT NULL,\n  `u` TIMESTAMP_LTZ(3) NOT NULL\n) WITH (\n"
            "  'format' = 'json',\n  'json.timestamp-format.standard' = 'ISO-8601'\n);\n");
  EXPECT_EQ(
      ddl({"json"}, {R"({"t":"2024-01-31 10:00:00","u":"2024-01-31T10:00:00"})"}),
      "CREATE TABLE `t` (\n  `t` TIMESTAMP(3) NOT NULL,\n  `u` STRING NOT NULL\n) WITH (\n  'format' = 'json'\n);\n");
}

TEST(InferenceTest, MixedValuesAreTextsAndManyKeysAMap) {
  std::vector<std::string> messages = {R"({"a":1})", R"({"a":"x"})", "no JSON"};
  EXPECT_EQ(ddl({"json"}, messages), "CREATE TABLE `t` (\n  `a` STRING NOT NULL\n) WITH (\n  'format' = 'json'\n);\n");
  messages.clear();
  for (int i = 0; i < 60; ++i) messages.push_back("{\"m\":{\"user-" + std::to_string(i) + "\":1}}");
  EXPECT_EQ(ddl({"json"}, messages),
            "CREATE TABLE `t` (\n  `m` MAP<STRING, BIGINT> NOT NULL\n) WITH (\n  'format' = 'json'\n);\n");
}

TEST(InferenceTest, Csv) {
  InferenceOptions options{"csv", true, {{"csv.field-delimiter", ";"}}};
  EXPECT_EQ(ddl(options, {"id;name;score;at", "1;\"a;b\";1.5;2024-01-31 10:00:00", "2;x;;2024-01-31 10:00:01"}),
            "CREATE TABLE `t` (\n  `id` BIGINT NOT NULL,\n  `name` STRING NOT NULL,\n  `score` DOUBLE,\n"
            "  `at` TIMESTAMP(3) NOT NULL\n) WITH (\n  'format' = 'csv',\n  'csv.field-delimiter' = ';',\n"
            "  'csv.null-literal' = ''\n);\n");
}

}  // namespace
}  // namespace sluice::runtime
