#include "base/file_uri.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(FileUriTest, PathsAndUrisOfFilesArePaths) {
  EXPECT_EQ(*path_of_uri("/a/b"), "/a/b");
  EXPECT_EQ(*path_of_uri("a/b//"), "a/b");
  EXPECT_EQ(*path_of_uri("file:///a/b/"), "/a/b");
  EXPECT_EQ(*path_of_uri("file:/a/b"), "/a/b");
  EXPECT_EQ(*path_of_uri("file:a"), "a");
  EXPECT_EQ(*path_of_uri("/"), "/");
  EXPECT_EQ(*path_of_uri(""), "");
}

TEST(FileUriTest, OtherFileSystemsAreRefused) {
  auto path = path_of_uri("s3://bucket/key");
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code, ErrorCode::NotSupportedYet);
  EXPECT_NE(path.error().message.find("s3://bucket/key"), std::string::npos);
}

}  // namespace
}  // namespace sluice
