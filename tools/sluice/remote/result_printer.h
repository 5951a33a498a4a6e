#pragma once
// What a gateway streams, on the terminal: the same rows, errors and exit codes as of `sluice run`.
#include <memory>

#include "gateway/client/gateway_client.h"
#include "tools/sluice/remote/event_pump.h"
#include "tools/sluice/remote/gateway_argument.h"
#include "tools/sluice/row_printer.h"
#include "tools/sluice/standard_output.h"

namespace sluice::tools {

class ResultPrinter {
 public:
  ResultPrinter(RowFormat format, std::string gateway) : format_(format), gateway_(std::move(gateway)) {}

  // Prints everything that comes. Returns the exit code.
  template <class Event>
  int print(gateway::EventStream<Event>& stream) {
    {
      EventPump<Event> pump(stream);
      while (!pump.is_done()) {
        std::optional<Event> event = pump.next(kPauseMs);
        if (!event) {
          if (rows_) rows_->pause();
        } else if (!on_event(*event)) {
          break;
        }
        output_.check();
        if (output_.failure()) break;
      }
    }
    if (rows_) rows_->pause();
    output_.check();
    auto failure = stream.finish();
    if (auto lost = output_.failure()) return report(PlacedError{lost->code, lost->message, lost->hint, std::nullopt});
    if (failure) on_failure(*failure);
    return exit_code_;
  }

  // The user has asked for the end: that the call was cancelled is no failure.
  void expect_cancel() { is_cancel_expected_ = true; }

 private:
  static constexpr int64_t kPauseMs = 50;  // A quiet stream shows what it has.

  bool on_event(const v1::ExecuteEvent& event);
  bool on_event(const v1::ResultEvent& event);
  // Each returns false when what came makes no sense.
  bool on_started(const v1::JobStarted& started, bool is_read);
  bool on_changes(const v1::Changes& changes);
  bool on_ended(const v1::Job& job);
  bool on_table(const v1::Table& table);
  void on_text(const std::string& text);
  void on_restarted(const v1::ResultRestarted& restarted);
  void on_failure(const PlacedError& error);
  bool malformed(const Error& error);

  StandardOutput output_;
  RowFormat format_;
  std::string gateway_;
  RowSchema columns_;
  std::unique_ptr<RowPrinter> rows_;  // While a SELECT is streaming.
  std::string read_job_;              // Its id.
  std::atomic<bool> is_cancel_expected_ = false;
  int exit_code_ = 0;
};

}  // namespace sluice::tools
