#include "runtime/connectors/nexmark/generator.h"

#include <algorithm>
#include <cmath>

namespace sluice::runtime::nexmark {
namespace {

constexpr int64_t kFirstId = 1000;
constexpr int64_t kHotGroup = 100;  // Hot auctions, bidders and sellers change once in this many ids.
constexpr int64_t kActivePeople = 1000;
constexpr int64_t kInFlightAuctions = 100;
constexpr int64_t kLead = 10;  // Ids that do not exist yet but are referred to.
constexpr uint32_t kFirstCategory = 10;
constexpr uint32_t kCategories = 5;

}  // namespace

Generator::Generator(const NexmarkOptions& options, const Texts& texts, int64_t first_event_id, int64_t base_time_ms,
                     uint32_t parallelism, GeneratorPosition position)
    : options_(options),
      texts_(texts),
      first_event_id_(first_event_id),
      base_time_ms_(base_time_ms),
      delay_us_(1e6 / static_cast<double>(options.first_event_rate) * parallelism),
      event_(position.event),
      random_{position.random},
      person_slots_(options.person_proportion),
      auction_slots_(options.auction_proportion),
      total_slots_(options.person_proportion + options.auction_proportion + options.bid_proportion),
      in_flight_events_(kInFlightAuctions * total_slots_ / std::max<int64_t>(1, options.auction_proportion)) {
  int64_t id = first_event_id_ + event_ + 1;
  epoch_ = id / total_slots_;
  offset_ = id % total_slots_;
  begin_round();
}

// Ids that exist when the event at (epoch_, offset_) happens.
void Generator::begin_round() {
  last_person_ = epoch_ * person_slots_ + std::min(offset_, person_slots_ - 1);
  last_auction_ = offset_ < person_slots_
                      ? (epoch_ - 1) * auction_slots_ + auction_slots_ - 1
                      : epoch_ * auction_slots_ + std::min(offset_ - person_slots_, auction_slots_ - 1);
  int64_t active = std::min(last_person_ + 1, kActivePeople);
  person_first_ = last_person_ + 1 - active;
  person_range_ = static_cast<uint32_t>(active + kLead);
  auction_first_ = std::max<int64_t>(last_auction_ - kInFlightAuctions, 0);
  auction_range_ = static_cast<uint32_t>(std::max<int64_t>(last_auction_ - auction_first_ + 1 + kLead, 1));
}

int64_t Generator::person_id(uint32_t hot_ratio, int64_t hot_offset) {
  if (random_.below(hot_ratio) > 0) return last_person_ / kHotGroup * kHotGroup + hot_offset;
  return person_first_ + random_.below(person_range_);
}

// Fills an event of `used` bytes up to its average size, give or take a fifth of the rest.
StringView Generator::padding(uint32_t used, int64_t average) {
  int64_t rest = average - used;
  if (rest <= 0) return {};
  int64_t spread = std::lround(static_cast<double>(rest) * 0.2);
  int64_t size = rest - spread + (spread > 0 ? random_.below(static_cast<uint32_t>(2 * spread)) : 0);
  return texts_.extra(random_, static_cast<uint32_t>(std::min<int64_t>(size, Texts::kSliceMax)));
}

void Generator::make_person(const PersonColumns& out, uint32_t row, int64_t now) {
  auto pick = [&](const std::vector<StringView>& list) {
    return list[random_.below(static_cast<uint32_t>(list.size()))];
  };
  out.id[row] = last_person_ + kFirstId;
  out.name[row] = pick(texts_.names);
  out.email[row] = pick(texts_.emails);
  out.credit_card[row] = pick(texts_.credit_cards);
  out.city[row] = pick(texts_.cities);
  out.state[row] = pick(texts_.states);
  out.time[row] = now;
  uint32_t used = 8 + out.name[row].size() + out.email[row].size() + out.credit_card[row].size() +
                  out.city[row].size() + out.state[row].size();
  out.extra[row] = padding(used, options_.person_avg_size.bytes);
}

void Generator::make_auction(const AuctionColumns& out, uint32_t row, int64_t now) {
  auto price = [&] { return texts_.prices[random_.next() >> 48]; };
  int64_t horizon = time_ms(event_ + 1 + in_flight_events_) - now;
  out.id[row] = last_auction_ + kFirstId;
  out.item_name[row] = texts_.words(random_, 20);
  out.description[row] = texts_.words(random_, 100);
  out.initial_bid[row] = price();
  out.reserve[row] = out.initial_bid[row] + price();
  out.time[row] = now;
  out.expires[row] = now + 1 + random_.below(static_cast<uint32_t>(std::max<int64_t>(horizon * 2, 1)));
  out.seller[row] = person_id(static_cast<uint32_t>(options_.auction_hot_ratio_sellers), 0) + kFirstId;
  out.category[row] = kFirstCategory + random_.below(kCategories);
  out.extra[row] =
      padding(48 + out.item_name[row].size() + out.description[row].size(), options_.auction_avg_size.bytes);
}

void Generator::make_bid(const BidColumns& out, uint32_t row, int64_t now) {
  bool hot_auction = random_.below(static_cast<uint32_t>(options_.bid_hot_ratio_auctions)) > 0;
  out.auction[row] =
      kFirstId + (hot_auction ? last_auction_ / kHotGroup * kHotGroup : auction_first_ + random_.below(auction_range_));
  // The base is added twice: bidder ids lie above person ids, as in the original.
  out.bidder[row] = person_id(static_cast<uint32_t>(options_.bid_hot_ratio_bidders), 1) + 2 * kFirstId;
  out.price[row] = texts_.prices[random_.next() >> 48];
  if (random_.below(2) > 0) {
    uint32_t hot = random_.below(4);
    out.channel[row] = texts_.hot_channels[hot];
    out.url[row] = texts_.hot_urls[hot];
  } else {
    uint32_t channel = random_.below(Texts::kChannels);
    out.channel[row] = texts_.channels[channel];
    out.url[row] = texts_.urls[channel];
  }
  out.time[row] = now;
  out.extra[row] = padding(32, options_.bid_avg_size.bytes);
}

Generator::Produced Generator::fill(const EventColumns& out, const bool (&wanted)[3], uint32_t rows_max, int64_t end,
                                    uint8_t* order) {
  Produced produced;
  while (event_ < end && produced.rows < rows_max) {
    Kind kind = offset_ < person_slots_                    ? Kind::Person
                : offset_ < person_slots_ + auction_slots_ ? Kind::Auction
                                                           : Kind::Bid;
    if (kind != Kind::Bid || offset_ == person_slots_ + auction_slots_) begin_round();
    int64_t now = time_ms(event_ + 1);
    uint32_t& count = produced.count[static_cast<int>(kind)];
    uint32_t row = count++ & (kEventRowsMax - 1);
    if (kind == Kind::Bid) {
      make_bid(out.bid, row, now);
    } else if (kind == Kind::Auction) {
      make_auction(out.auction, row, now);
    } else {
      make_person(out.person, row, now);
    }
    if (wanted[static_cast<int>(kind)]) {
      if (order != nullptr) order[produced.rows] = static_cast<uint8_t>(kind);
      ++produced.rows;
    }
    produced.last_time_ms = now;
    ++event_;
    if (++offset_ == total_slots_) offset_ = 0, ++epoch_;
  }
  return produced;
}

}  // namespace sluice::runtime::nexmark
