#include "catalog/expr/interpreter.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "base/check.h"
#include "catalog/functions/function_table.h"
#include "catalog/types/owned_column.h"

namespace sluice {
namespace {

constexpr uint32_t kWords = kBatchRowsMax / 64;

// The rows being computed; null rows: 0..count.
struct Selection {
  const uint32_t* rows = nullptr;
  uint32_t count = 0;
  uint32_t at(uint32_t i) const { return rows != nullptr ? rows[i] : i; }
};

struct Vector {
  const ColumnView* column = nullptr;
  uint32_t mask = ~0U;  // 0 for a constant.
  bool is_valid_at(uint32_t row) const { return is_valid(column->validity, row & mask); }
};

struct Node {
  const Expr* expr = nullptr;
  std::vector<uint32_t> args;  // Nodes.
  std::unique_ptr<CallSite> call;
  std::unique_ptr<OwnedColumn> constant;
  ColumnView constant_view;
};

// What one evaluation needs per node. Reused from batch to batch.
struct NodeScratch {
  std::unique_ptr<OwnedColumn> values;
  ColumnView view;
  std::vector<uint64_t> validity = std::vector<uint64_t>(kWords);
  std::vector<uint32_t> rows = std::vector<uint32_t>(kBatchRowsMax);
  std::vector<uint32_t> other_rows = std::vector<uint32_t>(kBatchRowsMax);
  std::vector<Vector> arg_vectors;
  std::vector<EvalArg> args;
};
using Scratch = std::vector<NodeScratch>;

}  // namespace

struct Program::Impl {
  std::vector<Expr> exprs;
  std::vector<Node> nodes;
  std::vector<uint32_t> roots;

  mutable std::mutex mutex;
  mutable std::vector<std::unique_ptr<Scratch>> free_scratch;

  Result<uint32_t> add(const Expr& expr, const RowSchema& schema);
  Status add_call(Node& node) const;
  std::unique_ptr<Scratch> take_scratch() const;
  void give_back(std::unique_ptr<Scratch> scratch) const;
};

Result<uint32_t> Program::Impl::add(const Expr& expr, const RowSchema& schema) {
  Node node;
  node.expr = &expr;
  for (const Expr& arg : expr.args) {
    SLUICE_TRY(uint32_t index, add(arg, schema));
    node.args.push_back(index);
  }
  if (auto* column = expr.as<ColumnRef>()) {
    SLUICE_CHECK(column->index < schema.size());
  } else if (auto* literal = expr.as<Literal>()) {
    node.constant = std::make_unique<OwnedColumn>(expr.type, 1);
    node.constant->set(0, literal->value);
    node.constant_view = node.constant->view(1, literal->value.is_null());
  } else if (expr.as<Call>() != nullptr) {
    SLUICE_DO(add_call(node));
  }
  nodes.push_back(std::move(node));
  return static_cast<uint32_t>(nodes.size() - 1);
}

Status Program::Impl::add_call(Node& node) const {
  const Expr& expr = *node.expr;
  const Call& call = *expr.as<Call>();
  const Overload* overload = call.overload != nullptr ? call.overload : find_overload(call, expr.args, expr.type);
  if (overload == nullptr) {
    return fail(ErrorCode::NotSupportedYet, expr.span, "`{}` over these types is not supported yet", call.function);
  }
  std::vector<Type> types;
  std::vector<const Value*> constants;
  for (const Expr& arg : expr.args) {
    types.push_back(arg.type);
    auto* literal = arg.as<Literal>();
    constants.push_back(literal != nullptr ? &literal->value : nullptr);
  }
  node.call = std::make_unique<CallSite>(*overload, PrepareArguments{{types, constants}, expr.type});
  return Done{};
}

std::unique_ptr<Scratch> Program::Impl::take_scratch() const {
  {
    std::lock_guard lock(mutex);
    if (!free_scratch.empty()) {
      auto scratch = std::move(free_scratch.back());
      free_scratch.pop_back();
      return scratch;
    }
  }
  auto scratch = std::make_unique<Scratch>(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    NodeScratch& own = (*scratch)[i];
    own.arg_vectors.resize(node.args.size());
    own.args.resize(node.args.size());
    bool computes = node.expr->as<Call>() != nullptr || node.expr->as<Special>() != nullptr;
    if (computes) own.values = std::make_unique<OwnedColumn>(node.expr->type, kBatchRowsMax);
  }
  return scratch;
}

void Program::Impl::give_back(std::unique_ptr<Scratch> scratch) const {
  std::lock_guard lock(mutex);
  free_scratch.push_back(std::move(scratch));
}

namespace {

const Overload& overload_of(const Expr& expr) {
  const Call& call = *expr.as<Call>();
  return call.overload != nullptr ? *call.overload : *find_overload(call, expr.args, expr.type);
}

// One evaluation of a program. Children of lists grow in the scratch columns, or in the caller's.
class Evaluation {
 public:
  Evaluation(const std::vector<Node>& nodes, Scratch& scratch, KernelContext& context, const ColumnView* columns)
      : nodes_(nodes), scratch_(scratch), context_(context), columns_(columns) {
    caller_grow_ = context.grow;
    caller_grow_context_ = context.grow_context;
    context.grow_context = this;
    context.grow = [](KernelContext* own, MutableColumn* column, uint32_t rows) {
      static_cast<Evaluation*>(own->grow_context)->grow(column, rows);
    };
  }
  ~Evaluation() {
    context_.grow = caller_grow_;
    context_.grow_context = caller_grow_context_;
  }

  // False when a row failed.
  bool evaluate(uint32_t index, Selection selection, Vector& out);
  bool store(uint32_t index, Selection selection, const Vector& vector, MutableColumn& out);

 private:
  bool evaluate_field(const Node& node, NodeScratch& own, Selection selection, Vector& out);
  bool evaluate_call(uint32_t index, Selection selection, Vector& out);
  bool evaluate_logic(uint32_t index, Selection selection, bool is_and, Vector& out);
  bool evaluate_case(uint32_t index, Selection selection, Vector& out);
  bool evaluate_coalesce(uint32_t index, Selection selection, Vector& out);
  bool take(uint32_t index, uint32_t arg, Selection rows);
  const ColumnView* combine_validity(NodeScratch& own);
  void grow(MutableColumn* column, uint32_t rows);
  bool failed_here(uint32_t index) {
    if (context_.error.reason == nullptr) return false;
    context_.error.call_site = index;
    return true;
  }

  const std::vector<Node>& nodes_;
  Scratch& scratch_;
  KernelContext& context_;
  const ColumnView* columns_;
  void (*caller_grow_)(KernelContext*, MutableColumn*, uint32_t) = nullptr;
  void* caller_grow_context_ = nullptr;
};

void Evaluation::grow(MutableColumn* column, uint32_t rows) {
  for (NodeScratch& own : scratch_) {
    if (own.values && own.values->grow(column, rows)) return;
  }
  SLUICE_CHECK(caller_grow_ != nullptr);
  context_.grow_context = caller_grow_context_;
  caller_grow_(&context_, column, rows);
  context_.grow_context = this;
}

bool Evaluation::evaluate(uint32_t index, Selection selection, Vector& out) {
  const Node& node = nodes_[index];
  NodeScratch& own = scratch_[index];
  if (auto* column = node.expr->as<ColumnRef>()) {
    out = {&columns_[column->index], ~0U};
    return true;
  }
  if (node.expr->as<Literal>() != nullptr) {
    out = {&node.constant_view, 0};
    return true;
  }
  if (node.expr->as<FieldRef>() != nullptr) return evaluate_field(node, own, selection, out);
  if (own.values) own.values->clear();
  auto* special = node.expr->as<Special>();
  if (special == nullptr) return evaluate_call(index, selection, out);
  switch (special->form) {
    case Form::And:
    case Form::Or:
      return evaluate_logic(index, selection, special->form == Form::And, out);
    case Form::Case:
      return evaluate_case(index, selection, out);
    case Form::Coalesce:
      return evaluate_coalesce(index, selection, out);
  }
  SLUICE_UNREACHABLE("every form is evaluated");
}

// A field is NULL where its row is or where it is itself.
bool Evaluation::evaluate_field(const Node& node, NodeScratch& own, Selection selection, Vector& out) {
  Vector row;
  if (!evaluate(node.args[0], selection, row)) return false;
  own.view = row.column->children[node.expr->as<FieldRef>()->index];
  if (row.column->validity != nullptr) {
    uint32_t words = row.mask == 0 ? 1 : kWords;
    if (row.mask != 0 && row.column->rows > 0) words = std::min(kWords, validity_words(row.column->rows));
    for (uint32_t i = 0; i < words; ++i) {
      own.validity[i] = row.column->validity[i] & (own.view.validity != nullptr ? own.view.validity[i] : ~uint64_t{0});
    }
    own.view.validity = own.validity.data();
  }
  out = {&own.view, row.mask};
  return true;
}

// Validity of a strict call from its arguments: all ones, or the conjunction. Null when no argument can be NULL.
const ColumnView* Evaluation::combine_validity(NodeScratch& own) {
  bool any = false;
  uint64_t* out = own.validity.data();
  for (const Vector& arg : own.arg_vectors) {
    if (arg.column->validity == nullptr) continue;
    if (!any) std::fill_n(out, kWords, ~uint64_t{0});
    any = true;
    if (arg.mask == 0) {
      if (!arg.is_valid_at(0)) std::fill_n(out, kWords, uint64_t{0});
      continue;
    }
    uint32_t words = arg.column->rows > 0 ? std::min(kWords, validity_words(arg.column->rows)) : kWords;
    for (uint32_t i = 0; i < words; ++i) out[i] &= arg.column->validity[i];
  }
  own.view.validity = any ? out : nullptr;
  return &own.view;
}

bool Evaluation::evaluate_call(uint32_t index, Selection selection, Vector& out) {
  const Node& node = nodes_[index];
  NodeScratch& own = scratch_[index];
  const Overload& overload = overload_of(*node.expr);
  for (size_t i = 0; i < node.args.size(); ++i) {
    if (!evaluate(node.args[i], selection, own.arg_vectors[i])) return false;
    own.args[i] = {own.arg_vectors[i].column, own.arg_vectors[i].mask};
  }
  Selection rows = selection;
  MutableColumn& result = own.values->column();
  bool may_be_null = overload.nullable_result || overload.errors_are_null || !overload.strict;
  const uint64_t* validity = overload.strict ? combine_validity(own)->validity : nullptr;
  if (validity != nullptr && !overload.speculatable) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < rows.count; ++i) {
      uint32_t row = rows.at(i);
      own.rows[kept] = row;
      kept += is_valid(validity, row) ? 1 : 0;
    }
    rows = {own.rows.data(), kept};
  }
  if (validity != nullptr) {
    std::memcpy(result.validity, validity, kWords * 8);
  } else {
    std::memset(result.validity, 0xFF, kWords * 8);
  }
  EvalCall call{&node.call->context(),   &context_, own.args.data(), rows.rows, rows.count, &result,
                overload.errors_are_null};
  if (rows.count > 0) overload.eval(call);
  if (failed_here(index)) return false;
  own.view = own.values->view(kBatchRowsMax, validity != nullptr || may_be_null);
  out = {&own.view, ~0U};
  return true;
}

// Three-valued. A row goes on while it is not decided: TRUE or NULL under AND, FALSE or NULL under OR.
bool Evaluation::evaluate_logic(uint32_t index, Selection selection, bool is_and, Vector& out) {
  const Node& node = nodes_[index];
  NodeScratch& own = scratch_[index];
  MutableColumn& result = own.values->column();
  auto* values = static_cast<bool*>(result.values);
  for (uint32_t i = 0; i < selection.count; ++i) {
    values[selection.at(i)] = is_and;
    set_valid(result.validity, selection.at(i), true);
  }
  Selection rest = selection;
  for (uint32_t arg : node.args) {
    Vector vector;
    if (rest.count == 0) break;
    if (!evaluate(arg, rest, vector)) return false;
    const auto* decided = static_cast<const bool*>(vector.column->values);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < rest.count; ++i) {
      uint32_t row = rest.at(i);
      bool valid = vector.is_valid_at(row);
      bool settles = valid && decided[row & vector.mask] != is_and;
      if (settles) values[row] = !is_and;
      if (settles || !valid) set_valid(result.validity, row, settles);
      own.rows[kept] = row;
      kept += settles ? 0 : 1;
    }
    rest = {own.rows.data(), kept};
  }
  own.view = own.values->view(kBatchRowsMax);
  out = {&own.view, ~0U};
  return true;
}

// Evaluates an argument for some rows and copies it into the node's own vector.
bool Evaluation::take(uint32_t index, uint32_t arg, Selection rows) {
  Vector vector;
  if (rows.count == 0) return true;
  if (!evaluate(arg, rows, vector)) return false;
  uint32_t failed = 0;
  return copy_rows(context_, nodes_[index].expr->type, *vector.column, vector.mask, rows.rows, rows.rows, rows.count,
                   scratch_[index].values->column(), failed);
}

bool Evaluation::evaluate_case(uint32_t index, Selection selection, Vector& out) {
  const Node& node = nodes_[index];
  NodeScratch& own = scratch_[index];
  Selection rest = selection;
  for (size_t pair = 0; pair + 1 < node.args.size(); pair += 2) {
    if (rest.count == 0) break;
    Vector condition;
    if (!evaluate(node.args[pair], rest, condition)) return false;
    const auto* holds = static_cast<const bool*>(condition.column->values);
    uint32_t matched = 0, kept = 0;
    for (uint32_t i = 0; i < rest.count; ++i) {
      uint32_t row = rest.at(i);
      bool is_true = condition.is_valid_at(row) && holds[row & condition.mask];
      own.other_rows[matched] = row;
      own.rows[kept] = row;
      matched += is_true ? 1 : 0;
      kept += is_true ? 0 : 1;
    }
    if (!take(index, node.args[pair + 1], {own.other_rows.data(), matched})) return false;
    rest = {own.rows.data(), kept};
  }
  if (!take(index, node.args.back(), rest)) return false;
  own.view = own.values->view(kBatchRowsMax);
  out = {&own.view, ~0U};
  return true;
}

bool Evaluation::evaluate_coalesce(uint32_t index, Selection selection, Vector& out) {
  const Node& node = nodes_[index];
  NodeScratch& own = scratch_[index];
  Selection rest = selection;
  for (uint32_t arg : node.args) {
    if (rest.count == 0) break;
    if (!take(index, arg, rest)) return false;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < rest.count; ++i) {
      uint32_t row = rest.at(i);
      own.rows[kept] = row;
      kept += is_valid(own.values->column().validity, row) ? 0 : 1;
    }
    rest = {own.rows.data(), kept};
  }
  own.view = own.values->view(kBatchRowsMax);
  out = {&own.view, ~0U};
  return true;
}

bool Evaluation::store(uint32_t index, Selection selection, const Vector& vector, MutableColumn& out) {
  uint32_t failed = 0;
  if (copy_rows(context_, nodes_[index].expr->type, *vector.column, vector.mask, selection.rows, nullptr,
                selection.count, out, failed)) {
    return true;
  }
  context_.error = {"the value is NULL, but its type is NOT NULL", 0, selection.at(failed), index};
  return false;
}

}  // namespace

Program::Program() : impl_(std::make_unique<Impl>()) {}
Program::~Program() = default;

Result<std::shared_ptr<const Program>> Program::compile(std::span<const Expr> exprs, const RowSchema& schema) {
  std::shared_ptr<Program> program(new Program());
  Impl& impl = *program->impl_;
  impl.exprs.assign(exprs.begin(), exprs.end());
  for (const Expr& expr : impl.exprs) {
    SLUICE_TRY(uint32_t root, impl.add(expr, schema));
    impl.roots.push_back(root);
  }
  return std::shared_ptr<const Program>(std::move(program));
}

void Program::evaluate(KernelContext& context, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                       MutableColumn* out) const {
  SLUICE_CHECK(count <= kBatchRowsMax);
  auto scratch = impl_->take_scratch();
  {
    Evaluation evaluation(impl_->nodes, *scratch, context, columns);
    Selection rows{selection, count};
    for (size_t i = 0; i < impl_->roots.size(); ++i) {
      Vector vector;
      if (!evaluation.evaluate(impl_->roots[i], rows, vector)) break;
      if (!evaluation.store(impl_->roots[i], rows, vector, out[i])) break;
    }
  }
  impl_->give_back(std::move(scratch));
}

uint32_t Program::filter(KernelContext& context, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                         uint32_t* passed) const {
  SLUICE_CHECK(count <= kBatchRowsMax);
  auto scratch = impl_->take_scratch();
  uint32_t kept = 0;
  {
    Evaluation evaluation(impl_->nodes, *scratch, context, columns);
    Vector vector;
    Selection rows{selection, count};
    if (evaluation.evaluate(impl_->roots[0], rows, vector)) {
      const auto* holds = static_cast<const bool*>(vector.column->values);
      for (uint32_t i = 0; i < count; ++i) {
        uint32_t row = rows.at(i);
        passed[kept] = row;
        kept += vector.is_valid_at(row) && holds[row & vector.mask] ? 1 : 0;
      }
    }
  }
  impl_->give_back(std::move(scratch));
  return kept;
}

const Expr& Program::call_site(uint32_t index) const { return *impl_->nodes[index].expr; }

}  // namespace sluice
