#include "tools/sluice/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/check.h"

namespace sluice::tools {
namespace {

int signal_pipe[2] = {-1, -1};  // A handler may only write to it.

constexpr int kSignalsMax = 2;  // The one behind them is the system's.
std::atomic<int> signals = 0;

void handle(int signal_number) {
  if (++signals > kSignalsMax) {
    signal(signal_number, SIG_DFL);
    raise(signal_number);
    return;
  }
  char byte = 1;
  [[maybe_unused]] ssize_t written = write(signal_pipe[1], &byte, 1);
}

}  // namespace

struct Interrupt::State {
  std::thread thread;
  struct sigaction old_int{}, old_term{};
};

Interrupt::Interrupt(std::function<void(int)> on_signal) : state_(new State) {
  SLUICE_CHECK(pipe(signal_pipe) == 0);
  signals = 0;
  state_->thread = std::thread([on_signal = std::move(on_signal)] {
    for (int count = 1;; ++count) {
      char byte = 0;
      if (read(signal_pipe[0], &byte, 1) != 1 || byte == 0) return;
      on_signal(count);
    }
  });
  struct sigaction action{};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;  // A write that waits for its reader is no failure.
  sigaction(SIGINT, &action, &state_->old_int);
  sigaction(SIGTERM, &action, &state_->old_term);
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &state_->old_int, nullptr);
  sigaction(SIGTERM, &state_->old_term, nullptr);
  char end = 0;
  SLUICE_CHECK(write(signal_pipe[1], &end, 1) == 1);
  state_->thread.join();
  close(signal_pipe[0]);
  close(signal_pipe[1]);
  delete state_;
}

}  // namespace sluice::tools
