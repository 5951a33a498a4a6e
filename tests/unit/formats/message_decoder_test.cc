// Keys beside values, and what becomes of messages that cannot be read.
#include "tests/unit/formats/decode_fixture.h"

namespace sluice::runtime {
namespace {

class FixedClock final : public Clock {
 public:
  int64_t wall_ms() const override { return 1'700'000'000'000; }
  int64_t monotonic_ns() const override { return 0; }
};

class Letters final : public DeadLetters {
 public:
  void add(const DeadLetter& letter) override { append_letter(letter, text), text += "\n"; }
  void flush(std::function<void(Status)> done) override { done(Done{}); }
  std::string text;
};

class MessageDecoderTest : public DecodeTest {
 protected:
  MessageDecoder make(DecodeOnError on_error,
                      const RowSchema& columns = {{"a", Type::integer()}, {"b", Type::string()}}) {
    DecodeOptions options;
    options.on_error = on_error;
    return MessageDecoder({open("json", columns, {}, {}, options), nullptr, options, letters_, &clock_});
  }
  std::string decode(MessageDecoder& decoder, std::string_view value) {
    auto error = decoder.decode({value, {}, {"topic", 3, 42}}, *rows_);
    std::string rows = take();
    return error ? "failed: " + error->reason : rows;
  }

  FixedClock clock_;
  std::shared_ptr<Letters> letters_ = std::make_shared<Letters>();
};

TEST_F(MessageDecoderTest, FailsByDefault) {
  MessageDecoder decoder = make(DecodeOnError::Fail);
  EXPECT_EQ(decode(decoder, R"({"a":1,"b":"x"})"), R"(+I[1, "x"])");
  EXPECT_EQ(decode(decoder, R"({"a":"?"})"), "failed: field `a`: `?` is no INT");
}

TEST_F(MessageDecoderTest, SkipsAndCounts) {
  MessageDecoder decoder = make(DecodeOnError::Skip);
  EXPECT_EQ(decode(decoder, "{"), "");
  EXPECT_EQ(decode(decoder, R"([{"a":1},{"a":"?"}])"), "");  // All rows of a message, or none.
  EXPECT_EQ(decode(decoder, R"({"a":2})"), "+I[2, null]");
  EXPECT_EQ(decoder.counts(), (DecodeCounts{1, 1, 0, 0}));
}

TEST_F(MessageDecoderTest, NullsFieldsAndWholeMessages) {
  MessageDecoder decoder = make(DecodeOnError::Null);
  EXPECT_EQ(decode(decoder, R"({"a":"?","b":"x"})"), R"(+I[null, "x"])");
  EXPECT_EQ(decode(decoder, "no JSON"), "+I[null, null]");
  EXPECT_EQ(decoder.counts(), (DecodeCounts{1, 1, 0, 0}));
  MessageDecoder strict = make(DecodeOnError::Null, {{"a", Type::integer().not_null()}});
  EXPECT_EQ(decode(strict, R"({"a":"?"})"), "failed: field `a`: it is NULL, and its column is NOT NULL");
  EXPECT_EQ(decode(strict, "no JSON"), "failed: column `c0` is NOT NULL, and the message cannot be read");
}

TEST_F(MessageDecoderTest, LettersHoldTheMessageAndItsPlace) {
  MessageDecoder decoder = make(DecodeOnError::DeadLetter);
  EXPECT_EQ(decode(decoder, "{\"a\":"), "");
  EXPECT_TRUE(decoder.has_letters());
  EXPECT_EQ(letters_->text,
            R"({"time":"2023-11-14T22:13:20Z","source":"topic","partition":3,"offset":42,"fault":"not-well-formed",)"
            R"("reason":"the message is not well-formed JSON at byte 5","key":null,"value":"eyJhIjo="})"
            "\n");
}

TEST_F(MessageDecoderTest, EveryRowOfAValueHasTheKey) {
  RowSchema columns = {{"k", Type::integer()}, {"a", Type::integer()}};
  open("json", columns);  // Columns of the output.
  auto factory = *find_format_factory("json");
  DecoderSpec key, value;
  key.columns = {columns[0]}, key.paths = {{0}}, key.targets = {0};
  value.columns = {columns[1]}, value.paths = {{0}}, value.targets = {1};
  MessageDecoder decoder(
      {*factory->decoder(value, {}, {&session_}), *factory->decoder(key, {}, {&session_}), {}, nullptr, &clock_});
  EXPECT_FALSE(decoder.decode({R"([{"a":1},{"a":2}])", R"({"k":7})", {}}, *rows_));
  EXPECT_EQ(take(), "+I[7, 1]\n+I[7, 2]");
  auto error = decoder.decode({R"({"a":1})", R"({"k":"?"})", {}}, *rows_);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->reason, "key: field `k`: `?` is no INT");
  EXPECT_FALSE(decoder.decode({{}, R"({"k":7})", {}}, *rows_));
  EXPECT_EQ(take(), "");
}

}  // namespace
}  // namespace sluice::runtime
