#include "runtime/formats/value_shape.h"

#include <algorithm>

#include "runtime/formats/number_text.h"
#include "runtime/formats/temporal_text.h"

namespace sluice::runtime {
namespace {

// An object with more different members than this, of which most lack in most objects, is a MAP.
constexpr size_t kFieldsMax = 24;

int fraction_digits_of(std::string_view text) {
  size_t point = text.rfind('.');
  if (point == std::string_view::npos) return 0;
  auto digits = text.substr(point + 1);
  return static_cast<int>(digits.find_first_not_of("0123456789") == std::string_view::npos ? digits.size()
                                                                                           : digits.size() - 1);
}

}  // namespace

void ValueShape::add_number(std::string_view text) {
  int64_t value = 0;
  if (read_whole_number(text, INT64_MIN, INT64_MAX, value)) {
    ++integers_;
  } else if (text.find_first_of(".eE") == std::string_view::npos && text.size() <= 38) {
    ++wide_;
  } else {
    ++reals_;
  }
}

void ValueShape::add_text(std::string_view text) {
  ++texts_;
  int32_t number = 0;
  TimestampNs time;
  bool is_instant = text.ends_with('Z');
  std::string_view local = is_instant ? text.substr(0, text.size() - 1) : text;
  forms_[kDate] += read_format_date(text, number) ? 1 : 0;
  forms_[kTime] += read_format_time(text, number) ? 1 : 0;
  bool is_sql = read_format_timestamp(local, TimestampText::Sql, time);
  bool is_iso = !is_sql && read_format_timestamp(local, TimestampText::Iso, time);
  forms_[is_instant ? kSqlInstant : kSqlTimestamp] += is_sql ? 1 : 0;
  forms_[is_instant ? kIsoInstant : kIsoTimestamp] += is_iso ? 1 : 0;
  if (is_sql || is_iso) fraction_digits_ = std::max(fraction_digits_, fraction_digits_of(local));
}

ValueShape& ValueShape::member(std::string_view name) {
  auto found = members_.find(name);
  if (found != members_.end()) return *found->second;
  names_.emplace_back(name);
  return *members_.emplace(name, std::make_unique<ValueShape>()).first->second;
}

ValueShape& ValueShape::element() {
  if (element_ == nullptr) element_ = std::make_unique<ValueShape>();
  return *element_;
}

bool ValueShape::has_iso_timestamps() const {
  if (texts_ > 0 && (forms_[kIsoTimestamp] == texts_ || forms_[kIsoInstant] == texts_)) return true;
  return (element_ && element_->has_iso_timestamps()) ||
         std::ranges::any_of(members_, [](const auto& member) { return member.second->has_iso_timestamps(); });
}

bool ValueShape::has_sql_timestamps() const {
  if (texts_ > 0 && (forms_[kSqlTimestamp] == texts_ || forms_[kSqlInstant] == texts_)) return true;
  return (element_ && element_->has_sql_timestamps()) ||
         std::ranges::any_of(members_, [](const auto& member) { return member.second->has_sql_timestamps(); });
}

Type ValueShape::text_type(bool is_iso) const {
  int digits = fraction_digits_ <= 3 ? 3 : fraction_digits_ <= 6 ? 6 : 9;
  if (forms_[kDate] == texts_) return Type::date();
  if (forms_[kTime] == texts_) return Type::time(0);
  if (forms_[is_iso ? kIsoTimestamp : kSqlTimestamp] == texts_) return Type::timestamp(digits);
  if (forms_[is_iso ? kIsoInstant : kSqlInstant] == texts_) return Type::timestamp_ltz(digits);
  return Type::string();
}

bool ValueShape::is_like_map() const {
  if (members_.size() <= kFieldsMax) return false;
  uint64_t met = 0;
  for (const auto& [name, shape] : members_) met += shape->seen();
  return met * 2 < objects_ * members_.size();
}

// Values of different kinds are texts: a STRING takes anything.
Type ValueShape::type(bool is_iso) const {
  uint64_t all = values();
  if (all == 0) return Type::string();
  if (booleans_ == all) return Type::boolean();
  if (integers_ == all) return Type::bigint();
  if (integers_ + wide_ == all) return Type::decimal(38, 0);
  if (integers_ + wide_ + reals_ == all) return Type::float64();
  if (texts_ == all) return text_type(is_iso);
  if (arrays_ == all) return Type::array(element_ ? element_->type(is_iso) : Type::string());
  if (objects_ != all) return Type::string();
  if (members_.empty()) return Type::map(Type::string(), Type::string());
  if (!is_like_map()) return Type::row(fields(is_iso));
  Type value = members_.begin()->second->type(is_iso);
  for (const auto& [name, shape] : members_) {
    if (!shape->type(is_iso).equals_ignoring_nullability(value)) value = Type::string();
  }
  return Type::map(Type::string(), value);
}

std::vector<RowField> ValueShape::fields(bool is_iso) const {
  std::vector<RowField> fields;
  for (const std::string& name : names_) {
    const ValueShape& shape = *members_.find(name)->second;
    bool is_always_there = shape.nulls_ == 0 && shape.seen() >= objects_;
    fields.push_back({name, shape.type(is_iso).with_nullability(!is_always_there)});
  }
  return fields;
}

}  // namespace sluice::runtime
