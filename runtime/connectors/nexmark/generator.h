#pragma once
// Nexmark's event generator: kinds, proportions, ids, event times and value distributions of the benchmark's own source
// for Flink. Every field of every event is produced, whatever the query reads.
#include <cstdint>
#include <memory>
#include <vector>

#include "catalog/connectors/nexmark.h"
#include "runtime/connectors/nexmark/texts.h"

namespace sluice::runtime::nexmark {

enum class Kind : uint8_t { Person = 0, Auction = 1, Bid = 2 };
inline constexpr uint32_t kEventRowsMax = 1024;  // A power of two.

// Where events are written: one array of kEventRowsMax values per field.
struct PersonColumns {
  int64_t* id;
  StringView *name, *email, *credit_card, *city, *state;
  int64_t* time;
  StringView* extra;
};
struct AuctionColumns {
  int64_t* id;
  StringView *item_name, *description;
  int64_t *initial_bid, *reserve, *time, *expires, *seller, *category;
  StringView* extra;
};
struct BidColumns {
  int64_t *auction, *bidder, *price;
  StringView *channel, *url;
  int64_t* time;
  StringView* extra;
};
struct EventColumns {
  PersonColumns person;
  AuctionColumns auction;
  BidColumns bid;
};

// How far a split has come; with the options it decides every later event.
struct GeneratorPosition {
  int64_t event = 0;    // Events generated so far; the next one is number event + 1.
  uint64_t random = 0;  // State of the random sequence.
};

class Generator {
 public:
  // `first_event_id` is the id before the split's first event; `parallelism` spreads the time line over the splits.
  Generator(const NexmarkOptions& options, const Texts& texts, int64_t first_event_id, int64_t base_time_ms,
            uint32_t parallelism, GeneratorPosition position);

  // What one call produced. Events of kind k stand at [0, count[k]) of their columns, but of kinds that are not wanted
  // only the last kEventRowsMax survive.
  struct Produced {
    uint32_t count[3] = {0, 0, 0};
    uint32_t rows = 0;         // Of wanted kinds.
    int64_t last_time_ms = 0;  // Of the last event, wanted or not.
  };

  // Generates until `rows_max` (at most kEventRowsMax) events of wanted kinds exist or event number `end` is done.
  // `order`, unless null, receives the kinds of the wanted rows in order.
  Produced fill(const EventColumns& out, const bool (&wanted)[3], uint32_t rows_max, int64_t end, uint8_t* order);

  GeneratorPosition position() const { return {event_, random_.state}; }
  int64_t time_ms(int64_t event) const {
    return base_time_ms_ + static_cast<int64_t>(static_cast<double>(event) * delay_us_) / 1000;
  }
  // How many events are due at `now_ms`.
  int64_t events_due(int64_t now_ms) const {
    return static_cast<int64_t>(static_cast<double>(now_ms - base_time_ms_) * 1000.0 / delay_us_);
  }

 private:
  // How many characters pad an event: `least` and up to `range` - 1 more.
  struct Padding {
    uint32_t least = 0, range = 0;
  };
  static Padding padding_of(uint32_t used, int64_t average);

  void begin_round();
  int64_t person_id(uint32_t hot_ratio, int64_t hot_offset);
  void make_person(const PersonColumns& out, uint32_t row, int64_t now);
  void make_auction(const AuctionColumns& out, uint32_t row, int64_t now);
  void make_bids(const BidColumns& out, uint32_t row, uint32_t count);
  StringView padding(uint32_t used, int64_t average);

  const NexmarkOptions options_;
  const Texts& texts_;
  int64_t first_event_id_;
  int64_t base_time_ms_;
  double delay_us_;
  int64_t event_;
  SplitMix random_;

  int64_t person_slots_, auction_slots_, total_slots_;
  Padding bid_padding_;
  int64_t in_flight_events_;  // Events until an auction's 100 successors have opened.
  int64_t epoch_ = 0;         // Of the next event: id / total_slots_.
  int64_t offset_ = 0;        // And id % total_slots_.
  // Kept while ids of persons and auctions that events may refer to do not change.
  int64_t last_person_ = 0, last_auction_ = 0;
  int64_t person_first_ = 0, auction_first_ = 0;
  uint32_t person_range_ = 1, auction_range_ = 1;
};

}  // namespace sluice::runtime::nexmark
