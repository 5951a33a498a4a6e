#include "runtime/state/spill_store.h"

#include <optional>
#include <utility>

namespace sluice::runtime {
namespace {

class LazySpillStore final : public SpillStore {
 public:
  LazySpillStore(Env env, std::string directory, StateMemory& memory)
      : env_(env), directory_(std::move(directory)), memory_(memory) {}

  void put(uint64_t table, const RowCodec& codec, const uint8_t* row, int64_t written_ms, uint8_t flags) override {
    if (!store_ && !failure_) open();
    if (store_) store_->put(table, codec, row, written_ms, flags);
  }
  Status flush() override {
    if (failure_) return *failure_;
    return store_ ? store_->flush() : Status(Done{});
  }
  Status fetch(uint64_t table, const RowCodec& codec, const uint8_t* const* rows, uint32_t count,
               const Found& found) override {
    return store_ ? store_->fetch(table, codec, rows, count, found) : Status(Done{});
  }
  void erase(uint64_t table, const RowCodec& codec, const uint8_t* row) override {
    if (store_) store_->erase(table, codec, row);
  }
  Status for_each(uint64_t table, const Visit& visit) override {
    return store_ ? store_->for_each(table, visit) : Status(Done{});
  }
  void drop(uint64_t table) override {
    if (store_) store_->drop(table);
  }

 private:
  void open() {
    auto store = open_spill_store(env_, directory_, memory_);
    if (store) {
      store_ = *std::move(store);
    } else {
      failure_ = std::move(store).as_failure();
    }
  }

  Env env_;
  std::string directory_;
  StateMemory& memory_;
  std::unique_ptr<SpillStore> store_;
  std::optional<Failure> failure_;
};

}  // namespace

std::unique_ptr<SpillStore> make_spill_store(Env env, std::string directory, StateMemory& memory) {
  return std::make_unique<LazySpillStore>(env, std::move(directory), memory);
}

}  // namespace sluice::runtime
