#pragma once
// Reads one JSON object into a row of columns, following a plan. What the plan does not read is stepped over, and
// checked.
#include <string>

#include "runtime/formats/json/cursor.h"
#include "runtime/formats/json/plan.h"
#include "runtime/formats/json/scalar.h"

namespace sluice::runtime::json {

struct ReadRules {
  ScalarRules scalars;
  bool fail_on_missing = false;
  bool wrong_is_null = false;  // At every level: fields, elements, values of maps.
  // As Flink's reader does where errors are ignored: an object that is wrong ends the row, the columns behind are NULL.
  bool wrong_object_ends_row = false;
};

class RowReader {
 public:
  RowReader(ObjectPlan plan, ReadRules rules) : plan_(std::move(plan)), rules_(rules) {}

  // The text that is read next, with kPadding zero bytes behind it.
  void begin(const char* text, size_t size) {
    cursor = Cursor(text, text + size);
    begin_ = text;
  }
  // Reads an object behind its opening brace. False: `error` says why.
  bool read_row(MutableColumn* columns, uint32_t row, KernelContext& context);
  bool skip_value() { return step_over(1) || fail_broken(); }
  // Notes that the text is not well-formed at the cursor; returns false.
  bool fail_broken();
  bool fail_with(DecodeFault fault, std::string reason);
  const DecodeError& error() const { return error_; }
  uint64_t fields_nulled() const { return fields_nulled_; }

  Cursor cursor;

 private:
  // Wrong: the value is none of the type, and the cursor behind it. Failed: the message is given up, see `error_`.
  enum class Got : uint8_t { Value, Null, Wrong, Failed };

  bool read_members(ObjectPlan& plan, MutableColumn* columns, uint32_t row, uint32_t depth);
  // A declared field, or null. `good` is false when there is no key.
  FieldPlan* take_key(ObjectPlan& plan, size_t index, bool& good);
  FieldPlan* take_unexpected_key(ObjectPlan& plan, size_t index, bool& good);
  bool read_field(FieldPlan& field, MutableColumn* columns, uint32_t row, uint32_t depth);
  bool finish_object(ObjectPlan& plan, MutableColumn* columns, uint32_t row, size_t matched, size_t distinct);
  // Reads a value, and writes NULL where there is none.
  bool read_member(ValuePlan& plan, MutableColumn* columns, uint32_t row, uint32_t depth);
  bool store_nothing(const ValuePlan& plan, MutableColumn* columns, uint32_t row);

  Got read_value(ValuePlan& plan, MutableColumn* columns, uint32_t row, uint32_t depth);
  Got read_integer(ValuePlan& plan, MutableColumn& column, uint32_t row, uint32_t depth);
  Got read_text(ValuePlan& plan, MutableColumn& column, uint32_t row, uint32_t depth);
  Got read_timestamp(ValuePlan& plan, MutableColumn& column, uint32_t row, uint32_t depth);
  Got read_scalar(ValuePlan& plan, MutableColumn& column, uint32_t row, uint32_t depth);
  Got read_row_value(ValuePlan& plan, MutableColumn* columns, uint32_t row, uint32_t depth);
  Got read_array(ValuePlan& plan, MutableColumn& column, uint32_t row, uint32_t depth);
  Got read_map(ValuePlan& plan, MutableColumn& column, uint32_t row, uint32_t depth);
  bool read_entry(ValuePlan& plan, MutableColumn& column, class MapKeys& keys, uint32_t depth);
  // What stands where a container was wanted.
  Got read_other(const Type& type, uint32_t depth);
  bool take_token(Token& token, bool& is_null, uint32_t depth);
  bool string_text(const StringToken& token, std::string_view& out);
  uint32_t grow(MutableColumn& column);

  bool step_over(uint32_t depth);
  bool step_over_members(char close, uint32_t depth);
  bool is_good_string(const StringToken& token);

  Got wrong(std::string_view text, const Type& type);

  ObjectPlan plan_;
  ReadRules rules_;
  KernelContext* context_ = nullptr;
  const char* begin_ = nullptr;
  std::string resolved_, container_, key_;
  DecodeError error_;
  uint64_t fields_nulled_ = 0;
  bool was_wrong_ = false;  // The value that was read last.
};

}  // namespace sluice::runtime::json
