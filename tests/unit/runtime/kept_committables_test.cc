#include "runtime/checkpoint/kept_committables.h"

#include <gtest/gtest.h>

namespace sluice::runtime {
namespace {

TEST(KeptCommittables, AreToldFromOthers) {
  KeptCommittables kept{"kafka", 7, "job", {"one", "", std::string("t\0wo", 4)}};
  std::string text = encode(kept);
  EXPECT_TRUE(is_kept(text));
  EXPECT_EQ(decode_kept(text), kept);
  for (std::string_view other : {"", "one", "no rows\nx"}) EXPECT_FALSE(is_kept(other)) << other;
  for (size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(decode_kept(text.substr(0, size))) << size;
  EXPECT_FALSE(decode_kept(text + "x"));
}

TEST(KeptCommittables, HoldNoRows) {
  EXPECT_FALSE(holds_rows(""));
  EXPECT_FALSE(holds_rows("no rows\nanything"));
  EXPECT_FALSE(holds_rows(encode(KeptCommittables{"kafka", 7, "job", {"one"}})));
  EXPECT_TRUE(holds_rows("one"));
}

}  // namespace
}  // namespace sluice::runtime
