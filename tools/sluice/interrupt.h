#pragma once
// Ctrl-C. The first one asks to stop, the second to cancel, the third ends the process as usual, whatever it is at.
#include <functional>

namespace sluice::tools {

// While it lives, SIGINT and SIGTERM call `on_signal(count)` on a thread of its own, count being 1 and 2.
// Calls of the system that are under way go on.
class Interrupt {
 public:
  explicit Interrupt(std::function<void(int count)> on_signal);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;

 private:
  struct State;
  State* state_;
};

}  // namespace sluice::tools
