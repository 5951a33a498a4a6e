#pragma once
// The transactional half of a broker as the Kafka sink's protocol (docs/exactly-once.md) sees it: transactions cannot
// be resumed, only committed by the producer that opened them or given up when the next one takes its id over; a commit
// carries a marker that everybody can read.
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/connectors/values/store.h"
#include "runtime/operators/operator.h"

namespace sluice::sim {

// What a commit says: which checkpoint of which job, and how many subtasks have ids.
struct Marker {
  std::string job;
  runtime::CheckpointId checkpoint = 0;
  uint32_t subtasks = 0;
};

class Producers {
 public:
  using Changes = std::vector<runtime::TableChange>;

  // Takes the id over: what is open under it is given up, and whoever had it is fenced. The new epoch.
  uint64_t begin(const std::string& id);
  // Into the open transaction, which begins with the first rows.
  Status add(const std::string& id, uint64_t epoch, Changes changes);
  // The rows that become visible; the id has the marker from now on.
  Result<Changes> commit(const std::string& id, uint64_t epoch, Marker marker);
  Marker marker_of(const std::string& id) const;
  // Ids of which a transaction with rows was begun before `epoch_of_others` and is still open.
  std::vector<std::string> open_since_before(uint64_t epoch) const;
  uint64_t newest_epoch() const { return epochs_; }

  // What the bytes of staged files stand for.
  std::string put_staged(Changes changes);
  const Changes* staged(const std::string& bytes) const;

 private:
  struct Producer {
    uint64_t epoch = 0;
    Changes open;
    Marker marker;
  };
  Result<Producer*> own(const std::string& id, uint64_t epoch);

  std::map<std::string, Producer> producers_;
  std::map<std::string, Changes> staged_;
  uint64_t epochs_ = 0;
};

}  // namespace sluice::sim
