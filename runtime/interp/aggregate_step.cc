#include "runtime/interp/aggregate_step.h"

#include <cstring>

#include "base/row_kind.h"
#include "runtime/abi/accumulators.h"
#include "runtime/interp/aggregate_numbers.h"

namespace sluice::runtime::interp {
namespace {

template <class T>
T load(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}
template <class T>
void store(uint8_t* at, T value) {
  std::memcpy(at, &value, sizeof(T));
}

bool takes_back(const int8_t* kinds, uint32_t row) { return kinds != nullptr && (kinds[row] & 1) != 0; }

// The rows of a call: those that its filter lets through and whose argument is not NULL.
struct CallInput {
  int64_t filter = -1;
  int64_t argument = -1;  // -1: none is looked at.

  template <class F>
  void each(const AggregateRows& in, F&& f) const {
    const ColumnView* filters = filter < 0 ? nullptr : &in.rows.columns[filter];
    const uint64_t* validity = argument < 0 ? nullptr : in.rows.columns[argument].validity;
    if (filters == nullptr && validity == nullptr) return each_row(in.rows.selection, in.rows.count, f);
    each_row(in.rows.selection, in.rows.count, [&](uint32_t i, uint32_t row) {
      if (!is_valid(validity, row)) return;
      if (filters != nullptr &&
          (static_cast<const uint8_t*>(filters->values)[row] == 0 || !is_valid(filters->validity, row))) {
        return;
      }
      f(i, row);
    });
  }
};

CallInput input_of(const AggregateCall& call) {
  return {call.filter, call.arguments.empty() ? -1 : static_cast<int64_t>(call.arguments[0])};
}

class CountStep final : public AggregateStep {
 public:
  CountStep(const AggregateCall& call, std::vector<StoredField> accumulators) : input_(input_of(call)) {
    accumulators_ = std::move(accumulators);
  }
  void init(uint8_t* const* slots, uint32_t count) const noexcept override {
    for (uint32_t i = 0; i < count; ++i) store<int64_t>(slots[i] + accumulators_[0].offset, 0);
  }
  void add(const AggregateRows& in) const noexcept override {
    uint32_t offset = accumulators_[0].offset;
    input_.each(in, [&](uint32_t i, uint32_t row) {
      uint8_t* at = in.slots[i] + offset;
      store(at, load<int64_t>(at) + (takes_back(in.kinds, row) ? -1 : 1));
    });
  }
  void merge(const AggregateRows& in) const noexcept override {
    auto* counts = static_cast<const int64_t*>(in.rows.columns[accumulators_[0].column].values);
    uint32_t offset = accumulators_[0].offset;
    each_row(in.rows.selection, in.rows.count, [&](uint32_t i, uint32_t row) {
      uint8_t* at = in.slots[i] + offset;
      store(at, load<int64_t>(at) + counts[row]);
    });
  }
  void result(const AggregateReads& in, MutableColumn* out) const noexcept override {
    load_field(accumulators_[0], in.context, in.slots, in.count, in.positions, out);
  }

 private:
  CallInput input_;
};

// SUM, $SUM0 and AVG keep a sum; A is the argument's form, S the sum's.
template <class A, class S>
class SumStep final : public AggregateStep {
 public:
  enum class Kind : uint8_t { Sum, SumWithRetract, Sum0, Average };

  SumStep(Kind kind, const AggregateCall& call, std::vector<StoredField> accumulators)
      : kind_(kind), input_(input_of(call)), result_(call.result) {
    accumulators_ = std::move(accumulators);
    has_count_ = kind == Kind::SumWithRetract || kind == Kind::Average;
    starts_null_ = kind == Kind::Sum || kind == Kind::SumWithRetract;
    // Of AVG over DECIMAL: how many digits the result has behind those of the sum.
    more_digits_ = call.result.scale() - accumulators_[0].type.scale();
  }

  void init(uint8_t* const* slots, uint32_t count) const noexcept override {
    for (uint32_t i = 0; i < count; ++i) {
      store<S>(slots[i] + sum().offset, S{});
      sum().set_null(slots[i], starts_null_);
      if (has_count_) store<int64_t>(slots[i] + accumulators_[1].offset, 0);
    }
  }
  void add(const AggregateRows& in) const noexcept override {
    auto* values = static_cast<const A*>(in.rows.columns[input_.argument].values);
    input_.each(in, [&](uint32_t i, uint32_t row) {
      bool back = takes_back(in.kinds, row);
      add_sum(in.slots[i], static_cast<S>(values[row]), back);
      if (has_count_) add_count(in.slots[i], back ? -1 : 1);
    });
  }
  void merge(const AggregateRows& in) const noexcept override {
    const ColumnView& sums = in.rows.columns[sum().column];
    each_row(in.rows.selection, in.rows.count, [&](uint32_t i, uint32_t row) {
      if (is_valid(sums.validity, row)) add_sum(in.slots[i], static_cast<const S*>(sums.values)[row], false);
    });
    if (!has_count_) return;
    auto* counts = static_cast<const int64_t*>(in.rows.columns[accumulators_[1].column].values);
    each_row(in.rows.selection, in.rows.count, [&](uint32_t i, uint32_t row) { add_count(in.slots[i], counts[row]); });
  }
  void result(const AggregateReads& in, MutableColumn* out) const noexcept override {
    for (uint32_t i = 0; i < in.count; ++i) {
      const uint8_t* slot = in.slots[i];
      S value = load<S>(slot + sum().offset);
      bool valid = !sum().is_null(slot);
      if (has_count_) {
        auto count = load<int64_t>(slot + accumulators_[1].offset);
        valid = valid && count != 0;
        if (valid && kind_ == Kind::Average) valid = average(value, count);
      }
      write(*out, in.positions[i], value, valid);
    }
  }

 private:
  const StoredField& sum() const { return accumulators_[0]; }

  void add_sum(uint8_t* slot, S value, bool negative) const {
    if (!starts_null_ && sum().is_null(slot)) return;  // AVG and $SUM0 stay NULL once they have overflown.
    S total = load<S>(slot + sum().offset);            // 0 while it is NULL.
    bool fits = add_number(total, value, negative);
    store(slot + sum().offset, total);
    sum().set_null(slot, !fits);
  }
  void add_count(uint8_t* slot, int64_t delta) const {
    uint8_t* at = slot + accumulators_[1].offset;
    store(at, load<int64_t>(at) + delta);
  }
  // False when the average has too many digits.
  bool average(S& value, int64_t count) const {
    if constexpr (sizeof(S) == 16) {
      auto quotient = average_decimal(value, count, more_digits_);
      value = quotient.value_or(0);
      return quotient.has_value();
    } else {
      value = value / static_cast<S>(count);
      return true;
    }
  }
  void write(MutableColumn& out, uint32_t row, S value, bool valid) const {
    if (!valid) value = S{};
    switch (result_.physical()) {
      case Physical::Int8:
        static_cast<int8_t*>(out.values)[row] = static_cast<int8_t>(value);
        break;
      case Physical::Int16:
        static_cast<int16_t*>(out.values)[row] = static_cast<int16_t>(value);
        break;
      case Physical::Int32:
        static_cast<int32_t*>(out.values)[row] = static_cast<int32_t>(value);
        break;
      case Physical::Int64:
        static_cast<int64_t*>(out.values)[row] = static_cast<int64_t>(value);
        break;
      case Physical::Float32:
        static_cast<float*>(out.values)[row] = static_cast<float>(value);
        break;
      case Physical::Float64:
        static_cast<double*>(out.values)[row] = static_cast<double>(value);
        break;
      default:
        static_cast<Int128*>(out.values)[row] = static_cast<Int128>(value);
    }
    if (out.validity != nullptr) set_valid(out.validity, row, valid);
  }

  Kind kind_;
  CallInput input_;
  Type result_;
  bool has_count_ = false;
  bool starts_null_ = false;
  int more_digits_ = 0;
};

// MIN and MAX. A first value stays while the next ones do not beat it, so NaN, which beats nothing and is beaten by
// nothing, stays too when it came first.
template <class T>
class ExtremeStep final : public AggregateStep {
 public:
  ExtremeStep(bool largest, const AggregateCall& call, std::vector<StoredField> accumulators)
      : largest_(largest), input_(input_of(call)) {
    accumulators_ = std::move(accumulators);
  }
  void init(uint8_t* const* slots, uint32_t count) const noexcept override {
    for (uint32_t i = 0; i < count; ++i) {
      store<T>(slots[i] + value().offset, T{});
      value().set_null(slots[i], true);
    }
  }
  void add(const AggregateRows& in) const noexcept override {
    auto* values = static_cast<const T*>(in.rows.columns[input_.argument].values);
    input_.each(in, [&](uint32_t i, uint32_t row) { offer(in.slots[i], values[row], in.heap); });
  }
  void merge(const AggregateRows& in) const noexcept override {
    const ColumnView& column = in.rows.columns[value().column];
    auto* values = static_cast<const T*>(column.values);
    each_row(in.rows.selection, in.rows.count, [&](uint32_t i, uint32_t row) {
      if (is_valid(column.validity, row)) offer(in.slots[i], values[row], in.heap);
    });
  }
  void result(const AggregateReads& in, MutableColumn* out) const noexcept override {
    load_field(value(), in.context, in.slots, in.count, in.positions, out);
  }

 private:
  const StoredField& value() const { return accumulators_[0]; }

  void offer(uint8_t* slot, const T& candidate, StateHeap* heap) const {
    bool empty = value().is_null(slot);
    T best = load<T>(slot + value().offset);
    if (!empty && !(largest_ ? candidate > best : candidate < best)) return;
    if constexpr (std::is_same_v<T, StringView>) {
      store_string(value(), slot, candidate, heap);
    } else {
      store(slot + value().offset, candidate);
    }
    value().set_null(slot, false);
  }

  bool largest_;
  CallInput input_;
};

using Made = Result<std::unique_ptr<AggregateStep>>;

template <class A, class S>
Made make_sum(const AggregateCall& call, std::vector<StoredField> accumulators) {
  using Step = SumStep<A, S>;
  using Kind = typename Step::Kind;
  Kind kind = call.function == "AVG"     ? Kind::Average
              : call.function == "$SUM0" ? Kind::Sum0
              : call.retracts            ? Kind::SumWithRetract
                                         : Kind::Sum;
  return Made(std::make_unique<Step>(kind, call, std::move(accumulators)));
}

Failure unsupported(const AggregateCall& call) {
  return fail(ErrorCode::NotSupportedYet, "{} over {} is not supported yet", call.function,
              call.argument_types.empty() ? "nothing" : call.argument_types[0].to_string());
}

template <class A>
Made make_sum_into(const AggregateCall& call, std::vector<StoredField> accumulators) {
  switch (accumulators[0].type.physical()) {
    case Physical::Int8:
      return make_sum<A, int8_t>(call, std::move(accumulators));
    case Physical::Int16:
      return make_sum<A, int16_t>(call, std::move(accumulators));
    case Physical::Int32:
      return make_sum<A, int32_t>(call, std::move(accumulators));
    case Physical::Int64:
      return make_sum<A, int64_t>(call, std::move(accumulators));
    case Physical::Int128:
      return make_sum<A, Int128>(call, std::move(accumulators));
    case Physical::Float32:
      return make_sum<A, float>(call, std::move(accumulators));
    case Physical::Float64:
      return make_sum<A, double>(call, std::move(accumulators));
    default:
      return unsupported(call);
  }
}

Made make_sum_of(const AggregateCall& call, std::vector<StoredField> accumulators) {
  switch (call.argument_types[0].physical()) {
    case Physical::Int8:
      return make_sum_into<int8_t>(call, std::move(accumulators));
    case Physical::Int16:
      return make_sum_into<int16_t>(call, std::move(accumulators));
    case Physical::Int32:
      return make_sum_into<int32_t>(call, std::move(accumulators));
    case Physical::Int64:
      return make_sum_into<int64_t>(call, std::move(accumulators));
    case Physical::Int128:
      return make_sum_into<Int128>(call, std::move(accumulators));
    case Physical::Float32:
      return make_sum_into<float>(call, std::move(accumulators));
    case Physical::Float64:
      return make_sum_into<double>(call, std::move(accumulators));
    default:
      return unsupported(call);
  }
}

template <class T>
Made make_extreme(const AggregateCall& call, std::vector<StoredField> accumulators) {
  return Made(std::make_unique<ExtremeStep<T>>(call.function == "MAX", call, std::move(accumulators)));
}

Made make_extreme_of(const AggregateCall& call, std::vector<StoredField> accumulators) {
  switch (accumulators[0].type.physical()) {
    case Physical::Bool:
      return make_extreme<uint8_t>(call, std::move(accumulators));
    case Physical::Int8:
      return make_extreme<int8_t>(call, std::move(accumulators));
    case Physical::Int16:
      return make_extreme<int16_t>(call, std::move(accumulators));
    case Physical::Int32:
      return make_extreme<int32_t>(call, std::move(accumulators));
    case Physical::Int64:
      return make_extreme<int64_t>(call, std::move(accumulators));
    case Physical::Int128:
      return make_extreme<Int128>(call, std::move(accumulators));
    case Physical::Float32:
      return make_extreme<float>(call, std::move(accumulators));
    case Physical::Float64:
      return make_extreme<double>(call, std::move(accumulators));
    case Physical::TimestampNs:
      return make_extreme<TimestampNs>(call, std::move(accumulators));
    case Physical::String:
      return make_extreme<StringView>(call, std::move(accumulators));
    default:
      return unsupported(call);
  }
}

}  // namespace

Result<std::unique_ptr<AggregateStep>> make_step(const AggSpec& spec, size_t index) {
  const AggregateCall& call = spec.calls[index];
  std::vector<StoredField> accumulators;
  auto count = static_cast<uint32_t>(accumulator_types(call).size());
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t column = index < spec.merge_columns.size() ? spec.merge_columns[index] + i : 0;
    accumulators.push_back(stored_field(spec.layout, spec.fields[index] + i, column));
  }
  if (call.function == "COUNT") return Made(std::make_unique<CountStep>(call, std::move(accumulators)));
  if (call.function == "MIN" || call.function == "MAX") return make_extreme_of(call, std::move(accumulators));
  if (call.function == "SUM" || call.function == "$SUM0" || call.function == "AVG") {
    return make_sum_of(call, std::move(accumulators));
  }
  return unsupported(call);
}

}  // namespace sluice::runtime::interp
