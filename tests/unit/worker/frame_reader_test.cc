#include "runtime/worker/frame_reader.h"

#include <gtest/gtest.h>

namespace sluice::runtime {
namespace {

TEST(FrameReader, FramesComeBackWhereverTheStreamIsCut) {
  std::string stream = frame_of("one") + frame_of("") + frame_of(std::string(100'000, 'x'));
  for (size_t piece : {size_t{1}, size_t{3}, size_t{4096}, stream.size()}) {
    FrameReader reader(1 << 20);
    std::vector<std::string> messages;
    for (size_t at = 0; at < stream.size(); at += piece) {
      reader.feed(std::string_view(stream).substr(at, piece));
      for (;;) {
        auto message = reader.next();
        ASSERT_TRUE(message);
        if (!*message) break;
        messages.push_back(**message);
      }
    }
    ASSERT_EQ(messages.size(), 3U) << piece;
    EXPECT_EQ(messages[0], "one");
    EXPECT_EQ(messages[1], "");
    EXPECT_EQ(messages[2], std::string(100'000, 'x'));
  }
}

TEST(FrameReader, TheLimitIsOfTheMessage) {
  for (size_t size : {size_t{9}, size_t{10}, size_t{11}}) {
    FrameReader reader(10);
    reader.feed(frame_of(std::string(size, 'x')));
    EXPECT_EQ(reader.next().has_value(), size <= 10) << size;
  }
}

TEST(FrameReader, ALengthOverTheLimitIsRefusedBeforeItsBytesCome) {
  FrameReader reader(1 << 20);
  reader.feed(std::string_view("\xff\xff\xff\xff", 4));
  EXPECT_FALSE(reader.next());
}

}  // namespace
}  // namespace sluice::runtime
