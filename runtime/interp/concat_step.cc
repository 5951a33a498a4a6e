#include "runtime/interp/concat_step.h"

#include "runtime/interp/call_input.h"

namespace sluice::runtime::interp {
namespace {

// The texts so far and, for whoever merges them, what stands between them.
class ConcatStep final : public AggregateStep {
 public:
  ConcatStep(const AggregateCall& call, std::vector<StoredField> accumulators) : input_(input_of(call)) {
    accumulators_ = std::move(accumulators);
  }
  void init(uint8_t* const* slots, uint32_t count) const noexcept override {
    for (uint32_t i = 0; i < count; ++i) {
      for (const StoredField& field : accumulators_) {
        store(slots[i] + field.offset, StringView());
        field.set_null(slots[i], true);
      }
    }
  }
  void add(const AggregateRows& in) const noexcept override {
    auto* texts = static_cast<const StringView*>(in.rows.columns[input_.argument].values);
    const StringView* separators = nullptr;
    if (!input_.more_arguments.empty()) {
      separators = static_cast<const StringView*>(in.rows.columns[input_.more_arguments[0]].values);
    }
    std::string buffer;
    input_.each(in, [&](uint32_t i, uint32_t row) {
      append(in.slots[i], separators == nullptr ? StringView(",") : separators[row], texts[row], in.heap, buffer);
    });
  }
  void merge(const AggregateRows& in) const noexcept override {
    const ColumnView& texts = in.rows.columns[text().column];
    auto* separators = static_cast<const StringView*>(in.rows.columns[separator().column].values);
    auto* values = static_cast<const StringView*>(texts.values);
    std::string buffer;
    each_row(in.rows.selection, in.rows.count, [&](uint32_t i, uint32_t row) {
      if (is_valid(texts.validity, row)) append(in.slots[i], separators[row], values[row], in.heap, buffer);
    });
  }
  void result(const AggregateReads& in, MutableColumn* out) const noexcept override {
    load_field(text(), in.context, in.slots, in.count, in.positions, out);
  }

 private:
  const StoredField& separator() const { return accumulators_[0]; }
  const StoredField& text() const { return accumulators_[1]; }

  void append(uint8_t* slot, const StringView& between, const StringView& more, StateHeap* heap,
              std::string& buffer) const {
    if (text().is_null(slot)) {
      store_string(separator(), slot, between, heap);
      store_string(text(), slot, more, heap);
      separator().set_null(slot, false);
      return text().set_null(slot, false);
    }
    // A copy: what the slot holds goes with the old text.
    auto old = load<StringView>(slot + text().offset);
    buffer.assign(old.view());
    buffer.append(between.view()).append(more.view());
    store_string(text(), slot, StringView(buffer), heap);
  }

  CallInput input_;
};

}  // namespace

std::unique_ptr<AggregateStep> make_concat_step(const AggregateCall& call, std::vector<StoredField> accumulators) {
  return std::make_unique<ConcatStep>(call, std::move(accumulators));
}

}  // namespace sluice::runtime::interp
