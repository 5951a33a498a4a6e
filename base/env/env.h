#pragma once
// Clock, randomness, threads, files and network are parameters. Product and simulation differ only in which Env is
// passed in; nothing else in the project reads a clock, opens a file or starts a thread.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t wall_ms() const = 0;       // Since 1970, UTC; may jump.
  virtual int64_t monotonic_ns() const = 0;  // Never goes back.
};

class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t next() = 0;
};

// A file being written from the start or appended to. Not thread-safe. Closed by the destructor, without sync.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  virtual Status append(std::string_view data) = 0;
  virtual Status sync() = 0;  // The bytes survive a crash of the machine.
  virtual uint64_t size() const = 0;
};

// Reads at any offset; thread-safe.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  // Reads up to `size` bytes; fewer only at the end of the file.
  virtual Result<size_t> read(uint64_t offset, size_t size, char* out) const = 0;
  virtual Result<uint64_t> size() const = 0;
};

class FileLock {
 public:
  virtual ~FileLock() = default;  // Unlocks.
};

struct DirectoryEntry {
  std::string name;
  bool is_directory = false;
  uint64_t size = 0;
};

// Failures carry FileSystemError, or DiskFull when there is no space left.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<WritableFile>> create(const std::string& path) = 0;  // Truncates.
  virtual Result<std::unique_ptr<WritableFile>> append(const std::string& path) = 0;  // Creates when missing.
  virtual Result<std::unique_ptr<ReadableFile>> open(const std::string& path) = 0;
  virtual Result<std::string> read_all(const std::string& path) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;  // Atomic; replaces.
  virtual Status hard_link(const std::string& from, const std::string& to) = 0;
  virtual Status truncate(const std::string& path, uint64_t size) = 0;
  virtual Status remove(const std::string& path) = 0;  // Missing is no error.
  virtual Status remove_recursively(const std::string& path) = 0;
  virtual Status create_directories(const std::string& path) = 0;
  virtual Status sync_directory(const std::string& path) = 0;  // Names created or renamed in it survive a crash.
  virtual Result<std::vector<DirectoryEntry>> list(const std::string& path) = 0;  // Sorted by name.
  virtual Result<bool> exists(const std::string& path) = 0;
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;  // Fails when held elsewhere.
  // Whether somebody holds the lock; no when there is no such file. A `lock` at the same moment may fail: try again.
  virtual Result<bool> is_locked(const std::string& path) { return !lock(path).has_value(); }
};

// Threads. In simulation every function is a step of one event loop, in an order drawn from the seed.
class Executor {
 public:
  virtual ~Executor() = default;
  // Runs `work` once on the named pool; pools have a bounded number of threads. Work on one pool may run in any order.
  enum class Pool : uint8_t {
    Task,     // One thread per core: task steps. Must never block.
    State,    // Writing snapshots, merging.
    Io,       // Files of sources and sinks.
    Compile,  // The optimizing compiler; one thread.
  };
  virtual void submit(Pool pool, std::function<void()> work) = 0;
  // Runs `work` on the Task pool at or after the monotonic time. The returned id cancels it.
  virtual uint64_t submit_at(int64_t monotonic_ns, std::function<void()> work) = 0;
  virtual void cancel(uint64_t id) = 0;
  virtual uint32_t task_threads() const = 0;
};

// A stream of bytes between two processes (Unix domain or TCP). Reads and writes may be partial and do not block:
// they return 0 when nothing can be moved now.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual Result<size_t> read(char* out, size_t size) = 0;  // NetworkError when the peer has closed.
  virtual Result<size_t> write(std::string_view data) = 0;
  // Calls `ready` once, on the Io pool, when the connection can be read (or written).
  virtual void when_readable(std::function<void()> ready) = 0;
  virtual void when_writable(std::function<void()> ready) = 0;
};

class Listener {
 public:
  virtual ~Listener() = default;
  // Calls `accepted` for every new connection, on the Io pool, until the listener goes.
  virtual void on_connection(std::function<void(std::unique_ptr<Connection>)> accepted) = 0;
};

// Addresses: "unix:/path" or "host:port". Listening on a unix socket replaces the one at its path, and only its owner
// can connect to it (mode 0600).
class Network {
 public:
  virtual ~Network() = default;
  virtual Result<std::unique_ptr<Listener>> listen(const std::string& address) = 0;
  virtual Result<std::unique_ptr<Connection>> connect(const std::string& address) = 0;
};

struct Env {
  Clock* clock = nullptr;
  Random* random = nullptr;
  FileSystem* files = nullptr;
  Executor* executor = nullptr;
  Network* network = nullptr;
};

// Named places where a crash or a fault can be injected: SLUICE_FAULT("checkpoint.before_manifest"). In the product the
// hook is null and the macro costs one predictable branch.
using FaultHook = void (*)(const char* name);
extern FaultHook fault_hook;  // Set once at start by simulation and crash tests only.
#define SLUICE_FAULT(name)                 \
  do {                                     \
    if (::sluice::fault_hook) [[unlikely]] \
      ::sluice::fault_hook(name);          \
  } while (false)

}  // namespace sluice
