#include "runtime/connectors/nexmark/texts.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace sluice::runtime::nexmark {
namespace {

constexpr uint32_t kPicks = 4096;  // Distinct e-mail addresses and credit cards.

// Characters of a random string: `filler` with probability 1/13, else a to z.
std::string random_string(SplitMix& random, uint32_t max, char filler) {
  std::string out;
  uint32_t length = 3 + random.below(max - 3);
  for (uint32_t i = 0; i < length; ++i) {
    out += random.below(13) == 0 ? filler : static_cast<char>('a' + random.below(26));
  }
  size_t begin = out.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return out.substr(begin, out.find_last_not_of(' ') + 1 - begin);
}

std::string random_url(SplitMix& random) {
  std::string url = "https://www.nexmark.com/";
  for (int part = 0; part < 3; ++part) url += random_string(random, 5, '_') + "/";
  return url + "item.htm?query=1";
}

uint32_t reverse_bits(uint32_t value) {
  uint32_t out = 0;
  for (int bit = 0; bit < 32; ++bit) out = (out << 1) | ((value >> bit) & 1);
  return out;
}

// Collects texts and hands out views once all are known, because the heap moves while it grows.
struct Collector {
  std::string bytes;
  std::vector<std::pair<std::vector<StringView>*, std::pair<size_t, size_t>>> wanted;

  void add(std::vector<StringView>& list, std::string_view text) {
    wanted.push_back({&list, {bytes.size(), text.size()}});
    bytes += text;
  }
};

void add_people(Collector& collector, Texts& texts, SplitMix& random) {
  for (const char* first :
       {"Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"}) {
    for (const char* last : {"Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"}) {
      collector.add(texts.names, fmt::format("{} {}", first, last));
    }
  }
  for (const char* city : {"Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle",
                           "Kent", "Cheyenne"}) {
    collector.add(texts.cities, city);
  }
  for (const char* state : {"AZ", "CA", "ID", "OR", "WA", "WY"}) collector.add(texts.states, state);
  for (uint32_t i = 0; i < kPicks; ++i) {
    collector.add(texts.emails, random_string(random, 7, ' ') + "@" + random_string(random, 5, ' ') + ".com");
    collector.add(texts.credit_cards, fmt::format("{:04} {:04} {:04} {:04}", random.below(10000), random.below(10000),
                                                  random.below(10000), random.below(10000)));
  }
}

void add_channels(Collector& collector, std::vector<StringView>& names, std::vector<StringView>& urls,
                  SplitMix& random) {
  for (const char* name : {"Google", "Facebook", "Baidu", "Apple"}) {
    collector.add(names, name);
    collector.add(urls, random_url(random));
  }
  for (uint32_t i = 0; i < Texts::kChannels; ++i) {
    collector.add(names, fmt::format("channel-{}", i));
    std::string url = random_url(random);
    int32_t id = static_cast<int32_t>(reverse_bits(i));
    if (random.below(10) > 0) url += fmt::format("&channel_id={}", std::abs(int64_t{id}));
    collector.add(urls, url);
  }
}

}  // namespace

Texts::Texts(BufferPool& pool, uint64_t seed) {
  SplitMix random{seed};
  Collector collector;
  std::string& bytes = collector.bytes;
  for (uint32_t i = 0; i < kSliceBytes + kSliceMax; ++i) bytes += static_cast<char>('H' + random.below('z' - 'H' + 1));
  size_t words_begin = bytes.size();
  for (uint32_t i = 0; i < kSliceBytes + kSliceMax; ++i) {
    bytes += random.below(13) == 0 ? ' ' : static_cast<char>('a' + random.below(26));
  }
  add_people(collector, *this, random);
  std::vector<StringView> names, urls;
  add_channels(collector, names, urls, random);

  heap = pool.allocate(bytes.size());
  std::memcpy(heap.data(), bytes.data(), bytes.size());
  words_ = heap.data() + words_begin;
  for (auto& [list, place] : collector.wanted) {
    list->emplace_back(heap.data() + place.first, static_cast<uint32_t>(place.second));
  }
  for (size_t i = 0; i < names.size(); ++i) channels.push_back({names[i], urls[i]});
  for (int i = 0; i < 65'536; ++i) {
    prices.push_back(static_cast<int32_t>(std::lround(std::pow(10.0, random.unit() * 6) * 100)));
  }
}

StringView Texts::words(SplitMix& random, uint32_t max) const {
  uint64_t draw = random.next();
  const char* begin = words_ + ((draw >> 32) & (kSliceBytes - 1));
  const char* end = begin + 3 + SplitMix::scaled(static_cast<uint32_t>(draw), max - 3);
  while (begin < end && *begin == ' ') ++begin;
  while (begin < end && end[-1] == ' ') --end;
  return {begin, static_cast<uint32_t>(end - begin)};
}

}  // namespace sluice::runtime::nexmark
