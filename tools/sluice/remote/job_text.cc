#include "tools/sluice/remote/job_text.h"

#include <algorithm>
#include <vector>

#include "catalog/types/value_text.h"
#include "gateway/client/gateway_client.h"
#include "tools/sluice/shell_word.h"

namespace sluice::tools {
namespace {

using Cells = std::vector<std::string>;

std::string_view kind_text(v1::JobKind kind) {
  switch (kind) {
    case v1::JOB_KIND_INSERT:
      return "insert";
    case v1::JOB_KIND_STATEMENT_SET:
      return "statement set";
    case v1::JOB_KIND_SELECT:
      return "select";
    default:
      return "unknown";
  }
}

// 3d4h, 2h5m, 4m10s, 7s
std::string age_text(int64_t ms) {
  int64_t s = std::max<int64_t>(ms, 0) / 1000;
  if (s >= 86'400) return fmt::format("{}d{}h", s / 86'400, s % 86'400 / 3600);
  if (s >= 3600) return fmt::format("{}h{}m", s / 3600, s % 3600 / 60);
  if (s >= 60) return fmt::format("{}m{}s", s / 60, s % 60);
  return fmt::format("{}s", s);
}

double seconds_of(const v1::Job& job) {
  bool has_run = job.started_ms() > 0 && job.ended_ms() >= job.started_ms();
  return has_run ? static_cast<double>(job.ended_ms() - job.started_ms()) / 1000.0 : 0;
}

// Names are the author's: they must not move the cursor.
std::string printable(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return out;
}

size_t characters(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

// Columns from `first_number` on are aligned to the right.
std::string aligned(const std::vector<Cells>& lines, size_t first_number) {
  std::vector<size_t> widths(lines.front().size());
  for (const Cells& cells : lines) {
    for (size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], characters(cells[i]));
  }
  std::string out;
  for (const Cells& cells : lines) {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
      std::string space(widths[i] - characters(cells[i]), ' ');
      line += (i > 0 ? "  " : "") + (i >= first_number ? space + cells[i] : cells[i] + space);
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::string json_string(std::string_view text) { return json_text(Value{std::string(text)}, Type::string()); }

std::string error_json(const v1::Diagnostic& error) {
  std::string place;
  if (error.has_place()) {
    place = fmt::format(", \"file\": {}, \"line\": {}, \"column\": {}", json_string(error.place().file()),
                        error.place().line(), error.place().column());
  }
  return fmt::format("{{\"code\": \"SL{}\", \"message\": {}, \"hint\": {}{}}}", error.code(),
                     json_string(error.message()), json_string(error.hint()), place);
}

void add_operators(const v1::Job& job, std::string& out) {
  if (job.operators_size() == 0) return;
  std::vector<Cells> lines = {{"  operator", "rows in", "rows out", "late", "malformed"}};
  for (const v1::OperatorStatistics& op : job.operators()) {
    lines.push_back({"  " + printable(op.name()), std::to_string(op.rows_in()), std::to_string(op.rows_out()),
                     std::to_string(op.late_records_dropped()), std::to_string(op.malformed_records())});
  }
  out += aligned(lines, 1);
}

// Of all sources, by split; of one job only.
std::string lags_json(const v1::Job& job) {
  std::string out;
  for (const v1::OperatorStatistics& op : job.operators()) {
    for (const v1::SplitLag& lag : op.lags()) {
      out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", json_string(lag.split()), lag.messages());
    }
  }
  return out;
}

// The splits of all sources, the one that is furthest behind first.
void add_lags(const v1::Job& job, std::string& out) {
  std::vector<std::pair<int64_t, std::string>> lags;
  for (const v1::OperatorStatistics& op : job.operators()) {
    for (const v1::SplitLag& lag : op.lags()) lags.emplace_back(lag.messages(), printable(lag.split()));
  }
  if (lags.empty()) return;
  std::ranges::sort(
      lags, [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::vector<Cells> lines = {{"  split", "messages behind"}};
  for (const auto& [messages, split] : lags) lines.push_back({"  " + split, std::to_string(messages)});
  out += aligned(lines, 1);
}

}  // namespace

std::string state_text(v1::JobState state) {
  auto known = gateway::decode_state(state);
  return known ? std::string(gateway::text_of(*known)) : "unknown";
}

std::string job_table(const v1::ListJobsResponse& jobs, int64_t now_ms) {
  std::vector<Cells> lines = {{"ID", "NAME", "STATE", "AGE", "RESTARTS", "ROWS IN", "ROWS OUT"}};
  for (const v1::Job& job : jobs.jobs()) {
    lines.push_back({printable(job.id()), printable(job.name()), state_text(job.state()),
                     age_text(now_ms - job.created_ms()), std::to_string(job.restarts()), std::to_string(job.rows_in()),
                     std::to_string(job.rows_out())});
  }
  return aligned(lines, 3);
}

std::string job_details(const v1::Job& job, int64_t now_ms) {
  std::string out;
  auto line = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) out += fmt::format("{:<12}  {}\n", key, value);
  };
  const v1::Checkpoints& checkpoints = job.checkpoints();
  line("id", job.id());
  line("name", printable(job.name()));
  line("kind", std::string(kind_text(job.kind())));
  line("state", state_text(job.state()));
  line("age", age_text(now_ms - job.created_ms()));
  if (seconds_of(job) > 0) line("ran", fmt::format("{:.2f} s", seconds_of(job)));
  line("restarts", std::to_string(job.restarts()));
  line("parallelism", std::to_string(job.parallelism()));
  line("rows", fmt::format("{} in, {} out", job.rows_in(), job.rows_out()));
  line("state size", fmt::format("{} bytes", job.state_bytes()));
  line("checkpoints", fmt::format("{} complete, {} failed", checkpoints.completed(), checkpoints.failed()));
  if (checkpoints.last_id() > 0) {
    line("newest", fmt::format("checkpoint {}: {} ms, {} new bytes", checkpoints.last_id(),
                               checkpoints.last_duration_ms(), checkpoints.last_bytes()));
  }
  line("began with", job.restored_from());
  line("savepoint", job.savepoint());
  if (job.worker_pid() > 0) line("worker", fmt::format("process {}", job.worker_pid()));
  line("directory", job.directory());
  for (const std::string& warning : job.warnings()) line("warning", printable(warning));
  add_operators(job, out);
  add_lags(job, out);
  if (job.has_failure()) out += render(gateway::decode_error(job.failure()));
  return out;
}

std::string job_summary(const v1::Job& job) {
  return fmt::format("{} {}: {} rows in, {} rows out, {:.2f} s, {} checkpoints\n", printable(job.name()),
                     state_text(job.state()), job.rows_in(), job.rows_out(), seconds_of(job),
                     job.checkpoints().completed());
}

std::string continuation(const v1::Job& job, const std::string& address) {
  if (job.savepoint().empty()) return "";
  std::string files;
  for (const std::string& file : job.files()) files += " " + shell_word(printable(file));
  std::string to = address == gateway::kDefaultGateway ? "" : " --gateway " + shell_word(address);
  return fmt::format("continue with: sluice submit{}{} --from {}\n", files, to, shell_word(job.savepoint()));
}

std::string job_json(const v1::Job& job) {
  const v1::Checkpoints& checkpoints = job.checkpoints();
  std::string warnings;
  for (const std::string& warning : job.warnings()) warnings += (warnings.empty() ? "" : ", ") + json_string(warning);
  return fmt::format(
      "{{\"id\": {}, \"name\": {}, \"kind\": \"{}\", \"state\": \"{}\", \"created_ms\": {}, \"started_ms\": {}, "
      "\"ended_ms\": {}, \"attempt\": {}, \"restarts\": {}, \"parallelism\": {}, \"rows_in\": {}, \"rows_out\": {}, "
      "\"state_bytes\": {}, \"checkpoints\": {{\"completed\": {}, \"failed\": {}, \"last_id\": {}, "
      "\"last_duration_ms\": {}, \"last_bytes\": {}, \"total_bytes\": {}}}, \"restored_from\": {}, \"savepoint\": {}, "
      "\"worker_pid\": {}, \"failure\": {}, \"warnings\": [{}], \"lags\": {{{}}}}}",
      json_string(job.id()), json_string(job.name()), kind_text(job.kind()), state_text(job.state()), job.created_ms(),
      job.started_ms(), job.ended_ms(), job.attempt(), job.restarts(), job.parallelism(), job.rows_in(), job.rows_out(),
      job.state_bytes(), checkpoints.completed(), checkpoints.failed(), checkpoints.last_id(),
      checkpoints.last_duration_ms(), checkpoints.last_bytes(), checkpoints.total_bytes(),
      json_string(job.restored_from()), json_string(job.savepoint()), job.worker_pid(),
      job.has_failure() ? error_json(job.failure()) : "null", warnings, lags_json(job));
}

}  // namespace sluice::tools
