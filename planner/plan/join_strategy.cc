#include "planner/plan/join_strategy.h"

#include <algorithm>
#include <optional>

#include "planner/plan/join_keys.h"
#include "planner/plan/window_properties.h"

namespace sluice::planner {

namespace {

enum class Side : uint8_t { Left, Right };

// What one operand of a comparison reads: one time attribute, and nothing else.
struct TimeOperand {
  Side side{};
  TimeRole role = TimeRole::None;
  TypeRoot root{};
};

class TimeConditions {
 public:
  explicit TimeConditions(const Join& join)
      : left_(join.left), right_(join.right), width_(static_cast<uint32_t>(join.left->schema.size())) {}

  bool bound_both_sides(const Expr& condition) {
    for (const Expr& part : operands_of_and(condition)) note(part);
    if (equalities_ == 1) return lower_ + upper_ == 0;
    return equalities_ == 0 && lower_ == 1 && upper_ == 1;
  }

  bool mixes_types() const { return mixes_types_; }

 private:
  void note(const Expr& part) {
    bool less = part.is_call("<") || part.is_call("<=");
    bool greater = part.is_call(">") || part.is_call(">=");
    if (!less && !greater && !part.is_call("=")) return;
    auto one = operand(part.args[0]);
    auto other = operand(part.args[1]);
    if (!one || !other || one->side == other->side || one->role != other->role) return;
    mixes_types_ |= one->root != other->root;
    if (part.is_call("=")) {
      ++equalities_;
    } else {
      bool is_lower = greater == (one->side == Side::Left);  // left >= right - ..
      ++(is_lower ? lower_ : upper_);
    }
  }

  std::optional<TimeOperand> operand(const Expr& expr) const {
    std::optional<TimeOperand> found;
    if (!collect(expr, found)) return {};
    return found;
  }

  // False where anything but one time attribute is read.
  bool collect(const Expr& expr, std::optional<TimeOperand>& found) const {
    if (auto* reference = expr.as<ColumnRef>()) {
      bool is_left = reference->index < width_;
      TimeRole role = is_left ? left_->times[reference->index] : right_->times[reference->index - width_];
      if (found || role == TimeRole::None) return false;
      found = TimeOperand{is_left ? Side::Left : Side::Right, role, expr.type.root()};
      return true;
    }
    return std::ranges::all_of(expr.args, [&](const Expr& arg) { return collect(arg, found); });
  }

  const Plan& left_;
  const Plan& right_;
  uint32_t width_;
  int equalities_ = 0, lower_ = 0, upper_ = 0;
  bool mixes_types_ = false;
};

// Both bounds of one window are equal on both sides.
bool is_in_one_window(const Join& join) {
  WindowProperties left = window_properties_of(join.left);
  WindowProperties right = window_properties_of(join.right);
  if (!left.window || left.window != right.window) return false;
  JoinKeys keys = join_keys_of(join);
  bool starts = false, ends = false;
  for (size_t i = 0; i < keys.left.size(); ++i) {
    starts |= left.starts.contains(keys.left[i]) && right.starts.contains(keys.right[i]);
    ends |= left.ends.contains(keys.left[i]) && right.ends.contains(keys.right[i]);
  }
  return starts && ends;
}

}  // namespace

Plan make_join(Join join) {
  bool keeps_strategy = join.strategy == JoinStrategy::Temporal || join.strategy == JoinStrategy::Lookup;
  if (!keeps_strategy) {
    bool joins_rows = join.type != JoinType::Semi && join.type != JoinType::Anti && !join.condition.empty();
    bool is_bounded = joins_rows && TimeConditions(join).bound_both_sides(join.condition[0]);
    join.strategy = is_bounded               ? JoinStrategy::Interval
                    : is_in_one_window(join) ? JoinStrategy::Window
                                             : JoinStrategy::Regular;
  }
  return make(std::move(join));
}

bool mixes_row_times(const Join& join) {
  if (join.strategy != JoinStrategy::Interval) return false;
  TimeConditions times(join);
  times.bound_both_sides(join.condition[0]);
  return times.mixes_types();
}

}  // namespace sluice::planner
