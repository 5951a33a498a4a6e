#include "runtime/interp/aggregate_step.h"

#include "base/check.h"
#include "catalog/functions/aggregate_decl.h"
#include "catalog/functions/aggregate_steps.h"
#include "runtime/interp/call_input.h"
#include "runtime/interp/concat_step.h"

namespace sluice::runtime::interp {
namespace {

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
  SumStep(AccumulatorKind kind, const AggregateCall& call, std::vector<StoredField> accumulators)
      : kind_(kind), input_(input_of(call)), result_(call.result) {
    accumulators_ = std::move(accumulators);
    has_count_ = accumulators_.size() == 2;
  }

  void init(uint8_t* const* slots, uint32_t count) const noexcept override {
    for (uint32_t i = 0; i < count; ++i) {
      write_sum(slots[i], {S{}, kind_ == AccumulatorKind::Sum});
      if (has_count_) store<int64_t>(slots[i] + accumulators_[1].offset, 0);
    }
  }
  void add(const AggregateRows& in) const noexcept override {
    auto* values = static_cast<const A*>(in.rows.columns[input_.argument].values);
    input_.each(in, [&](uint32_t i, uint32_t row) {
      auto value = static_cast<S>(values[row]);
      Nullable<S> total = read_sum(in.slots[i]);
      bool back = takes_back(in.kinds, row);
      if (kind_ == AccumulatorKind::Sum) {
        aggregate::sum_add(total, value);
      } else {
        total = back ? aggregate::minus(total, value) : aggregate::plus(total, value);
      }
      write_sum(in.slots[i], total);
      if (has_count_) add_count(in.slots[i], back ? -1 : 1);
    });
  }
  void merge(const AggregateRows& in) const noexcept override {
    const ColumnView& sums = in.rows.columns[sum().column];
    auto* counts = has_count_ ? static_cast<const int64_t*>(in.rows.columns[accumulators_[1].column].values) : nullptr;
    each_row(in.rows.selection, in.rows.count, [&](uint32_t i, uint32_t row) {
      Nullable<S> other = {static_cast<const S*>(sums.values)[row], !is_valid(sums.validity, row)};
      Nullable<S> total = read_sum(in.slots[i]);
      if (kind_ == AccumulatorKind::Sum) {
        if (!other.is_null) aggregate::sum_add(total, other.value);
      } else {
        total = other.is_null ? other : aggregate::plus(total, other.value);
      }
      write_sum(in.slots[i], total);
      if (has_count_) add_count(in.slots[i], counts[row]);
    });
  }
  void result(const AggregateReads& in, MutableColumn* out) const noexcept override {
    if (kind_ != AccumulatorKind::Average) {
      for (uint32_t i = 0; i < in.count; ++i) {
        Nullable<S> total = read_sum(in.slots[i]);
        if (has_count_) total = aggregate::sum_result(total, count_of(in.slots[i]));
        write_result(*out, in.positions[i], total);
      }
      return;
    }
    if constexpr (sizeof(S) == 16) {
      for (uint32_t i = 0; i < in.count; ++i) {
        write_result(*out, in.positions[i],
                     aggregate::average_result_decimal(read_sum(in.slots[i]), count_of(in.slots[i]), sum().type.scale(),
                                                       result_.scale()));
      }
    } else {
      for (uint32_t i = 0; i < in.count; ++i) {
        write_result(*out, in.positions[i], aggregate::average_result<A>(read_sum(in.slots[i]), count_of(in.slots[i])));
      }
    }
  }

 private:
  const StoredField& sum() const { return accumulators_[0]; }

  Nullable<S> read_sum(const uint8_t* slot) const {
    return {load<S>(slot + sum().offset), sum().type.nullable() && sum().is_null(slot)};
  }
  void write_sum(uint8_t* slot, const Nullable<S>& total) const {
    store(slot + sum().offset, total.is_null ? S{} : total.value);
    if (sum().type.nullable()) sum().set_null(slot, total.is_null);
  }
  int64_t count_of(const uint8_t* slot) const { return load<int64_t>(slot + accumulators_[1].offset); }
  void add_count(uint8_t* slot, int64_t delta) const { store(slot + accumulators_[1].offset, count_of(slot) + delta); }
  template <class R>
  static void write_result(MutableColumn& out, uint32_t row, const Nullable<R>& value) {
    static_cast<R*>(out.values)[row] = value.is_null ? R{} : value.value;
    if (out.validity != nullptr) set_valid(out.validity, row, !value.is_null);
  }

  AccumulatorKind kind_;
  CallInput input_;
  Type result_;
  bool has_count_ = false;
};

// MIN, MAX, FIRST_VALUE and LAST_VALUE. A first value of MIN and MAX stays while the next ones do not beat it, so NaN,
// which beats nothing and is beaten by nothing, stays too when it came first.
template <class T>
class ExtremeStep final : public AggregateStep {
 public:
  ExtremeStep(AccumulatorKind kind, const AggregateCall& call, std::vector<StoredField> accumulators)
      : kind_(kind), input_(input_of(call)) {
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
    if (!empty && !replaces(candidate, best)) return;
    if constexpr (std::is_same_v<T, StringView>) {
      store_string(value(), slot, candidate, heap);
    } else {
      store(slot + value().offset, candidate);
    }
    value().set_null(slot, false);
  }

  bool replaces(const T& candidate, const T& best) const {
    if (kind_ == AccumulatorKind::Max) return candidate > best;
    return kind_ == AccumulatorKind::Min ? candidate < best : kind_ == AccumulatorKind::Last;
  }

  AccumulatorKind kind_;
  CallInput input_;
};

using Made = Result<std::unique_ptr<AggregateStep>>;

template <class A, class S>
Made make_sum(AccumulatorKind kind, const AggregateCall& call, std::vector<StoredField> accumulators) {
  return Made(std::make_unique<SumStep<A, S>>(kind, call, std::move(accumulators)));
}

Failure unsupported(const AggregateCall& call) {
  return fail(ErrorCode::NotSupportedYet, "`{}` over {} is not supported yet", call.function,
              call.argument_types.empty() ? "nothing" : call.argument_types[0].to_string());
}

// Integers add up in their own type or (AVG) in BIGINT, FLOAT in its own or in DOUBLE, DECIMAL in 128 bits.
Made make_sum_of(AccumulatorKind kind, const AggregateCall& call, std::vector<StoredField> accumulators) {
  Physical sum = accumulators[0].type.physical();
  switch (call.argument_types[0].physical()) {
    case Physical::Int8:
      if (sum == Physical::Int8) return make_sum<int8_t, int8_t>(kind, call, std::move(accumulators));
      return make_sum<int8_t, int64_t>(kind, call, std::move(accumulators));
    case Physical::Int16:
      if (sum == Physical::Int16) return make_sum<int16_t, int16_t>(kind, call, std::move(accumulators));
      return make_sum<int16_t, int64_t>(kind, call, std::move(accumulators));
    case Physical::Int32:
      if (sum == Physical::Int32) return make_sum<int32_t, int32_t>(kind, call, std::move(accumulators));
      return make_sum<int32_t, int64_t>(kind, call, std::move(accumulators));
    case Physical::Int64:
      if (sum == Physical::Int128) return make_sum<int64_t, Int128>(kind, call, std::move(accumulators));
      return make_sum<int64_t, int64_t>(kind, call, std::move(accumulators));
    case Physical::Int128:
      return make_sum<Int128, Int128>(kind, call, std::move(accumulators));
    case Physical::Float32:
      if (sum == Physical::Float32) return make_sum<float, float>(kind, call, std::move(accumulators));
      return make_sum<float, double>(kind, call, std::move(accumulators));
    case Physical::Float64:
      return make_sum<double, double>(kind, call, std::move(accumulators));
    default:
      return unsupported(call);
  }
}

template <class T>
Made make_extreme(AccumulatorKind kind, const AggregateCall& call, std::vector<StoredField> accumulators) {
  return Made(std::make_unique<ExtremeStep<T>>(kind, call, std::move(accumulators)));
}

Made make_extreme_of(AccumulatorKind kind, const AggregateCall& call, std::vector<StoredField> accumulators) {
  switch (accumulators[0].type.physical()) {
    case Physical::Bool:
      return make_extreme<uint8_t>(kind, call, std::move(accumulators));
    case Physical::Int8:
      return make_extreme<int8_t>(kind, call, std::move(accumulators));
    case Physical::Int16:
      return make_extreme<int16_t>(kind, call, std::move(accumulators));
    case Physical::Int32:
      return make_extreme<int32_t>(kind, call, std::move(accumulators));
    case Physical::Int64:
      return make_extreme<int64_t>(kind, call, std::move(accumulators));
    case Physical::Int128:
      return make_extreme<Int128>(kind, call, std::move(accumulators));
    case Physical::Float32:
      return make_extreme<float>(kind, call, std::move(accumulators));
    case Physical::Float64:
      return make_extreme<double>(kind, call, std::move(accumulators));
    case Physical::TimestampNs:
      return make_extreme<TimestampNs>(kind, call, std::move(accumulators));
    case Physical::String:
      return make_extreme<StringView>(kind, call, std::move(accumulators));
    default:
      return unsupported(call);
  }
}

}  // namespace

Result<std::unique_ptr<AggregateStep>> make_step(const AggSpec& spec, size_t index) {
  const AggregateCall& call = spec.calls[index];
  const AggregateDecl* decl = find_aggregate(call.function);
  if (decl == nullptr) return unsupported(call);
  SLUICE_TRY(AggregateShape shape, aggregate_shape(*decl, call.argument_types, call.distinct, call.retracts));

  std::vector<StoredField> accumulators;
  for (uint32_t i = 0; i < shape.fields.size(); ++i) {
    uint32_t column = index < spec.merge_columns.size() ? spec.merge_columns[index] + i : 0;
    accumulators.push_back(stored_field(spec.layout, spec.fields[index] + i, column));
  }
  switch (shape.kind) {
    case AccumulatorKind::Count:
      return Made(std::make_unique<CountStep>(call, std::move(accumulators)));
    case AccumulatorKind::Min:
    case AccumulatorKind::Max:
    case AccumulatorKind::First:
    case AccumulatorKind::Last:
      return make_extreme_of(shape.kind, call, std::move(accumulators));
    case AccumulatorKind::Concat:
      return make_concat_step(call, std::move(accumulators));
    case AccumulatorKind::Sum:
    case AccumulatorKind::SumRetract:
    case AccumulatorKind::Sum0:
    case AccumulatorKind::Average:
      return make_sum_of(shape.kind, call, std::move(accumulators));
    case AccumulatorKind::MinRetract:
    case AccumulatorKind::MaxRetract:
    case AccumulatorKind::NotYet:
      return unsupported(call);  // Operators keep the values of these in a table beside the row.
  }
  SLUICE_UNREACHABLE("the kinds of accumulators are all handled");
}

}  // namespace sluice::runtime::interp
