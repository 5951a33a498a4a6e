#include "runtime/checkpoint/portable_codec.h"

#include <cstring>

#include "base/scalar_abi.h"
#include "runtime/checkpoint/byte_codec.h"
#include "runtime/state/ordered_codec.h"

namespace sluice::runtime {
namespace {

constexpr size_t kHeadBytes = sizeof(RecordHeader) + 16;

// A record around key and value.
void assemble(const RecordHeader& like, int64_t written_ms, std::string_view key, std::string_view value,
              std::string& out) {
  auto key_bytes = static_cast<uint32_t>(key.size());
  auto value_bytes = static_cast<uint32_t>(value.size());
  size_t bytes = (kHeadBytes + key.size() + value.size() + 7) & ~size_t{7};
  RecordHeader header{like.hash, static_cast<uint32_t>(bytes), RecordKind::Put};
  out.assign(reinterpret_cast<const char*>(&header), sizeof header);
  out.append(reinterpret_cast<const char*>(&key_bytes), 4);
  out.append(reinterpret_cast<const char*>(&value_bytes), 4);
  out.append(reinterpret_cast<const char*>(&written_ms), 8);
  out.append(key).append(value);
  out.resize(bytes, '\0');
}

struct Parts {
  std::string_view key;
  std::string_view value;
  int64_t written_ms = 0;
  bool is_good = false;
};

Parts parts_of(const RecordHeader& record) {
  auto* bytes = reinterpret_cast<const char*>(&record);
  Parts parts;
  if (record.bytes < kHeadBytes) return parts;
  uint32_t key_bytes = 0, value_bytes = 0;
  std::memcpy(&key_bytes, bytes + 16, 4);
  std::memcpy(&value_bytes, bytes + 20, 4);
  std::memcpy(&parts.written_ms, bytes + 24, 8);
  if (uint64_t{key_bytes} + value_bytes > record.bytes - kHeadBytes) return parts;
  parts.key = {bytes + kHeadBytes, key_bytes};
  parts.value = {bytes + kHeadBytes + key_bytes, value_bytes};
  parts.is_good = true;
  return parts;
}

}  // namespace

std::string_view PortableCodec::key_of(const RecordHeader& record) { return parts_of(record).key; }

void PortableCodec::append_fields(size_t begin, size_t end, std::string& out) const {
  for (size_t i = begin; i < end; ++i) {
    const RowCodec::PackedField& field = fields_[i];
    out.push_back(field.is_null ? '\1' : '\0');
    if (field.is_null) continue;
    if (!rows_.is_string(i)) {
      out.append(field.fixed, rows_.layout().fields[i].type.width());
      continue;
    }
    uint32_t size = 0;
    std::memcpy(&size, field.fixed, 4);
    out.append(field.fixed, 4);
    out.append(field.long_bytes != nullptr ? field.long_bytes : field.fixed + 4, size);
  }
}

void PortableCodec::encode(const RecordHeader& record, std::string& out) {
  std::string key, value;
  if (table_.kind == SegmentTableKind::Ordered) {
    OrderedRecord ordered = read_ordered(record);
    ByteWriter writer;
    writer.text(ordered.element);
    writer.number(ordered.count);
    return assemble(record, 0, ordered.group, writer.take(), out);
  }
  auto* payload = reinterpret_cast<const char*>(&record + 1);
  rows_.fields(payload, RecordKind::Put, fields_);
  append_fields(0, table_.key_fields, key);
  append_fields(table_.key_fields, fields_.size(), value);
  assemble(record, rows_.written_ms(payload), key, value, out);
}

bool PortableCodec::decode(const RecordHeader& record, std::string& out) const {
  Parts parts = parts_of(record);
  if (!parts.is_good) return false;
  out.assign(sizeof(RecordHeader), '\0');
  if (table_.kind == SegmentTableKind::Ordered) {
    ByteReader reader(parts.value);
    OrderedRecord ordered{parts.key, reader.view(), 0};
    ordered.count = reader.number<int64_t>();
    if (!reader.is_good() || !reader.is_at_end()) return false;
    out.resize(sizeof(RecordHeader) + bytes_of(ordered));
    write(ordered, out.data() + sizeof(RecordHeader));
  } else if (!decode_row(parts.key, parts.value, parts.written_ms, out)) {
    return false;
  }
  RecordHeader header{record.hash, static_cast<uint32_t>(out.size()), RecordKind::Put};
  std::memcpy(out.data(), &header, sizeof header);
  return true;
}

bool PortableCodec::decode_row(std::string_view key, std::string_view value, int64_t written_ms,
                               std::string& out) const {
  const StateRowLayout& layout = rows_.layout();
  if (rows_.has_ttl()) out.append(reinterpret_cast<const char*>(&written_ms), 8);
  size_t row = out.size();
  out.resize(row + layout.size, '\0');
  std::string long_bytes;
  for (size_t i = 0; i < layout.fields.size(); ++i) {
    std::string_view& rest = i < table_.key_fields ? key : value;
    if (rest.empty()) return false;
    bool is_null = rest[0] != '\0';
    rest.remove_prefix(1);
    if (is_null) {
      out[row + i / 8] = static_cast<char>(static_cast<uint8_t>(out[row + i / 8]) | (1U << (i % 8)));
      continue;
    }
    size_t width = rows_.is_string(i) ? 4 : layout.fields[i].type.width();
    if (rest.size() < width) return false;
    std::memcpy(out.data() + row + layout.fields[i].offset, rest.data(), width);
    uint32_t size = 0;
    if (rows_.is_string(i)) std::memcpy(&size, rest.data(), 4);
    rest.remove_prefix(width);
    if (!rows_.is_string(i)) continue;
    if (rest.size() < size) return false;
    StringView view(rest.data(), size);
    std::memcpy(out.data() + row + layout.fields[i].offset, &view, view.is_inline() ? sizeof view : 8);
    if (!view.is_inline()) long_bytes.append(rest.data(), size);
    rest.remove_prefix(size);
  }
  long_bytes.resize((long_bytes.size() + 7) & ~size_t{7}, '\0');
  out += long_bytes;
  return key.empty() && value.empty();
}

}  // namespace sluice::runtime
