#include "runtime/state/row_converter.h"

#include <cstring>

namespace sluice::runtime {
namespace {

int find_field(const SegmentTable& table, uint32_t id) {
  for (size_t i = 0; i < table.fields.size(); ++i) {
    if (table.fields[i].id == id) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace

Result<RowConverter> RowConverter::make(const SegmentTable& from, const SegmentTable& to) {
  RowConverter converter(from, to);
  if (from.key_fields != to.key_fields) {
    return fail(ErrorCode::IncompatibleState, "the key of `{}` has {} fields in the checkpoint and {} now", to.name,
                from.key_fields, to.key_fields);
  }
  bool is_identity = from.fields.size() == to.fields.size() && from.has_ttl == to.has_ttl;
  for (size_t i = 0; i < to.fields.size(); ++i) {
    int source = find_field(from, to.fields[i].id);
    converter.source_.push_back(source);
    converter.is_nullable_.push_back(to.fields[i].type.nullable());
    is_identity = is_identity && source == static_cast<int>(i);
    bool is_key = i < to.key_fields;
    if (is_key && source != static_cast<int>(i)) {
      return fail(ErrorCode::IncompatibleState, "key field {} of `{}` is not in the checkpoint", i, to.name);
    }
    if (source < 0) continue;
    const Type& old_type = from.fields[static_cast<size_t>(source)].type;
    if (!old_type.equals_ignoring_nullability(to.fields[i].type)) {
      return fail(ErrorCode::IncompatibleState, "field {} of `{}` is {} in the checkpoint and {} now", i, to.name,
                  old_type.to_string(), to.fields[i].type.to_string());
    }
  }
  converter.is_identity_ = is_identity;
  return converter;
}

void RowConverter::convert_field(size_t target, const RowCodec::PackedField& source, char* row,
                                 std::string& long_bytes) const {
  const StateRowLayout::Field& field = to_.layout().fields[target];
  bool is_string = to_.is_string(target);
  size_t width = is_string ? sizeof(StringView) : field.type.width();
  std::memcpy(row + field.offset, source.fixed, width);
  if (source.long_bytes == nullptr) return;
  uint32_t size = 0;
  std::memcpy(&size, source.fixed, 4);
  long_bytes.append(source.long_bytes, size);
}

void RowConverter::convert(const RecordHeader& record, std::string& out) {
  auto* payload = reinterpret_cast<const char*>(&record + 1);
  from_.fields(payload, record.kind, fields_);
  std::string row(to_.layout().size, '\0');
  std::string long_bytes;
  for (size_t i = 0; i < source_.size(); ++i) {
    auto source = static_cast<size_t>(source_[i]);
    bool is_there = source_[i] >= 0 && source < fields_.size();
    bool is_null = is_there ? fields_[source].is_null : is_nullable_[i];
    if (is_null) row[i / 8] = static_cast<char>(static_cast<uint8_t>(row[i / 8]) | (1U << (i % 8)));
    if (is_there) convert_field(i, fields_[source], row.data(), long_bytes);
  }
  long_bytes.resize((long_bytes.size() + 7) & ~size_t{7}, '\0');
  RecordHeader header = record;
  int64_t written_ms = from_.written_ms(payload);
  out.clear();
  out.append(sizeof header, '\0');
  if (to_.has_ttl()) out.append(reinterpret_cast<const char*>(&written_ms), 8);
  out += row;
  out += long_bytes;
  header.bytes = static_cast<uint32_t>(out.size());
  std::memcpy(out.data(), &header, sizeof header);
}

}  // namespace sluice::runtime
