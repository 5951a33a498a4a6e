#include "runtime/worker/wire.h"

#include <gtest/gtest.h>

namespace sluice::runtime {
namespace {

WorkerReport full_report() {
  WorkerReport report;
  report.status.name = "name";
  report.status.id = "id";
  report.status.state = JobState::Stopped;
  report.status.failure = Error{ErrorCode::RowExpressionFailed, "cannot cast `\xff`", "A hint.", SourceSpan{3, 9}};
  report.status.parallelism = 3;
  report.status.restarts = 4;
  report.status.restored_from = "/from";
  report.status.savepoint = "/savepoint-\xfe";
  report.status.warnings = {"one", "two"};
  report.status.checkpoints = {5, 6, 7, 8, 9, 10};
  report.status.started_wall_ms = 11;
  report.status.ended_wall_ms = 12;
  report.metrics.operators = {{1, "op", "uid", 2, 3, 4, 5, 6, 7, kWatermarkMin}};
  report.metrics.tasks = {{"task", 8, 9}};
  report.metrics.rows_in = 10;
  report.metrics.rows_out = 11;
  report.metrics.state_bytes = 12;
  report.metrics.buffer_bytes = 13;
  report.compile_ms = 1.5;
  report.peak_memory_bytes = 14;
  report.result_produced = 15;
  report.result_acknowledged = 16;
  return report;
}

std::string bytes_of(const WorkerReport& report) {
  wire::JobReport message;
  write_report(report, message);
  return message.SerializeAsString();
}

// Texts that are no UTF-8 included: they may quote a user's data.
TEST(Wire, AReportComesBack) {
  wire::JobReport message;
  ASSERT_TRUE(message.ParseFromString(bytes_of(full_report())));
  auto report = read_report(message);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->status.state, JobState::Stopped);
  EXPECT_EQ(report->status.failure->message, "cannot cast `\xff`");
  EXPECT_EQ(report->status.failure->span, (SourceSpan{3, 9}));
  EXPECT_EQ(report->metrics.operators[0].watermark, kWatermarkMin);
  EXPECT_EQ(bytes_of(*report), bytes_of(full_report()));
}

TEST(Wire, AStateThatDoesNotExistIsRefused) {
  wire::JobReport message;
  message.set_state(static_cast<uint32_t>(JobState::Stopped));
  EXPECT_TRUE(read_report(message));
  message.set_state(static_cast<uint32_t>(JobState::Stopped) + 1);
  EXPECT_FALSE(read_report(message));
  message.set_state(UINT32_MAX);
  EXPECT_FALSE(read_report(message));
}

TEST(Wire, ColumnsComeBackAndWrongOnesAreRefused) {
  RowSchema columns = {{"a", Type::decimal(10, 2).not_null()}, {"b", Type::array(Type::string())}};
  wire::Welcome message;
  write_columns(columns, message);
  auto read = read_columns(message);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, columns);
  message.mutable_result_columns(0)->mutable_type()->push_back('x');
  EXPECT_FALSE(read_columns(message));
  message.mutable_result_columns(0)->set_type("\xff\xff");
  EXPECT_FALSE(read_columns(message));
}

}  // namespace
}  // namespace sluice::runtime
