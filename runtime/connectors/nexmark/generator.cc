#include "runtime/connectors/nexmark/generator.h"

#include <algorithm>
#include <cstring>

namespace sluice::runtime::nexmark {
namespace {

constexpr int64_t kFirstId = 1000;
constexpr int64_t kHotGroup = 100;  // Hot auctions, bidders and sellers change once in this many ids.
constexpr int64_t kActivePeople = 1000;
constexpr int64_t kInFlightAuctions = 100;
constexpr int64_t kLead = 10;  // Ids that do not exist yet but are referred to.
constexpr uint32_t kFirstCategory = 10;
constexpr uint32_t kCategories = 5;
constexpr uint32_t kBidBytes = 32;  // Of a bid without its padding.

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
      bid_padding_(padding_of(kBidBytes, options.bid_avg_size.bytes)),
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

// Up to the average size of an event of which `used` bytes are there, give or take a fifth of the rest.
Generator::Padding Generator::padding_of(uint32_t used, int64_t average) {
  int64_t rest = std::clamp<int64_t>(average - used, 0, Texts::kSliceMax);
  int64_t spread = (rest + 2) / 5;
  int64_t most = std::min<int64_t>(rest + spread, Texts::kSliceMax);
  return {static_cast<uint32_t>(rest - spread), static_cast<uint32_t>(most - (rest - spread))};
}

StringView Generator::padding(uint32_t used, int64_t average) {
  Padding padding = padding_of(used, average);
  uint64_t draw = random_.next();
  return texts_.extra(static_cast<uint32_t>(draw >> 32),
                      padding.least + SplitMix::scaled(static_cast<uint32_t>(draw), padding.range));
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
  auto price = [&] { return int64_t{texts_.prices[random_.next() >> 48]}; };
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

// All bids of a round see the same ids. No value decides on a branch: half of the choices go either way, and a branch
// that is guessed wrong costs more than both.
void Generator::make_bids(const BidColumns& out, uint32_t row, uint32_t count) {
  SplitMix random = random_;
  const int32_t* prices = texts_.prices.data();
  const Channel* channels = texts_.channels.data();
  auto hot_ratio_auctions = static_cast<uint32_t>(options_.bid_hot_ratio_auctions);
  auto hot_ratio_bidders = static_cast<uint32_t>(options_.bid_hot_ratio_bidders);
  int64_t hot_auction = last_auction_ / kHotGroup * kHotGroup + kFirstId;
  int64_t first_auction = auction_first_ + kFirstId;
  // The base is added twice: bidder ids lie above person ids, as in the original.
  int64_t hot_bidder = last_person_ / kHotGroup * kHotGroup + 1 + 2 * kFirstId;
  int64_t first_bidder = person_first_ + 2 * kFirstId;
  auto high = [](uint64_t draw) { return static_cast<uint32_t>(draw >> 32); };
  auto low = [](uint64_t draw) { return static_cast<uint32_t>(draw); };
  for (uint32_t i = row; i < row + count; ++i) {
    uint64_t draw = random.next();
    int64_t cold = first_auction + SplitMix::scaled(low(draw), auction_range_);
    out.auction[i] = SplitMix::scaled(high(draw), hot_ratio_auctions) > 0 ? hot_auction : cold;
    draw = random.next();
    cold = first_bidder + SplitMix::scaled(low(draw), person_range_);
    out.bidder[i] = SplitMix::scaled(high(draw), hot_ratio_bidders) > 0 ? hot_bidder : cold;
    draw = random.next();
    out.price[i] = prices[draw >> 48];
    uint32_t other = Texts::kHotChannels + SplitMix::scaled(low(draw), Texts::kChannels);
    const Channel& channel = channels[high(draw) & 1 ? high(draw) >> 1 & (Texts::kHotChannels - 1) : other];
    out.channel[i] = channel.name;
    out.url[i] = channel.url;
    out.time[i] = time_ms(event_ + 1 + (i - row));
    draw = random.next();
    out.extra[i] = texts_.extra(high(draw), bid_padding_.least + SplitMix::scaled(low(draw), bid_padding_.range));
  }
  random_ = random;
}

Generator::Produced Generator::fill(const EventColumns& out, const bool (&wanted)[3], uint32_t rows_max, int64_t end,
                                    uint8_t* order) {
  Produced produced;
  while (event_ < end && produced.rows < rows_max) {
    Kind kind = offset_ < person_slots_                    ? Kind::Person
                : offset_ < person_slots_ + auction_slots_ ? Kind::Auction
                                                           : Kind::Bid;
    if (kind != Kind::Bid || offset_ == person_slots_ + auction_slots_) begin_round();
    uint32_t& made = produced.count[static_cast<int>(kind)];
    uint32_t row = made & (kEventRowsMax - 1);
    uint32_t count = 1;
    bool is_wanted = wanted[static_cast<int>(kind)];
    if (kind == Kind::Bid) {
      int64_t room = std::min<int64_t>(is_wanted ? rows_max - produced.rows : kEventRowsMax, kEventRowsMax - row);
      count = static_cast<uint32_t>(std::min({total_slots_ - offset_, end - event_, room}));
      make_bids(out.bid, row, count);
    } else if (kind == Kind::Auction) {
      make_auction(out.auction, row, time_ms(event_ + 1));
    } else {
      make_person(out.person, row, time_ms(event_ + 1));
    }
    if (is_wanted) {
      if (order != nullptr) std::memset(order + produced.rows, static_cast<int>(kind), count);
      produced.rows += count;
    }
    made += count;
    event_ += count;
    offset_ += count;
    produced.last_time_ms = time_ms(event_);
    if (offset_ == total_slots_) offset_ = 0, ++epoch_;
  }
  return produced;
}

}  // namespace sluice::runtime::nexmark
