#include "runtime/connectors/datagen/value_generator.h"

#include <cmath>
#include <limits>

#include "base/check.h"

namespace sluice::runtime::datagen {
namespace {

constexpr int64_t kDefaultLength = 100;  // Of strings.
constexpr int64_t kDefaultElements = 3;  // Of collections.
constexpr int64_t kDayMs = 86'400'000;

struct IntegerRange {
  int64_t min = 0, max = 0;
};

IntegerRange range_of(TypeRoot root) {
  switch (root) {
    case TypeRoot::TinyInt:
      return {INT8_MIN, INT8_MAX};
    case TypeRoot::SmallInt:
      return {INT16_MIN, INT16_MAX};
    case TypeRoot::Int:
      return {INT32_MIN, INT32_MAX};
    default:
      return {INT64_MIN, INT64_MAX};
  }
}

class IntegerGenerator final : public ValueGenerator {
 public:
  explicit IntegerGenerator(IntegerRange range) : range_(range) {}
  Value make(uint64_t, SplitMix& random, int64_t) const override {
    uint64_t span = static_cast<uint64_t>(range_.max) - static_cast<uint64_t>(range_.min) + 1;
    uint64_t offset = span == 0 ? random.next() : random.below_wide(span);
    return {static_cast<int64_t>(static_cast<uint64_t>(range_.min) + offset)};
  }

 private:
  IntegerRange range_;
};

class SequenceGenerator final : public ValueGenerator {
 public:
  SequenceGenerator(Type type, IntegerRange range) : type_(std::move(type)), range_(range) {}
  Value make(uint64_t row, SplitMix&, int64_t) const override {
    int64_t value = static_cast<int64_t>(static_cast<uint64_t>(range_.min) + row);
    switch (type_.physical()) {
      case Physical::String:
        return {std::to_string(value)};
      case Physical::Float32:
        return {static_cast<float>(value)};
      case Physical::Float64:
        return {static_cast<double>(value)};
      case Physical::Int128:
        return {Int128{value}};
      default:
        return {value};
    }
  }
  uint64_t rows_max() const override {
    return static_cast<uint64_t>(range_.max) - static_cast<uint64_t>(range_.min) + 1;
  }

 private:
  Type type_;
  IntegerRange range_;
};

class FloatGenerator final : public ValueGenerator {
 public:
  FloatGenerator(bool is_double, double min, double max) : is_double_(is_double), min_(min), max_(max) {}
  Value make(uint64_t, SplitMix& random, int64_t) const override {
    double unit = random.unit();
    double value = min_ * (1 - unit) + max_ * unit;  // The difference of the bounds may be infinite.
    if (is_double_) return {value};
    return {static_cast<float>(value)};
  }

 private:
  bool is_double_;
  double min_, max_;
};

class DecimalGenerator final : public ValueGenerator {
 public:
  DecimalGenerator(Type type, double min, double max) : type_(std::move(type)), min_(min), max_(max) {}
  Value make(uint64_t, SplitMix& random, int64_t) const override {
    double unscaled = (min_ + (max_ - min_) * random.unit()) * std::pow(10.0, type_.scale());
    double bound = std::pow(10.0, type_.precision()) - 1;
    unscaled = std::fmax(-bound, std::fmin(bound, std::trunc(unscaled)));
    if (type_.physical() == Physical::Int64) return {static_cast<int64_t>(unscaled)};
    return {static_cast<Int128>(unscaled)};
  }

 private:
  Type type_;
  double min_, max_;
};

class StringGenerator final : public ValueGenerator {
 public:
  StringGenerator(int64_t length, bool varies, bool is_text) : length_(length), varies_(varies), is_text_(is_text) {}
  Value make(uint64_t, SplitMix& random, int64_t) const override {
    static constexpr char kDigits[] = "0123456789abcdef";
    auto length = static_cast<size_t>(length_);
    if (varies_ && length > 1) length = 1 + random.below_wide(length - 1);
    std::string text(length, '\0');
    for (char& c : text) c = is_text_ ? kDigits[random.below_wide(16)] : static_cast<char>(random.below_wide(256));
    return {std::move(text)};
  }

 private:
  int64_t length_;
  bool varies_, is_text_;
};

class BooleanGenerator final : public ValueGenerator {
 public:
  Value make(uint64_t, SplitMix& random, int64_t) const override { return {random.below_wide(2) == 1}; }
};

// Dates, times and timestamps: the clock, less a random part of `max-past`.
class TimeGenerator final : public ValueGenerator {
 public:
  TimeGenerator(Type type, int64_t past_ms) : type_(std::move(type)), past_ms_(past_ms) {}
  Value make(uint64_t, SplitMix& random, int64_t now_ms) const override {
    int64_t time =
        now_ms - (past_ms_ > 0 ? static_cast<int64_t>(random.below_wide(static_cast<uint64_t>(past_ms_))) : 0);
    if (type_.is(TypeRoot::Date)) return {time / kDayMs};
    if (type_.is(TypeRoot::Time)) return {static_cast<int64_t>(random.below_wide(kDayMs))};
    if (type_.precision() <= 3) return {time};
    if (type_.precision() <= 6) return {time * 1000};
    return {TimestampNs{time, 0, 0}};
  }

 private:
  Type type_;
  int64_t past_ms_;
};

class CollectionGenerator final : public ValueGenerator {
 public:
  CollectionGenerator(Type type, int64_t length, std::vector<std::unique_ptr<ValueGenerator>> children)
      : type_(std::move(type)), length_(length), children_(std::move(children)) {}
  Value make(uint64_t row, SplitMix& random, int64_t now_ms) const override {
    if (type_.physical() == Physical::Map) {
      ValueMap entries;
      for (int64_t i = 0; i < length_; ++i) {
        Value key = children_[0]->make(row, random, now_ms);
        Value value = type_.is(TypeRoot::Map) ? children_[1]->make(row, random, now_ms) : Value{int64_t{1}};
        entries.emplace_back(std::move(key), std::move(value));
      }
      return Value::map(std::move(entries));
    }
    ValueList values;
    if (type_.is(TypeRoot::Row)) {
      for (const auto& child : children_) values.push_back(child->make(row, random, now_ms));
    } else {
      for (int64_t i = 0; i < length_; ++i) values.push_back(children_[0]->make(row, random, now_ms));
    }
    return Value::list(std::move(values));
  }

 private:
  Type type_;
  int64_t length_;
  std::vector<std::unique_ptr<ValueGenerator>> children_;
};

class NullingGenerator final : public ValueGenerator {
 public:
  NullingGenerator(std::unique_ptr<ValueGenerator> inner, double rate) : inner_(std::move(inner)), rate_(rate) {}
  Value make(uint64_t row, SplitMix& random, int64_t now_ms) const override {
    bool is_null = random.unit() < rate_;
    Value value = inner_->make(row, random, now_ms);
    return is_null ? Value::null() : value;
  }
  uint64_t rows_max() const override { return inner_->rows_max(); }

 private:
  std::unique_ptr<ValueGenerator> inner_;
  double rate_;
};

// Reads an option that may be absent; `value` then keeps its default.
template <class T>
Status read(const std::string& column, const char* key, const std::string& text, T& value) {
  if (text.empty() || parse_option(text, value)) return Done{};
  return fail(ErrorCode::BadOptionValue, "option `fields.{}.{}` cannot be `{}`", column, key, text);
}

Result<std::unique_ptr<ValueGenerator>> make_sequence(const std::string& column, const Type& type,
                                                      const DatagenFieldOptions& options) {
  if (options.start.empty() || options.end.empty()) {
    return fail(ErrorCode::MissingOption, "a sequence needs `fields.{0}.start` and `fields.{0}.end`", column);
  }
  if (!type.is_numeric() && !type.is_character()) {
    return fail(ErrorCode::BadOptionValue, "column `{}` of type {} cannot be a sequence", column, type.to_string());
  }
  IntegerRange range;
  SLUICE_DO(read(column, "start", options.start, range.min));
  SLUICE_DO(read(column, "end", options.end, range.max));
  if (range.min > range.max) {
    return fail(ErrorCode::BadOptionValue, "`fields.{0}.start` is behind `fields.{0}.end`", column);
  }
  return std::unique_ptr<ValueGenerator>(std::make_unique<SequenceGenerator>(type, range));
}

Result<std::unique_ptr<ValueGenerator>> make_number(const std::string& column, const Type& type,
                                                    const DatagenFieldOptions& options) {
  if (type.is_integer()) {
    IntegerRange range = range_of(type.root());
    SLUICE_DO(read(column, "min", options.min, range.min));
    SLUICE_DO(read(column, "max", options.max, range.max));
    if (range.min > range.max) {
      return fail(ErrorCode::BadOptionValue, "`fields.{0}.min` is above `fields.{0}.max`", column);
    }
    return std::unique_ptr<ValueGenerator>(std::make_unique<IntegerGenerator>(range));
  }
  bool is_decimal = type.is(TypeRoot::Decimal);
  double bound = is_decimal                 ? std::pow(10.0, type.precision() - type.scale())
                 : type.is(TypeRoot::Float) ? double{std::numeric_limits<float>::max()}
                                            : std::numeric_limits<double>::max();
  double min = -bound, max = bound;
  SLUICE_DO(read(column, "min", options.min, min));
  SLUICE_DO(read(column, "max", options.max, max));
  if (min > max) return fail(ErrorCode::BadOptionValue, "`fields.{0}.min` is above `fields.{0}.max`", column);
  if (is_decimal) return std::unique_ptr<ValueGenerator>(std::make_unique<DecimalGenerator>(type, min, max));
  return std::unique_ptr<ValueGenerator>(std::make_unique<FloatGenerator>(type.is(TypeRoot::Double), min, max));
}

Result<std::unique_ptr<ValueGenerator>> make_random(const std::string& column, const Type& type,
                                                    const DatagenFieldOptions& options) {
  if (type.is_numeric()) return make_number(column, type, options);
  if (type.is(TypeRoot::Boolean)) return std::unique_ptr<ValueGenerator>(std::make_unique<BooleanGenerator>());
  if (type.is_character() || type.is_binary_string()) {
    int64_t declared = type.length() == Type::kLengthMax ? kDefaultLength : type.length();
    int64_t length = options.length >= 0 ? options.length : declared;
    if (length > type.length()) {
      return fail(ErrorCode::BadOptionValue, "`fields.{}.length` is {}, more than {} holds", column, length,
                  type.to_string());
    }
    return std::unique_ptr<ValueGenerator>(
        std::make_unique<StringGenerator>(length, options.var_len, type.is_character()));
  }
  if (type.is_temporal()) {
    return std::unique_ptr<ValueGenerator>(std::make_unique<TimeGenerator>(type, options.max_past.count()));
  }
  if (type.is_interval()) {
    IntegerRange range = type.is(TypeRoot::IntervalYearMonth) ? IntegerRange{0, 120'000} : IntegerRange{0, INT64_MAX};
    return std::unique_ptr<ValueGenerator>(std::make_unique<IntegerGenerator>(range));
  }
  if (type.child_count() == 0) {
    return fail(ErrorCode::NotSupportedYet, "datagen cannot make column `{}` of type {} yet", column, type.to_string());
  }
  std::vector<std::unique_ptr<ValueGenerator>> children;
  for (const RowField& field : type.fields()) {
    SLUICE_TRY(auto child, make_random(column + "." + field.name, field.type, {}));
    children.push_back(std::move(child));
  }
  int64_t length = options.length >= 0 ? options.length : kDefaultElements;
  return std::unique_ptr<ValueGenerator>(std::make_unique<CollectionGenerator>(type, length, std::move(children)));
}

}  // namespace

Result<std::unique_ptr<ValueGenerator>> make_generator(const std::string& column, const Type& type,
                                                       const DatagenFieldOptions& options) {
  if (options.kind == DatagenKind::Sequence) return make_sequence(column, type, options);
  SLUICE_TRY(auto generator, make_random(column, type, options));
  if (options.null_rate <= 0 || !type.nullable()) return generator;
  return std::unique_ptr<ValueGenerator>(std::make_unique<NullingGenerator>(std::move(generator), options.null_rate));
}

}  // namespace sluice::runtime::datagen
