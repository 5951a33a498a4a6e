#include "tools/sluice/local/job_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>

namespace sluice::tools {
namespace {

// 1234567 as 1,234,567.
std::string grouped(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

// 12345678 per second as 12.3 M/s.
std::string rate(double per_second) {
  if (per_second >= 1e6) return fmt::format("{:.1f} M/s", per_second / 1e6);
  if (per_second >= 1e3) return fmt::format("{:.1f} k/s", per_second / 1e3);
  return fmt::format("{:.0f}/s", per_second);
}

}  // namespace

void JobWait::notify() {
  std::lock_guard lock(mutex_);  // Also over the call: whoever waits may destroy this as soon as it wakes.
  done_ = true;
  changed_.notify_all();
}

bool JobWait::wait_ms(int64_t timeout_ms) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [this] { return done_; });
}

LiveLine::LiveLine(FILE* out) : out_(out), is_terminal_(isatty(fileno(out)) != 0) {}

void LiveLine::show(const runtime::JobStatus& status, const runtime::JobMetrics& metrics) {
  if (!is_terminal_) return;
  int64_t now =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  double seconds = last_ns_ == 0 ? 0 : static_cast<double>(now - last_ns_) / 1e9;
  double per_second = seconds > 0 ? static_cast<double>(metrics.rows_in - last_rows_) / seconds : 0;
  last_rows_ = metrics.rows_in;
  last_ns_ = now;
  std::string line =
      fmt::format("{} {}  {} in ({})  {} out  {} checkpoints", status.name, text_of(status.state),
                  grouped(metrics.rows_in), rate(per_second), grouped(metrics.rows_out), status.checkpoints.completed);
  std::fprintf(out_, "\r\x1b[K%s", line.c_str());
  std::fflush(out_);
}

void LiveLine::clear() {
  if (!is_terminal_ || last_ns_ == 0) return;
  std::fprintf(out_, "\r\x1b[K");
  std::fflush(out_);
}

uint64_t peak_memory_bytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    uint64_t kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

namespace {

// `3 messages could not be read: 2 not-well-formed, 1 wrong-value`, or nothing.
std::string malformed_text(const runtime::JobMetrics& metrics) {
  uint64_t all = 0;
  runtime::DecodeCounts counts{};
  for (const runtime::OperatorMetrics& op : metrics.operators) {
    all += op.malformed_records;
    for (size_t i = 0; i < counts.size(); ++i) counts[i] += op.malformed_by_fault[i];
  }
  if (all == 0) return {};
  std::string faults;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    faults += fmt::format("{}{} {}", faults.empty() ? "" : ", ", grouped(counts[i]),
                          runtime::name_of(static_cast<runtime::DecodeFault>(i)));
  }
  return fmt::format("{} messages could not be read: {}\n", grouped(all), faults);
}

}  // namespace

void print_summary(FILE* out, const runtime::JobStatus& status, const runtime::JobMetrics& metrics, double compile_ms) {
  // One that never ran has no beginning.
  int64_t ran_ms = status.started_wall_ms > 0 ? status.ended_wall_ms - status.started_wall_ms : 0;
  double seconds = static_cast<double>(ran_ms) / 1000.0;
  std::string text = fmt::format(
      "{} {}: {} rows in, {} rows out, {:.2f} s ({}), compiled in {:.0f} ms, {} MB peak memory, {} checkpoints\n",
      status.name, text_of(status.state), grouped(metrics.rows_in), grouped(metrics.rows_out), seconds,
      rate(seconds > 0 ? static_cast<double>(metrics.rows_in) / seconds : 0), compile_ms, peak_memory_bytes() >> 20,
      status.checkpoints.completed);
  std::fputs((text + malformed_text(metrics)).c_str(), out);
}

}  // namespace sluice::tools
