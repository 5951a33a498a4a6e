#include "runtime/formats/json/row_reader.h"

#include <algorithm>

#include "runtime/formats/json/text.h"
#include "runtime/formats/utf8_text.h"

namespace sluice::runtime::json {
namespace {

constexpr size_t kExpectedKeysMax = 256;
constexpr size_t kShownBytesMax = 100;

std::string shown(std::string_view text) {
  return text.size() <= kShownBytesMax ? std::string(text) : std::string(text.substr(0, kShownBytesMax)) + "...";
}

// Whether the key at `at` is the one that stood here before. 32 bytes may be read.
bool is_expected(const ExpectedKey& key, const char* at) {
  __m256i there = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  __m256i known = _mm256_load_si256(reinterpret_cast<const __m256i*>(key.bytes.data()));
  auto equal = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(there, known)));
  return static_cast<uint32_t>(std::countr_one(equal)) >= key.size;
}

void learn_key(ObjectPlan& plan, size_t index, std::string_view written, int32_t field) {
  if (index >= kExpectedKeysMax || written.size() > 32) return;
  while (plan.expected.size() <= index) plan.expected.push_back({{}, 33, -1});  // Equal to nothing.
  ExpectedKey& key = plan.expected[index];
  std::ranges::copy(written, key.bytes.begin());
  key.size = static_cast<uint32_t>(written.size());
  key.field = field;
}

}  // namespace

bool RowReader::read_row(MutableColumn* columns, uint32_t row, KernelContext& context) {
  context_ = &context;
  return read_members(plan_, columns, row, 1);
}

bool RowReader::fail_with(DecodeFault fault, std::string reason) {
  error_ = {fault, std::move(reason)};
  return false;
}

bool RowReader::fail_broken() {
  return fail_with(DecodeFault::NotWellFormed,
                   fmt::format("the message is not well-formed JSON at byte {}", cursor.at - begin_));
}

RowReader::Got RowReader::wrong(std::string_view text, const Type& type) {
  if (!rules_.wrong_is_null) {
    fail_with(DecodeFault::WrongValue, fmt::format("`{}` is no {}", shown(text), type.as_nullable().to_string()));
  }
  return Got::Wrong;
}

// ---- Objects

// Flink's reader stops when it has met as many declared keys as there are columns; what follows is stepped over. Its
// tree reader takes the last of equal keys.
bool RowReader::read_members(ObjectPlan& plan, MutableColumn* columns, uint32_t row, uint32_t depth) {
  ++plan.generation;
  size_t matched = 0, distinct = 0;
  const size_t matched_max = rules_.scalars.is_tree ? SIZE_MAX : plan.fields.size();
  if (cursor.take('}')) return finish_object(plan, columns, row, 0, 0);
  for (size_t index = 0;; ++index) {
    bool good = true;
    FieldPlan* field = take_key(plan, index, good);
    if (!good) return fail_broken();
    if (field == nullptr || matched >= matched_max) {
      if (!step_over(depth)) return fail_broken();
    } else {
      ++matched;
      if (field->seen != plan.generation) ++distinct;
      field->seen = plan.generation;
      cursor.skip_blank();
      bool is_object = *cursor.at == '{';
      if (!read_field(*field, columns, row, depth)) return false;
      if (is_object && was_wrong_ && rules_.wrong_object_ends_row) matched = matched_max;
    }
    if (*cursor.at == ',') {
      ++cursor.at;
    } else if (!cursor.take(',')) {
      break;
    }
  }
  if (!cursor.take('}')) return fail_broken();
  return finish_object(plan, columns, row, matched, distinct);
}

bool RowReader::finish_object(ObjectPlan& plan, MutableColumn* columns, uint32_t row, size_t matched, size_t distinct) {
  const size_t declared = plan.fields.size();
  if (distinct == declared) return true;
  bool must_be_there = rules_.fail_on_missing && (matched < declared || rules_.scalars.is_tree);
  for (const FieldPlan& field : plan.fields) {
    if (field.seen == plan.generation) continue;
    if (must_be_there) {
      return fail_with(DecodeFault::MissingField, fmt::format("field `{}` is missing", field.name));
    }
    for (const ValuePlan& value : field.values) {
      if (store_nothing(value, columns, row)) continue;
      return fail_with(DecodeFault::NullValue,
                       fmt::format("field `{}` is missing, and its column is NOT NULL", field.name));
    }
  }
  return true;
}

// Steps over key and colon.
FieldPlan* RowReader::take_key(ObjectPlan& plan, size_t index, bool& good) {
  if (*cursor.at != '"') cursor.skip_blank();
  if (index >= plan.expected.size() || !is_expected(plan.expected[index], cursor.at)) {
    return take_unexpected_key(plan, index, good);
  }
  const ExpectedKey& key = plan.expected[index];
  cursor.at += key.size;
  return key.field >= 0 ? &plan.fields[static_cast<size_t>(key.field)] : nullptr;
}

FieldPlan* RowReader::take_unexpected_key(ObjectPlan& plan, size_t index, bool& good) {
  StringToken token;
  good = cursor.take('"') && cursor.take_string(token);
  if (!good) return nullptr;
  std::string_view name = token.text;
  if (token.has_escape || (token.has_high && !is_utf8(token.text))) {
    good = resolve_string(token.text, key_);
    name = key_;
  }
  const char* behind_key = cursor.at;
  good = good && cursor.take(':');
  if (!good) return nullptr;
  auto found = plan.by_name.find(name);
  bool is_known = found != plan.by_name.end();
  if (cursor.at == behind_key + 1) {
    std::string_view written(token.text.data() - 1, token.text.size() + 3);
    learn_key(plan, index, written, is_known ? static_cast<int32_t>(found->second) : -1);
  }
  return is_known ? &plan.fields[found->second] : nullptr;
}

bool RowReader::read_field(FieldPlan& field, MutableColumn* columns, uint32_t row, uint32_t depth) {
  was_wrong_ = false;
  if (field.values.empty()) return step_over(depth) || fail_broken();
  const char* begin = cursor.at;
  for (ValuePlan& value : field.values) {
    cursor.at = begin;
    if (read_member(value, columns, row, depth)) continue;
    if (error_.fault != DecodeFault::NotWellFormed) {
      error_.reason = fmt::format("field `{}`: {}", field.name, error_.reason);
    }
    return false;
  }
  return true;
}

bool RowReader::read_member(ValuePlan& plan, MutableColumn* columns, uint32_t row, uint32_t depth) {
  Got got = read_value(plan, columns, row, depth);
  was_wrong_ = got == Got::Wrong;
  if (got == Got::Value) return true;
  if (got == Got::Failed || (got == Got::Wrong && !rules_.wrong_is_null)) return false;
  if (got == Got::Wrong) ++fields_nulled_;
  if (store_nothing(plan, columns, row)) return true;
  return fail_with(DecodeFault::NullValue, "it is NULL, and its column is NOT NULL");
}

bool RowReader::store_nothing(const ValuePlan& plan, MutableColumn* columns, uint32_t row) {
  if (plan.kind != ValuePlan::Kind::ProjectedRow) return store_null(plan.type, columns[plan.column], row);
  for (const FlatColumn& flat : plan.flat) {
    MutableColumn& column = columns[flat.column];
    if (column.validity == nullptr) return false;
    set_valid(column.validity, row, false);
    std::memset(static_cast<char*>(column.values) + size_t{row} * flat.width, 0, flat.width);
  }
  if (!plan.flat.empty()) return true;
  for (const FieldPlan& field : plan.object->fields) {
    for (const ValuePlan& value : field.values) {
      if (!store_nothing(value, columns, row)) return false;
    }
  }
  return true;
}

// ---- Values

RowReader::Got RowReader::read_value(ValuePlan& plan, MutableColumn* columns, uint32_t row, uint32_t depth) {
  char c = *cursor.at;
  if (c == ' ' || c == '\n' || c == '\r' || c == '\t') cursor.skip_blank();
  switch (plan.kind) {
    case ValuePlan::Kind::Integer:
      return read_integer(plan, columns[plan.column], row, depth);
    case ValuePlan::Kind::Text:
      return read_text(plan, columns[plan.column], row, depth);
    case ValuePlan::Kind::Timestamp:
      return read_timestamp(plan, columns[plan.column], row, depth);
    case ValuePlan::Kind::Scalar:
      return read_scalar(plan, columns[plan.column], row, depth);
    case ValuePlan::Kind::Row:
    case ValuePlan::Kind::ProjectedRow:
      return read_row_value(plan, columns, row, depth);
    case ValuePlan::Kind::Array:
      return read_array(plan, columns[plan.column], row, depth);
    case ValuePlan::Kind::Map:
      return read_map(plan, columns[plan.column], row, depth);
  }
  return Got::Failed;
}

RowReader::Got RowReader::read_integer(ValuePlan& plan, MutableColumn& column, uint32_t row, uint32_t depth) {
  const char* begin = cursor.at;
  bool is_negative = *begin == '-';
  uint64_t magnitude = 0;
  uint32_t digits = 0;
  const char* first = begin + (is_negative ? 1 : 0);
  bool is_plain = read_digits(first, magnitude, digits) && (*first != '0' || digits == 1);
  char behind = first[digits];
  if (is_plain && Cursor::is_end_of_token(behind)) {
    int64_t value = is_negative ? -static_cast<int64_t>(magnitude) : static_cast<int64_t>(magnitude);
    IntegerRange range = range_of(plan.type);
    if (value >= range.least && value <= range.greatest) {
      cursor.at = first + digits;
      store_integer(plan.type, column, row, value);
      return Got::Value;
    }
  }
  return read_scalar(plan, column, row, depth);
}

RowReader::Got RowReader::read_text(ValuePlan& plan, MutableColumn& column, uint32_t row, uint32_t depth) {
  if (*cursor.at != '"') return read_scalar(plan, column, row, depth);
  ++cursor.at;
  StringToken token;
  std::string_view text;
  if (!cursor.take_string(token) || !string_text(token, text)) return fail_broken(), Got::Failed;
  store_text(text, column, row, *context_);
  return Got::Value;
}

RowReader::Got RowReader::read_timestamp(ValuePlan& plan, MutableColumn& column, uint32_t row, uint32_t depth) {
  if (*cursor.at != '"') return read_scalar(plan, column, row, depth);
  ++cursor.at;
  StringToken token;
  std::string_view text;
  if (!cursor.take_string(token) || !string_text(token, text)) return fail_broken(), Got::Failed;
  if (!store_timestamp_text(text, plan.type, rules_.scalars.timestamps, column, row)) return wrong(text, plan.type);
  return Got::Value;
}

RowReader::Got RowReader::read_scalar(ValuePlan& plan, MutableColumn& column, uint32_t row, uint32_t depth) {
  Token token;
  bool is_null = false;
  if (!take_token(token, is_null, depth)) return fail_broken(), Got::Failed;
  if (is_null) return Got::Null;
  if (token.kind == Token::Kind::Container && plan.type.is_character()) {
    container_ = canonical_text(token.text);
    token.text = container_;
  }
  switch (store_token(token, plan.type, rules_.scalars, column, row, *context_)) {
    case Stored::Value:
      return Got::Value;
    case Stored::Null:
      return Got::Null;
    case Stored::Wrong:
      return wrong(token.text, plan.type);
  }
  return Got::Failed;
}

bool RowReader::take_token(Token& token, bool& is_null, uint32_t depth) {
  const char* begin = cursor.at;
  switch (*begin) {
    case '"': {
      ++cursor.at;
      StringToken string;
      token.kind = Token::Kind::String;
      return cursor.take_string(string) && string_text(string, token.text);
    }
    case '{':
    case '[':
      token.kind = Token::Kind::Container;
      if (!step_over(depth)) return false;
      token.text = {begin, static_cast<size_t>(cursor.at - begin)};
      return true;
    case 't':
      token = {Token::Kind::True, "true"};
      return cursor.take_word("true");
    case 'f':
      token = {Token::Kind::False, "false"};
      return cursor.take_word("false");
    case 'n':
      is_null = true;
      return cursor.take_word("null");
    default:
      token.kind = Token::Kind::Number;
      return cursor.take_number(token.text);
  }
}

bool RowReader::string_text(const StringToken& token, std::string_view& out) {
  out = token.text;
  if (!token.has_escape && (!token.has_high || is_utf8(token.text))) return true;
  if (!resolve_string(token.text, resolved_)) return false;
  out = resolved_;
  return true;
}

// ---- What is not read

bool RowReader::is_good_string(const StringToken& token) {
  return !token.has_high || is_utf8(token.text) || resolve_string(token.text, resolved_);
}

bool RowReader::step_over(uint32_t depth) {
  char c = *cursor.at;
  if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
    cursor.skip_blank();
    c = *cursor.at;
  }
  StringToken token;
  std::string_view number;
  switch (c) {
    case '"':
      ++cursor.at;
      return cursor.take_string(token) && is_good_string(token);
    case '{':
    case '[':
      if (depth >= kDepthMax) return false;
      ++cursor.at;
      return step_over_members(c == '{' ? '}' : ']', depth + 1);
    case 't':
      return cursor.take_word("true");
    case 'f':
      return cursor.take_word("false");
    case 'n':
      return cursor.take_word("null");
    default:
      return cursor.take_number(number);
  }
}

bool RowReader::step_over_members(char close, uint32_t depth) {
  if (cursor.take(close)) return true;
  do {
    if (close == '}') {
      StringToken key;
      if (!cursor.take('"') || !cursor.take_string(key) || !is_good_string(key) || !cursor.take(':')) return false;
    }
    if (!step_over(depth)) return false;
  } while (cursor.take(','));
  return cursor.take(close);
}

}  // namespace sluice::runtime::json
