#pragma once
// Crash tests end a process at a named place, deterministically.
namespace sluice {

// Where the environment has SLUICE_CRASH_AT=NAME or NAME:N, the process is killed when it comes to SLUICE_FAULT(NAME) for
// the N-th time, as if the power had gone. Called once, before any thread is started.
void install_crash_point();

}  // namespace sluice
