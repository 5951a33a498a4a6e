#include "tools/conformance/made_up_rows.h"

#include <algorithm>
#include <charconv>
#include <regex>
#include <set>

#include "catalog/types/value_text.h"

namespace sluice::conformance {
namespace {

constexpr int64_t kFirstMs = 1'767'225'600'000;  // 2026-01-01
constexpr int64_t kStepMs = 700;

class Maker {
 public:
  Maker(const Literals& literals, std::mt19937_64& random) : literals_(literals), random_(random) {}

  Value value(const Type& type, size_t row) {
    bool is_time = type.is(TypeRoot::Timestamp) || type.is(TypeRoot::TimestampLtz);
    if (type.nullable() && !is_time && !type.is(TypeRoot::Row) && random_() % 16 == 0) return Value::null();
    switch (type.root()) {
      case TypeRoot::Row: {
        ValueList fields;
        for (size_t i = 0; i < type.child_count(); ++i) fields.push_back(value(type.child(i), row));
        return Value::list(std::move(fields));
      }
      case TypeRoot::Timestamp:
      case TypeRoot::TimestampLtz: {
        auto step = static_cast<int64_t>(row) * kStepMs + static_cast<int64_t>(random_() % kStepMs);
        return timestamp_value({kFirstMs + step}, type);
      }
      case TypeRoot::Boolean:
        return {random_() % 2 == 0};
      case TypeRoot::Decimal:
        return decimal_value(number(), type);
      case TypeRoot::Float:
        return {static_cast<float>(number())};
      case TypeRoot::Double:
        return {static_cast<double>(number())};
      case TypeRoot::VarChar:
        return {text()};
      default:
        return type.is_integer() || type.is(TypeRoot::Date) || type.is(TypeRoot::Time) ? Value{number()}
                                                                                       : Value::null();
    }
  }

 private:
  int64_t number() {
    bool is_small = literals_.numbers.empty() || random_() % 2 == 0;
    if (is_small) return static_cast<int64_t>(random_() % 5);
    int64_t one = literals_.numbers[random_() % literals_.numbers.size()];
    int64_t other = literals_.numbers[random_() % literals_.numbers.size()];
    // Beside what is written there, or between it, so that comparisons go both ways.
    if (random_() % 2 == 0 || other <= one) return one + static_cast<int64_t>(random_() % 3) - 1;
    return one + static_cast<int64_t>(random_() % static_cast<uint64_t>(other - one));
  }

  std::string text() {
    static constexpr const char* kTexts[] = {"a", "b", "c", "https://example.org/x/y/z?q=1&channel_id=2"};
    bool is_own = literals_.texts.empty() || random_() % 2 == 0;
    return is_own ? kTexts[random_() % std::size(kTexts)] : literals_.texts[random_() % literals_.texts.size()];
  }

  const Literals& literals_;
  std::mt19937_64& random_;
};

bool is_key(const Table& table, const std::string& name) {
  if (!table.primary_key) return false;
  const std::vector<uint32_t>& key = table.primary_key->columns;
  return std::ranges::any_of(key, [&](uint32_t column) { return table.columns[column].name == name; });
}

}  // namespace

Literals literals_of(const std::string& sql) {
  static const std::regex kLiteral("'([^']*)'|\\b([0-9]+)\\b");
  Literals literals;
  for (std::sregex_iterator at(sql.begin(), sql.end(), kLiteral), end; at != end; ++at) {
    std::string text = (*at)[1].str(), digits = (*at)[2].str();
    int64_t number = 0;
    if (!text.empty()) literals.texts.push_back(std::move(text));
    bool is_number = std::from_chars(digits.data(), digits.data() + digits.size(), number).ec == std::errc();
    if (is_number && number < 1'000'000'000) literals.numbers.push_back(number);
  }
  return literals;
}

std::vector<runtime::TableChange> made_up_rows(const Table& table, const Literals& literals, size_t count,
                                               std::mt19937_64& random) {
  Maker maker(literals, random);
  RowSchema columns = table.scan_schema();
  std::set<std::string> keys;
  std::vector<runtime::TableChange> rows;
  for (size_t i = 0; i < count; ++i) {
    runtime::TableChange change;
    std::string key;
    for (const RowField& column : columns) {
      change.row.push_back(maker.value(column.type, i));
      if (is_key(table, column.name)) key += changelog_text(change.row.back(), column.type) + '\x1f';
    }
    if (!table.primary_key || keys.insert(key).second) rows.push_back(std::move(change));
  }
  return rows;
}

}  // namespace sluice::conformance
