#pragma once
// A broker with transactions, modelled at what connectors see of it: partitions that can be read again from any
// position, and transactions that are staged, made visible, or dropped. It outlives every process. It watches for what
// a correct engine never does, and notes it.
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "runtime/connectors/values/store.h"
#include "runtime/operators/operator.h"
#include "tests/sim/faults.h"
#include "tests/sim/producers.h"

namespace sluice::sim {

using runtime::CheckpointId;
using runtime::TableChange;

class Broker {
 public:
  // ---- Topics. Rows of a partition are there from the start, and can be read once they are released.
  void create_topic(const std::string& topic, std::vector<std::vector<TableChange>> partitions);
  void release(const std::string& topic, size_t partition, size_t rows);
  void release_all();
  void end_topics();
  size_t partitions(const std::string& topic) const { return topics_.at(topic).size(); }
  std::vector<TableChange> read(const std::string& topic, size_t partition, uint64_t begin, uint32_t max, bool* ended);
  // Whether nothing is left to read in what anybody reads.
  bool is_read_to_end() const;
  void subscribe(const std::string& topic, size_t partition, std::function<void()> wake);

  // ---- Sinks.
  struct Transaction {
    uint64_t process = 0;
    uint64_t attempt = 0;
    CheckpointId checkpoint = 0;
    std::vector<TableChange> changes;
  };
  // Returns the name of the transaction. An attempt that has been followed by another one is fenced.
  Result<std::string> stage(const std::string& sink, Transaction transaction);
  void publish(const std::string& sink, const std::string& name);
  // Rows that a transaction of `producers` has committed.
  void show(const std::string& sink, CheckpointId checkpoint, std::vector<TableChange> changes);
  void show(const std::string& sink, const Marker& marker, std::vector<TableChange> changes);
  // Checkpoints, by job, with rows that were shown through `producers`.
  const std::map<std::string, std::set<CheckpointId>>& shown() const { return shown_; }
  void check_nothing_is_left_open();
  Producers& producers() { return producers_; }
  bool sinks_use_producers = false;
  std::string omitted_rule;  // Of the sinks' protocol: to see that the simulation misses it.
  // All that is staged.
  void abort(const std::string& sink);
  const std::vector<TableChange>& published(const std::string& sink) const;
  CheckpointId newest_published() const { return newest_published_; }

  // ---- Processes. The former one is dead: its readers are called no more, and what it still says is not heard.
  void begin_process();
  uint64_t process() const { return process_; }

  const std::vector<std::string>& violations() const { return violations_; }
  void note_violation(std::string what) { violations_.push_back(std::move(what)); }
  uint64_t digest() const { return digest_; }

 private:
  struct Partition {
    std::vector<TableChange> rows;
    size_t released = 0;
    bool ended = false;
    size_t read_to = 0;  // By who has read last: behind a restart again less.
    std::vector<std::function<void()>> readers;
  };
  struct Sink {
    std::map<std::string, Transaction> staged;
    std::map<std::string, CheckpointId> done;
    std::vector<TableChange> visible;
    uint64_t process = 0, attempt = 0;  // Of the newest one that has staged.
    CheckpointId last = 0;              // Published last.
  };
  void wake(const Partition& partition);

  std::map<std::string, std::vector<Partition>> topics_;
  std::map<std::string, Sink> sinks_;
  Producers producers_;
  std::map<std::string, std::set<CheckpointId>> shown_;
  uint64_t process_epoch_ = 0;  // Producers of this process have this or a larger one.
  uint64_t process_ = 0;
  uint64_t transactions_ = 0;
  CheckpointId newest_published_ = 0;
  std::vector<std::string> violations_;
  uint64_t digest_ = 0;
};

// How connectors find the broker: it is what is at the other end of the network.
class SimNetwork final : public Network {
 public:
  SimNetwork(Broker& broker, Faults& faults) : broker(broker), faults(faults), process_(broker.process()) {}
  bool is_alive() const { return process_ == broker.process() && !is_cut_; }
  void cut() { is_cut_ = true; }
  uint64_t process() const { return process_; }

  Result<std::unique_ptr<Listener>> listen(const std::string& address) override { return nowhere(address); }
  Result<std::unique_ptr<Connection>> connect(const std::string& address) override { return nowhere(address); }

  Broker& broker;
  Faults& faults;

 private:
  static Failure nowhere(const std::string& address) {
    return fail(ErrorCode::NetworkError, "`{}` is nowhere", address);
  }

  uint64_t process_;
  bool is_cut_ = false;
};

inline SimNetwork& network_of(const Env& env) { return static_cast<SimNetwork&>(*env.network); }
inline Failure unreachable() { return fail(ErrorCode::NetworkError, "the broker is not reachable"); }

}  // namespace sluice::sim
