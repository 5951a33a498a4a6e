#include "runtime/checkpoint/segment_format.h"

#include "runtime/checkpoint/byte_codec.h"
#include "runtime/checkpoint/type_codec.h"

namespace sluice::runtime {
namespace {

constexpr size_t kFieldBytesMin = 22;
constexpr size_t kTableBytesMin = 18;
constexpr size_t kDropBytes = 13;
constexpr size_t kBlockBytes = 48;

void write_table(ByteWriter& out, const SegmentTable& table) {
  out.text(table.uid);
  out.text(table.name);
  out.number(static_cast<uint8_t>(table.kind));
  out.number(table.key_fields);
  out.number(static_cast<uint8_t>(table.has_ttl));
  out.number(static_cast<uint32_t>(table.fields.size()));
  for (const SegmentField& field : table.fields) {
    out.number(field.id);
    out.text(field.name);
    write_type(out, field.type);
  }
}

SegmentTable read_table(ByteReader& in) {
  SegmentTable table;
  table.uid = in.text();
  table.name = in.text();
  auto kind = in.number<uint8_t>();
  if (kind < 1 || kind > 3) in.reject();
  table.kind = static_cast<SegmentTableKind>(kind);
  table.key_fields = in.number<uint32_t>();
  table.has_ttl = in.number<uint8_t>() != 0;
  uint32_t fields = in.count(kFieldBytesMin);
  for (uint32_t i = 0; i < fields && in.is_good(); ++i) {
    SegmentField field;
    field.id = in.number<uint32_t>();
    field.name = in.text();
    field.type = read_type(in);
    table.fields.push_back(std::move(field));
  }
  if (table.key_fields > table.fields.size()) in.reject();
  return table;
}

void write_block(ByteWriter& out, const SegmentBlock& block) {
  out.number(block.table);
  out.number(block.run);
  out.number(block.slice_end_ms);
  out.number(block.offset);
  out.number(block.bytes);
  out.number(block.records);
  out.number(block.groups.begin);
  out.number(block.groups.end);
  out.number(block.checksum);
}

SegmentBlock read_block(ByteReader& in, size_t tables) {
  SegmentBlock block;
  block.table = in.number<uint32_t>();
  block.run = in.number<uint32_t>();
  block.slice_end_ms = in.number<int64_t>();
  block.offset = in.number<uint64_t>();
  block.bytes = in.number<uint32_t>();
  block.records = in.number<uint32_t>();
  block.groups.begin = in.number<uint32_t>();
  block.groups.end = in.number<uint32_t>();
  block.checksum = in.number<uint64_t>();
  if (block.table >= tables) in.reject();
  return block;
}

}  // namespace

std::string encode(const SegmentFooter& footer) {
  ByteWriter out;
  out.number(kSegmentVersion);
  out.number(kKeyHashVersion);
  out.number(static_cast<uint8_t>(footer.is_portable));
  out.number(footer.max_parallelism);
  out.number(static_cast<uint32_t>(footer.tables.size()));
  for (const SegmentTable& table : footer.tables) write_table(out, table);
  out.number(static_cast<uint32_t>(footer.drops.size()));
  for (const SegmentDrop& drop : footer.drops) {
    out.number(drop.table);
    out.number(static_cast<uint8_t>(drop.is_whole_table));
    out.number(drop.slice_end_ms);
  }
  out.number(static_cast<uint32_t>(footer.blocks.size()));
  for (const SegmentBlock& block : footer.blocks) write_block(out, block);
  return out.take();
}

Result<SegmentFooter> decode_footer(std::string_view bytes) {
  ByteReader in(bytes);
  SegmentFooter footer;
  auto version = in.number<uint32_t>();
  auto hash_version = in.number<uint32_t>();
  if (version != kSegmentVersion || hash_version != kKeyHashVersion) {
    return fail(ErrorCode::IncompatibleState, "segment of format {} with key hash {}", version, hash_version);
  }
  footer.is_portable = in.number<uint8_t>() != 0;
  footer.max_parallelism = in.number<uint32_t>();
  uint32_t tables = in.count(kTableBytesMin);
  for (uint32_t i = 0; i < tables && in.is_good(); ++i) footer.tables.push_back(read_table(in));
  uint32_t drops = in.count(kDropBytes);
  for (uint32_t i = 0; i < drops && in.is_good(); ++i) {
    SegmentDrop drop;
    drop.table = in.number<uint32_t>();
    drop.is_whole_table = in.number<uint8_t>() != 0;
    drop.slice_end_ms = in.number<int64_t>();
    if (drop.table >= footer.tables.size()) in.reject();
    footer.drops.push_back(drop);
  }
  uint32_t blocks = in.count(kBlockBytes);
  for (uint32_t i = 0; i < blocks && in.is_good(); ++i) footer.blocks.push_back(read_block(in, footer.tables.size()));
  if (!in.is_good() || !in.is_at_end()) return fail(ErrorCode::CorruptCheckpoint, "malformed footer of a segment");
  return footer;
}

std::string encode(const SegmentTrailer& trailer) {
  ByteWriter out;
  out.number(trailer.footer_offset);
  out.number(trailer.footer_bytes);
  out.number(trailer.footer_checksum);
  return out.take().append(kSegmentMagic);
}

Result<SegmentTrailer> decode_trailer(std::string_view bytes) {
  if (bytes.size() != SegmentTrailer::kBytes || !bytes.ends_with(kSegmentMagic)) {
    return fail(ErrorCode::CorruptCheckpoint, "malformed trailer of a segment");
  }
  ByteReader in(bytes);
  SegmentTrailer trailer;
  trailer.footer_offset = in.number<uint64_t>();
  trailer.footer_bytes = in.number<uint64_t>();
  trailer.footer_checksum = in.number<uint64_t>();
  return trailer;
}

}  // namespace sluice::runtime
