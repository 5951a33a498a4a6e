#pragma once
// What values of one place in messages had in common so far.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/types/type.h"

namespace sluice::runtime {

class ValueShape {
 public:
  void add_null() { ++nulls_; }
  void add_boolean() { ++booleans_; }
  // A number as it is written.
  void add_number(std::string_view text);
  void add_text(std::string_view text);
  // An object begins; its members are added to what `member` gives.
  void add_object() { ++objects_; }
  ValueShape& member(std::string_view name);
  void add_array() { ++arrays_; }
  ValueShape& element();

  uint64_t seen() const { return nulls_ + values(); }
  bool has_iso_timestamps() const;
  bool has_sql_timestamps() const;
  // The narrowest type that holds all of them; timestamps are TIMESTAMPs only in the form that the table has.
  Type type(bool is_iso) const;
  std::vector<RowField> fields(bool is_iso) const;

 private:
  // Texts by what they could be.
  enum Form : uint8_t { kDate, kTime, kSqlTimestamp, kSqlInstant, kIsoTimestamp, kIsoInstant, kForms };
  uint64_t values() const { return booleans_ + integers_ + wide_ + reals_ + texts_ + objects_ + arrays_; }
  Type text_type(bool is_iso) const;
  bool is_like_map() const;

  uint64_t nulls_ = 0, booleans_ = 0, integers_ = 0, wide_ = 0, reals_ = 0, texts_ = 0, objects_ = 0, arrays_ = 0;
  uint64_t forms_[kForms] = {};
  int fraction_digits_ = 0;  // Most, of timestamps.
  std::vector<std::string> names_;
  std::map<std::string, std::unique_ptr<ValueShape>, std::less<>> members_;
  std::unique_ptr<ValueShape> element_;
};

}  // namespace sluice::runtime
