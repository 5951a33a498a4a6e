#include "catalog/types/bitmap.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sluice {
namespace {

constexpr uint32_t kCookie = 12346, kRunCookie = 12347;
constexpr uint32_t kArrayMax = 4096, kChunk = 65536, kNoOffsetsBelow = 4;

class Input {
 public:
  explicit Input(std::string_view bytes) : bytes_(bytes) {}
  template <class T>
  bool take(T& out) {
    if (bytes_.size() - at_ < sizeof(T)) return false;
    std::memcpy(&out, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return true;
  }
  bool skip(size_t bytes) {
    if (bytes_.size() - at_ < bytes) return false;
    at_ += bytes;
    return true;
  }
  uint8_t byte_at(size_t at) const { return static_cast<uint8_t>(bytes_[at]); }
  size_t position() const { return at_; }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
};

template <class T>
void put(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

// What one container holds: numbers with the same upper half.
struct Chunk {
  uint16_t key = 0;
  std::vector<std::pair<uint32_t, uint32_t>> runs;  // First and last of the lower halves.
  uint32_t size = 0;

  size_t run_bytes() const { return 2 + 4 * runs.size(); }
  bool is_run() const { return run_bytes() < (size <= kArrayMax ? 2 + 2 * size_t{size} : kChunk / 8); }
  size_t bytes() const { return is_run() ? run_bytes() : size <= kArrayMax ? 2 * size_t{size} : kChunk / 8; }
};

void put_chunk(std::string& out, const Chunk& chunk) {
  if (chunk.is_run()) {
    put(out, static_cast<uint16_t>(chunk.runs.size()));
    for (auto [first, last] : chunk.runs) {
      put(out, static_cast<uint16_t>(first));
      put(out, static_cast<uint16_t>(last - first));
    }
    return;
  }
  if (chunk.size <= kArrayMax) {
    for (auto [first, last] : chunk.runs) {
      for (uint32_t value = first; value <= last; ++value) put(out, static_cast<uint16_t>(value));
    }
    return;
  }
  std::vector<uint64_t> words(kChunk / 64);
  for (auto [first, last] : chunk.runs) {
    for (uint32_t value = first; value <= last; ++value) words[value / 64] |= uint64_t{1} << (value % 64);
  }
  for (uint64_t word : words) put(out, word);
}

}  // namespace

void Bitmap::add(uint64_t begin, uint64_t end) {
  if (!ranges_.empty() && ranges_.back().end == begin) {
    ranges_.back().end = end;
  } else {
    ranges_.push_back({begin, end});
  }
}

Bitmap Bitmap::of(std::vector<uint32_t> values) {
  std::ranges::sort(values);
  Bitmap out;
  for (uint32_t value : values) {
    if (out.ranges_.empty() || value >= out.ranges_.back().end) out.add(value, uint64_t{value} + 1);
  }
  return out;
}

std::optional<Bitmap> Bitmap::read(std::string_view bytes) {
  Input input(bytes);
  uint32_t cookie = 0, count = 0;
  if (!input.take(cookie)) return {};
  bool has_runs = (cookie & 0xFFFF) == kRunCookie;
  if (has_runs) {
    count = (cookie >> 16) + 1;
  } else if (cookie != kCookie || !input.take(count) || count > kChunk) {
    return {};
  }
  size_t run_flags = input.position();
  if (has_runs && !input.skip((count + 7) / 8)) return {};
  std::vector<std::pair<uint16_t, uint16_t>> headers(count);  // Key, and size without one.
  for (auto& [key, size] : headers) {
    if (!input.take(key) || !input.take(size)) return {};
  }
  if ((!has_runs || count >= kNoOffsetsBelow) && !input.skip(size_t{4} * count)) return {};
  Bitmap out;
  for (uint32_t i = 0; i < count; ++i) {
    uint64_t base = uint64_t{headers[i].first} * kChunk;
    if (i > 0 && headers[i].first <= headers[i - 1].first) return {};
    uint32_t size = uint32_t{headers[i].second} + 1;
    uint64_t next = base;  // The least number that may come.
    auto add = [&](uint64_t begin, uint64_t end) {
      if (begin < next || end > base + kChunk) return false;
      out.add(begin, end);
      next = end;
      return true;
    };
    bool is_run = has_runs && (input.byte_at(run_flags + i / 8) >> (i % 8) & 1) != 0;
    uint16_t runs = 0, value = 0, length = 0;
    if (is_run) {
      if (!input.take(runs)) return {};
      for (uint32_t run = 0; run < runs; ++run) {
        if (!input.take(value) || !input.take(length) || !add(base + value, base + value + length + 1)) return {};
      }
    } else if (size <= kArrayMax) {
      for (uint32_t k = 0; k < size; ++k) {
        if (!input.take(value) || !add(base + value, base + value + 1)) return {};
      }
    } else {
      for (uint32_t word_at = 0; word_at < kChunk / 64; ++word_at) {
        uint64_t word = 0;
        if (!input.take(word)) return {};
        for (; word != 0; word &= word - 1) {
          uint64_t at = base + uint64_t{word_at} * 64 + static_cast<uint64_t>(std::countr_zero(word));
          if (!add(at, at + 1)) return {};
        }
      }
    }
  }
  return out;
}

std::string Bitmap::bytes() const {
  std::vector<Chunk> chunks;
  for (const Range& range : ranges_) {
    for (uint64_t begin = range.begin; begin < range.end;) {
      uint64_t end = std::min(range.end, (begin / kChunk + 1) * kChunk);
      auto key = static_cast<uint16_t>(begin / kChunk);
      if (chunks.empty() || chunks.back().key != key) chunks.push_back({key, {}, 0});
      chunks.back().runs.emplace_back(static_cast<uint32_t>(begin % kChunk), static_cast<uint32_t>((end - 1) % kChunk));
      chunks.back().size += static_cast<uint32_t>(end - begin);
      begin = end;
    }
  }
  auto count = static_cast<uint32_t>(chunks.size());
  bool has_runs = std::ranges::any_of(chunks, &Chunk::is_run);
  std::string out;
  if (has_runs) {
    put(out, kRunCookie | (count - 1) << 16);
    std::string flags((count + 7) / 8, '\0');
    for (uint32_t i = 0; i < count; ++i) {
      if (chunks[i].is_run()) flags[i / 8] = static_cast<char>(static_cast<uint8_t>(flags[i / 8]) | 1U << (i % 8));
    }
    out += flags;
  } else {
    put(out, kCookie);
    put(out, count);
  }
  for (const Chunk& chunk : chunks) {
    put(out, chunk.key);
    put(out, static_cast<uint16_t>(chunk.size - 1));
  }
  if (!has_runs || count >= kNoOffsetsBelow) {
    auto offset = static_cast<uint32_t>(out.size() + size_t{4} * count);
    for (const Chunk& chunk : chunks) {
      put(out, offset);
      offset += static_cast<uint32_t>(chunk.bytes());
    }
  }
  for (const Chunk& chunk : chunks) put_chunk(out, chunk);
  return out;
}

uint64_t Bitmap::size() const {
  uint64_t out = 0;
  for (const Range& range : ranges_) out += range.end - range.begin;
  return out;
}

std::vector<uint32_t> Bitmap::values() const {
  std::vector<uint32_t> out;
  for (const Range& range : ranges_) {
    for (uint64_t value = range.begin; value < range.end; ++value) out.push_back(static_cast<uint32_t>(value));
  }
  return out;
}

std::string Bitmap::text() const {
  std::string out = "{";
  for (uint32_t value : values()) out += (out.size() > 1 ? "," : "") + std::to_string(value);
  return out + "}";
}

Bitmap Bitmap::combined(const Bitmap& a, const Bitmap& b, bool (*keep)(bool in_a, bool in_b)) {
  std::vector<uint64_t> bounds;
  for (const Bitmap* set : {&a, &b}) {
    for (const Range& range : set->ranges_) {
      bounds.push_back(range.begin);
      bounds.push_back(range.end);
    }
  }
  std::ranges::sort(bounds);
  Bitmap out;
  size_t at[2] = {};
  for (size_t i = 0; i + 1 < bounds.size(); ++i) {
    uint64_t begin = bounds[i], end = bounds[i + 1];
    if (begin == end) continue;
    bool has[2] = {};
    const Bitmap* sets[2] = {&a, &b};
    for (size_t k = 0; k < 2; ++k) {
      const std::vector<Range>& ranges = sets[k]->ranges_;
      while (at[k] < ranges.size() && ranges[at[k]].end <= begin) ++at[k];
      has[k] = at[k] < ranges.size() && ranges[at[k]].begin <= begin;
    }
    if (keep(has[0], has[1])) out.add(begin, end);
  }
  return out;
}

}  // namespace sluice
