// Manifests, footers and trailers of any bytes are read or refused. The first byte chooses which. Checksums are made
// right, because behind a wrong one nothing is read.
#include <cstring>

#include "runtime/checkpoint/checksum.h"
#include "runtime/checkpoint/manifest.h"
#include "runtime/checkpoint/segment_format.h"
#include "tests/fuzz/bytes_target.h"

namespace sluice::testing {
namespace {

std::string text(Draw& draw) { return std::string(draw.below(20), static_cast<char>('a' + draw.below(26))); }

runtime::Manifest manifest(Draw& draw) {
  runtime::Manifest out;
  out.id = draw.bits();
  out.job_name = text(draw);
  out.job_graph = text(draw);
  for (uint32_t i = draw.below(4); i > 0; --i) {
    runtime::TaskStateHandle task{draw.below(4), draw.below(4), {0, draw.below(128)}, {}, {}};
    task.segments.push_back({text(draw), draw.bits(), draw.bits(), {0, 64}});
    task.lists.push_back({text(draw), text(draw), {text(draw), text(draw)}});
    out.tasks.push_back(std::move(task));
  }
  out.sinks.push_back({text(draw), {text(draw)}});
  return out;
}

runtime::SegmentFooter footer(Draw& draw) {
  runtime::SegmentFooter out;
  for (uint32_t i = 1 + draw.below(3); i > 0; --i) {
    Type nested = Type::map(Type::string(), Type::array(Type::row({{"a", Type::decimal(38, 6)}})));
    out.tables.push_back({text(draw),
                          text(draw),
                          static_cast<runtime::SegmentTableKind>(1 + draw.below(3)),
                          1,
                          draw.one_in(2),
                          {{1, text(draw), Type::bigint()}, {2, text(draw), nested}}});
  }
  out.drops.push_back({0, draw.one_in(2), 5});
  out.blocks.push_back({0, 1, 2, draw.bits(), draw.below(1000), 4, {0, 128}, draw.bits()});
  return out;
}

std::string with_checksum(std::string_view bytes) {
  std::string out(bytes.substr(0, bytes.size() - std::min<size_t>(bytes.size(), 8)));
  uint64_t checksum = runtime::checksum_of(out);
  return out.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
}

}  // namespace

std::string fuzz_sample(Draw& draw) {
  switch (draw.below(3)) {
    case 0:
      return std::string(1, 0) + runtime::encode(manifest(draw));
    case 1:
      return "\1" + runtime::encode(footer(draw));
    default:
      return "\2" + runtime::encode(runtime::SegmentTrailer{draw.bits(), draw.bits(), draw.bits()});
  }
}

bool fuzz_check(std::string_view bytes) {
  if (bytes.empty()) return true;
  auto kind = static_cast<uint8_t>(bytes[0]);
  bytes.remove_prefix(1);
  if (kind % 3 == 0) {
    std::string right = with_checksum(bytes);
    auto manifest = runtime::decode_manifest(right);
    if (!manifest) return true;
    auto again = runtime::decode_manifest(runtime::encode(*manifest));
    return again && *again == *manifest;
  }
  if (kind % 3 == 1) {
    auto footer = runtime::decode_footer(bytes);
    if (!footer) return true;
    auto again = runtime::decode_footer(runtime::encode(*footer));
    return again && *again == *footer;
  }
  auto trailer = runtime::decode_trailer(bytes);
  return !trailer || runtime::encode(*trailer) == bytes;
}

}  // namespace sluice::testing
