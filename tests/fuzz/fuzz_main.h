#pragma once
// A fuzz target without libFuzzer: NAME [--seed S] [--runs N] [--seconds T]. Without a seed it draws one. The seed of
// the case at hand is printed when the case fails, and when it crashes.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>

namespace sluice::testing {

// What a signal handler can print: kept up to date before each case.
struct Replay {
  char line[128] = "";
  int size = 0;
};
inline Replay& replay() {
  static Replay instance;
  return instance;
}

// The handlers that were there before (a sanitizer's) get the signal when the seed is out.
inline void print_replay_on_crash() {
  for (int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM}) {
    static struct sigaction before[65];
    struct sigaction action{};
    action.sa_handler = [](int number) {
      if (write(STDERR_FILENO, replay().line, static_cast<size_t>(replay().size)) < 0) _exit(2);
      sigaction(number, &before[number], nullptr);
      raise(number);
    };
    sigaction(signal, &action, &before[signal]);
  }
}

// A case that takes longer than this hangs, also under a sanitizer beside other work.
inline constexpr unsigned kHangSeconds = 60;

struct FuzzOptions {
  uint64_t seed = static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  uint64_t runs = 0;  // 0: as many as fit into the seconds.
  uint64_t seconds = 10;
};

inline FuzzOptions fuzz_options(int argc, char** argv) {
  FuzzOptions options;
  for (int i = 1; i + 1 < argc; i += 2) {
    uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--seed") == 0) options.seed = value, options.runs = options.runs == 0 ? 1 : options.runs;
    if (std::strcmp(argv[i], "--runs") == 0) options.runs = value;
    if (std::strcmp(argv[i], "--seconds") == 0) options.seconds = value;
  }
  return options;
}

inline int fuzz_main(const char* name, int argc, char** argv, const std::function<bool(uint64_t seed)>& run) {
  using Clock = std::chrono::steady_clock;
  FuzzOptions options = fuzz_options(argc, argv);
  print_replay_on_crash();
  std::fprintf(stderr, "%s: from seed %llu\n", name, static_cast<unsigned long long>(options.seed));
  Clock::time_point end = Clock::now() + std::chrono::seconds(options.seconds);
  uint64_t done = 0;
  for (; options.runs > 0 ? done < options.runs : Clock::now() < end; ++done) {
    Replay& at = replay();
    at.size = std::snprintf(at.line, sizeof at.line, "replay: %s --seed %llu\n", name,
                            static_cast<unsigned long long>(options.seed + done));
    alarm(kHangSeconds);
    if (run(options.seed + done)) continue;
    std::fputs(at.line, stderr);
    return 1;
  }
  std::printf("%s: %llu cases\n", name, static_cast<unsigned long long>(done));
  return 0;
}

}  // namespace sluice::testing
