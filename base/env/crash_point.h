#pragma once
// Crash tests end a process at a named place, deterministically.
#include <string>

namespace sluice {

// With NAME or NAME:N, the process is killed when it comes to SLUICE_FAULT(NAME) for the N-th time, as if the power had
// gone; with an empty text nothing happens. Called once, before any thread is started.
void install_crash_point(const std::string& place);

}  // namespace sluice
