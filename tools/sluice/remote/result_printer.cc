#include "tools/sluice/remote/result_printer.h"

#include "gateway/proto/row_codec.h"
#include "tools/sluice/exit_code.h"
#include "tools/sluice/remote/gateway_argument.h"
#include "tools/sluice/remote/job_text.h"

namespace sluice::tools {

int report(const PlacedError& error) {
  std::fputs(render(error).c_str(), stderr);
  return exit_code_of(error.code);
}

bool ResultPrinter::on_event(const v1::ExecuteEvent& event) {
  switch (event.event_case()) {
    case v1::ExecuteEvent::kRejected:
      for (const v1::Diagnostic& diagnostic : event.rejected().diagnostics()) {
        std::fputs(render(gateway::decode_error(diagnostic)).c_str(), stderr);
      }
      exit_code_ = std::max<int>(exit_code_, kStatementFailed);
      return true;
    case v1::ExecuteEvent::kTable:
      return on_table(event.table());
    case v1::ExecuteEvent::kText:
      on_text(event.text());
      return true;
    case v1::ExecuteEvent::kJobStarted:
      return on_started(event.job_started(), event.job_started().is_read());
    case v1::ExecuteEvent::kChanges:
      return on_changes(event.changes());
    case v1::ExecuteEvent::kJobEnded:
      return on_ended(event.job_ended());
    case v1::ExecuteEvent::kRestarted:
      on_restarted(event.restarted());
      return true;
    case v1::ExecuteEvent::EVENT_NOT_SET:
      break;
  }
  return true;
}

bool ResultPrinter::on_event(const v1::ResultEvent& event) {
  if (event.has_job_started()) return on_started(event.job_started(), true);
  if (event.has_changes()) return on_changes(event.changes());
  if (event.has_job_ended()) return on_ended(event.job_ended());
  if (event.has_restarted()) on_restarted(event.restarted());
  return true;
}

bool ResultPrinter::on_started(const v1::JobStarted& started, bool is_read) {
  if (!is_read) {
    // Beside rows that a program reads, ids go where they do not disturb it.
    bool is_for_people = format_ == RowFormat::Table || format_ == RowFormat::Changelog;
    FILE* out = is_for_people ? stdout : stderr;
    std::fprintf(out, "job %s %s\n", started.job().id().c_str(), started.job().name().c_str());
    std::fflush(out);
    return true;
  }
  auto columns = gateway::decode_columns(started.columns());
  if (!columns) return malformed(columns.error());
  columns_ = *std::move(columns);
  read_job_ = started.job().id();
  rows_ = make_row_printer(format_, stdout, terminal_columns(), TimeZone::find(started.time_zone()));
  rows_->begin(columns_);
  return true;
}

bool ResultPrinter::on_changes(const v1::Changes& changes) {
  for (const v1::Change& change : changes.changes()) {
    auto kind = gateway::decode_kind(change.kind());
    if (!kind) return malformed(kind.error());
    auto values = gateway::decode_values(change.values(), columns_);
    if (!values) return malformed(values.error());
    if (rows_) rows_->row(*kind, *values);
  }
  return true;
}

bool ResultPrinter::on_ended(const v1::Job& job) {
  bool is_failed = job.state() == v1::JOB_STATE_FAILED || job.state() == v1::JOB_STATE_LOST;
  // Of a job that failed there are the rows so far, and no count of all.
  if (rows_) is_failed ? rows_->pause() : rows_->end();
  rows_.reset();
  read_job_.clear();
  for (const std::string& warning : job.warnings()) std::fprintf(stderr, "warning: %s\n", warning.c_str());
  if (is_failed && job.has_failure()) {
    on_failure(gateway::decode_error(job.failure()));
  } else {
    std::fputs(job_summary(job).c_str(), stderr);
  }
  if (job.state() == v1::JOB_STATE_STOPPED) std::fputs(continuation(job, gateway_).c_str(), stderr);
  return true;
}

bool ResultPrinter::on_table(const v1::Table& table) {
  auto columns = gateway::decode_columns(table.columns());
  if (!columns) return malformed(columns.error());
  std::vector<ValueList> rows;
  for (const v1::Row& row : table.rows()) {
    auto values = gateway::decode_values(row.values(), *columns);
    if (!values) return malformed(values.error());
    rows.push_back(*std::move(values));
  }
  print_rows(format_, stdout, *columns, rows);
  return true;
}

void ResultPrinter::on_text(const std::string& text) {
  if (format_ == RowFormat::Json) return print_rows(format_, stdout, {{"result", Type::string()}}, {{Value{text}}});
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

void ResultPrinter::on_restarted(const v1::ResultRestarted&) {
  std::fprintf(stderr, "warning: the job went back to a checkpoint; rows behind it come again\n");
}

void ResultPrinter::on_failure(const PlacedError& error) {
  if (is_cancel_expected_ && error.code == ErrorCode::JobCancelled) return;
  PlacedError shown = error;
  if (error.code == ErrorCode::GatewayUnavailable && !read_job_.empty()) {
    shown.hint =
        fmt::format("Job {} goes on without it: `sluice jobs results {}` reads its rows when there is one again.",
                    read_job_, read_job_);
  }
  exit_code_ = std::max(exit_code_, report(shown));
}

bool ResultPrinter::malformed(const Error& error) {
  on_failure({error.code, error.message, error.hint, std::nullopt});
  return false;
}

}  // namespace sluice::tools
