#include "gateway/front/grpc/status.h"

#include <gtest/gtest.h>

#include "base/diagnostics.h"

namespace sluice::gateway {
namespace {

TEST(GrpcStatus, TheWholeErrorTravelsAndReadsTheSame) {
  SourceText source("job.sql", "SELECT\tnmae\nFROM t;\n");
  Error error{ErrorCode::UnknownColumn, "column `nmae` is not in scope", "Did you mean `name`?", SourceSpan{7, 11}};
  grpc::Status status = status_of(placed(error, source));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  auto received = error_in(status);
  ASSERT_TRUE(received);
  EXPECT_EQ(*received, placed(error, source));
  EXPECT_EQ(render(*received), render(error, source));
}

TEST(GrpcStatus, AStatusOfGrpcItselfHoldsNoError) {
  EXPECT_FALSE(error_in({grpc::StatusCode::UNAVAILABLE, "no connection"}));
  EXPECT_FALSE(error_in({grpc::StatusCode::UNAVAILABLE, "no connection", "\xff\xff garbage"}));
}

TEST(GrpcStatus, UnknownJobsAreNotFound) {
  EXPECT_EQ(status_of(Error{ErrorCode::JobNotFound, "", "", {}}).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status_of(Error{ErrorCode::NotSupportedYet, "", "", {}}).error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace sluice::gateway
