#include "runtime/checkpoint/manifest.h"

#include "runtime/checkpoint/byte_codec.h"
#include "runtime/checkpoint/checksum.h"

namespace sluice::runtime {
namespace {

constexpr std::string_view kMagic = "SLUIMAN1";
constexpr size_t kChecksumBytes = 8;
constexpr size_t kStringBytesMin = 4;
constexpr size_t kSegmentBytesMin = 28;
constexpr size_t kListBytesMin = 12;
constexpr size_t kTaskBytesMin = 24;
constexpr size_t kSinkBytesMin = 8;

void write_strings(ByteWriter& out, const std::vector<std::string>& strings) {
  out.number(static_cast<uint32_t>(strings.size()));
  for (const std::string& string : strings) out.text(string);
}

std::vector<std::string> read_strings(ByteReader& in) {
  std::vector<std::string> strings;
  uint32_t count = in.count(kStringBytesMin);
  for (uint32_t i = 0; i < count && in.is_good(); ++i) strings.push_back(in.text());
  return strings;
}

void write_groups(ByteWriter& out, KeyGroupRange groups) {
  out.number(groups.begin);
  out.number(groups.end);
}

KeyGroupRange read_groups(ByteReader& in) {
  auto begin = in.number<uint32_t>();
  return {begin, in.number<uint32_t>()};
}

void write_task(ByteWriter& out, const TaskStateHandle& task) {
  out.number(task.fragment);
  out.number(task.subtask);
  write_groups(out, task.groups);
  out.number(static_cast<uint32_t>(task.segments.size()));
  for (const SegmentRef& segment : task.segments) {
    out.text(segment.file);
    out.number(segment.bytes);
    out.number(segment.checksum);
    write_groups(out, segment.groups);
  }
  out.number(static_cast<uint32_t>(task.lists.size()));
  for (const OperatorList& list : task.lists) {
    out.text(list.uid);
    out.text(list.name);
    write_strings(out, list.entries);
  }
}

TaskStateHandle read_task(ByteReader& in) {
  TaskStateHandle task;
  task.fragment = in.number<uint32_t>();
  task.subtask = in.number<uint32_t>();
  task.groups = read_groups(in);
  uint32_t segments = in.count(kSegmentBytesMin);
  for (uint32_t i = 0; i < segments && in.is_good(); ++i) {
    SegmentRef segment;
    segment.file = in.text();
    segment.bytes = in.number<uint64_t>();
    segment.checksum = in.number<uint64_t>();
    segment.groups = read_groups(in);
    task.segments.push_back(std::move(segment));
  }
  uint32_t lists = in.count(kListBytesMin);
  for (uint32_t i = 0; i < lists && in.is_good(); ++i) {
    OperatorList list;
    list.uid = in.text();
    list.name = in.text();
    list.entries = read_strings(in);
    task.lists.push_back(std::move(list));
  }
  return task;
}

Manifest read_manifest(ByteReader& in) {
  Manifest manifest;
  manifest.id = in.number<uint64_t>();
  manifest.job_name = in.text();
  manifest.job_id = in.text();
  manifest.created_wall_ms = in.number<int64_t>();
  manifest.parallelism = in.number<uint32_t>();
  manifest.max_parallelism = in.number<uint32_t>();
  manifest.key_hash_version = in.number<uint32_t>();
  manifest.is_savepoint = in.number<uint8_t>() != 0;
  manifest.is_final = in.number<uint8_t>() != 0;
  manifest.job_graph = in.text();
  uint32_t tasks = in.count(kTaskBytesMin);
  for (uint32_t i = 0; i < tasks && in.is_good(); ++i) manifest.tasks.push_back(read_task(in));
  uint32_t sinks = in.count(kSinkBytesMin);
  for (uint32_t i = 0; i < sinks && in.is_good(); ++i) {
    std::string uid = in.text();
    manifest.sinks.push_back({std::move(uid), read_strings(in)});
  }
  return manifest;
}

}  // namespace

std::string encode(const Manifest& manifest) {
  ByteWriter out;
  out.number(Manifest::kVersion);
  out.number(manifest.id);
  out.text(manifest.job_name);
  out.text(manifest.job_id);
  out.number(manifest.created_wall_ms);
  out.number(manifest.parallelism);
  out.number(manifest.max_parallelism);
  out.number(manifest.key_hash_version);
  out.number(static_cast<uint8_t>(manifest.is_savepoint));
  out.number(static_cast<uint8_t>(manifest.is_final));
  out.text(manifest.job_graph);
  out.number(static_cast<uint32_t>(manifest.tasks.size()));
  for (const TaskStateHandle& task : manifest.tasks) write_task(out, task);
  out.number(static_cast<uint32_t>(manifest.sinks.size()));
  for (const PreparedSink& sink : manifest.sinks) {
    out.text(sink.uid);
    write_strings(out, sink.committables);
  }
  std::string bytes = std::string(kMagic) + out.take();
  uint64_t checksum = checksum_of(bytes);
  return bytes.append(reinterpret_cast<const char*>(&checksum), kChecksumBytes);
}

Result<Manifest> decode_manifest(std::string_view bytes) {
  if (bytes.size() < kMagic.size() + kChecksumBytes || !bytes.starts_with(kMagic)) {
    return fail(ErrorCode::CorruptCheckpoint, "this is no manifest");
  }
  uint64_t checksum = 0;
  std::memcpy(&checksum, bytes.data() + bytes.size() - kChecksumBytes, kChecksumBytes);
  bytes.remove_suffix(kChecksumBytes);
  if (checksum_of(bytes) != checksum) return fail(ErrorCode::CorruptCheckpoint, "the manifest is damaged");
  ByteReader in(bytes.substr(kMagic.size()));
  auto version = in.number<uint32_t>();
  if (version != Manifest::kVersion) {
    return fail(ErrorCode::IncompatibleState, "manifest of format {}, this program knows {}", version,
                Manifest::kVersion);
  }
  Manifest manifest = read_manifest(in);
  if (!in.is_good() || !in.is_at_end()) return fail(ErrorCode::CorruptCheckpoint, "the manifest is malformed");
  if (manifest.key_hash_version != kKeyHashVersion) {
    return fail(ErrorCode::IncompatibleState, "keys are hashed by version {}, this program knows {}",
                manifest.key_hash_version, kKeyHashVersion);
  }
  return manifest;
}

}  // namespace sluice::runtime
