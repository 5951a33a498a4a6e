#pragma once
// Options of the `nexmark` source: those of Nexmark's own connector for Flink, a seed and a base time.
#include "catalog/connectors/option_fields.h"

namespace sluice {

enum class RateShape : uint8_t { Square, Sine };
inline constexpr std::pair<std::string_view, RateShape> kRateShapes[] = {{"SQUARE", RateShape::Square},
                                                                         {"SINE", RateShape::Sine}};
constexpr const auto& names_of(RateShape) { return kRateShapes; }

struct NexmarkOptions {
  int64_t events_num = 0;
  int64_t first_event_rate = 10'000;
  int64_t next_event_rate = 10'000;
  int64_t person_proportion = 1;
  int64_t auction_proportion = 3;
  int64_t bid_proportion = 46;
  MemorySize person_avg_size{200};
  MemorySize auction_avg_size{500};
  MemorySize bid_avg_size{100};
  int64_t bid_hot_ratio_auctions = 2;
  int64_t bid_hot_ratio_bidders = 4;
  int64_t auction_hot_ratio_sellers = 4;
  bool keep_alive = false;
  int64_t stop_at = -1;
  bool max_emit_speed = true;
  RateShape rate_shape = RateShape::Square;
  Milliseconds rate_period{600'000};
  bool rate_limited = false;
  int64_t seed = 42;
  int64_t base_time_ms = -1;

  static void fields(auto& self, auto&& v) {
    v.optional("events.num", self.events_num, "Number of events to generate; 0 is without end.");
    v.optional("first-event.rate", self.first_event_rate, "Events per second of event time.");
    v.optional("next-event.rate", self.next_event_rate, "Read for compatibility; it has no effect, as in Flink.");
    v.optional("person.proportion", self.person_proportion, "Persons among the events of one round.");
    v.optional("auction.proportion", self.auction_proportion, "Auctions among the events of one round.");
    v.optional("bid.proportion", self.bid_proportion, "Bids among the events of one round.");
    v.optional("person.avg-size", self.person_avg_size, "Average size of a person; `extra` pads to it.");
    v.optional("auction.avg-size", self.auction_avg_size, "Average size of an auction; `extra` pads to it.");
    v.optional("bid.avg-size", self.bid_avg_size, "Average size of a bid; `extra` pads to it.");
    v.optional("bid.hot-ratio.auctions", self.bid_hot_ratio_auctions, "One bid of this many is not for a hot auction.");
    v.optional("bid.hot-ratio.bidders", self.bid_hot_ratio_bidders, "One bid of this many is not by a hot bidder.");
    v.optional("auction.hot-ratio.sellers", self.auction_hot_ratio_sellers,
               "One auction of this many is not by a hot seller.");
    v.optional("keep-alive", self.keep_alive, "Whether the source stays open behind its last event.");
    v.optional("stop-at", self.stop_at, "Event number behind which the source pauses for ever; -1 is none.");
    v.optional("max-emit-speed", self.max_emit_speed, "false: an event waits until its time has come.");
    v.optional("rate.shape", self.rate_shape, "Read for compatibility; it has no effect, as in Flink.");
    v.optional("rate.period", self.rate_period, "Read for compatibility; it has no effect, as in Flink.");
    v.optional("rate.limited", self.rate_limited, "Read for compatibility; it has no effect, as in Flink.");
    v.optional("seed", self.seed, "Equal seeds and options give equal events. Not in Flink.");
    v.optional("base-time", self.base_time_ms,
               "Time of the first event in milliseconds since 1970; -1 is the start of the job. Not in Flink.");
  }
};

}  // namespace sluice
