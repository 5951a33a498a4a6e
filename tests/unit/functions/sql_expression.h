#pragma once
// SQL text of one expression, bound over some columns and run on the interpreter: for tests of functions.
#include <memory>
#include <string>
#include <vector>

#include "catalog/expr/interpreter.h"
#include "catalog/types/column_value.h"
#include "catalog/types/owned_column.h"
#include "catalog/types/time_zone.h"
#include "grammar/ast/query.h"
#include "grammar/parser.h"
#include "planner/bind/bind_type.h"
#include "planner/bind/expr_binder.h"
#include "planner/rules/expressions.h"

namespace sluice::tests {

inline Type parse_type(const std::string& text) {
  SourceText source("type", text);
  Diagnostics diagnostics;
  planner::BindSession session{&source, &diagnostics};
  ast::TypePtr type = grammar::parse_type(source, diagnostics);
  return type ? planner::bind_type(*type, session) : Type::invalid();
}

// One outcome of one row.
struct Outcome {
  Value value;
  std::string error;  // Empty: `value` holds.
};

class SqlExpression {
 public:
  SqlExpression(const std::string& sql, RowSchema columns, const std::string& zone = "UTC", std::string table = "t")
      : columns_(std::move(columns)), table_(std::move(table)), zone_(zone) {
    session_.time_zone = zone_.c_str();
    session_.zone = TimeZone::find(zone);
    SourceText source("expression", sql);
    Diagnostics diagnostics;
    planner::BindSession session{&source, &diagnostics};
    ast::ExprPtr parsed = grammar::parse_expression(source, diagnostics);
    if (parsed) bind(*parsed, session);
    if (!diagnostics.ok()) {
      error_ = diagnostics.errors()[0].message;
      refused_ = diagnostics.errors()[0].code == ErrorCode::NotSupportedYet ||
                 diagnostics.errors()[0].code == ErrorCode::UnknownFunction;
    }
  }

  SqlExpression(const SqlExpression&) = delete;

  bool ok() const { return program_ != nullptr; }
  bool refused() const { return refused_; }
  const std::string& error() const { return error_; }
  const Expr& expr() const { return expr_; }
  const Type& type() const { return expr_.type; }
  const RowSchema& columns() const { return columns_; }
  const std::string& zone() const { return zone_; }

  // Every row for itself: an error of one does not hide the others.
  std::vector<Outcome> evaluate(const std::vector<std::vector<Value>>& rows) const {
    std::vector<std::unique_ptr<OwnedColumn>> owned;
    std::vector<ColumnView> views;
    for (size_t c = 0; c < columns_.size(); ++c) {
      owned.push_back(std::make_unique<OwnedColumn>(columns_[c].type, kBatchRowsMax));
      for (size_t row = 0; row < rows.size(); ++row) owned[c]->set(static_cast<uint32_t>(row), rows[row][c]);
      views.push_back(owned[c]->view(static_cast<uint32_t>(rows.size())));
    }
    std::vector<Outcome> out;
    for (uint32_t row = 0; row < rows.size(); ++row) out.push_back(evaluate_row(views, row));
    return out;
  }

  // The same when the job is compiled: the row's values stand as literals.
  Outcome fold_row(const std::vector<Value>& row) const {
    auto with_values = [&](Expr expr) {
      auto* column = expr.as<ColumnRef>();
      return column == nullptr ? expr : literal(row[column->index], expr.type);
    };
    Expr simplified = planner::simplify(planner::rewrite_bottom_up(expr_, with_values), session_);
    auto value = fold(simplified, session_);
    return value ? Outcome{*std::move(value), {}} : Outcome{{}, value.error().message};
  }

 private:
  void bind(const ast::Expr& parsed, planner::BindSession& session) {
    planner::Scope scope;
    scope.relations.push_back({table_, {}, columns_, std::vector<planner::TimeRole>(columns_.size())});
    planner::ExprBinder binder(scope, session);
    expr_ = planner::rewrite_bottom_up(binder.bind_value(parsed), planner::simplify_self_comparison);
    if (!session.diagnostics->ok() || expr_.type.is_invalid()) return;
    auto program = Program::compile({&expr_, 1}, columns_);
    if (program) {
      program_ = *std::move(program);
    } else {
      error_ = program.error().message;
      refused_ = true;
    }
  }

  Outcome evaluate_row(const std::vector<ColumnView>& views, uint32_t row) const {
    BufferPool pool;
    Outcome outcome;
    {
      Arena arena(pool);
      OwnedColumn result(expr_.type.as_nullable(), 1);
      KernelContext context;
      context.arena = &arena;
      context.session = &session_;
      context.grow_context = &result;
      context.grow = [](KernelContext* own, MutableColumn* column, uint32_t count) {
        static_cast<OwnedColumn*>(own->grow_context)->grow(column, count);
      };
      program_->evaluate(context, views.data(), &row, 1, &result.column());
      if (context.error) {
        outcome.error = context.error.reason_size > 0 ? std::string(context.error.reason, context.error.reason_size)
                                                      : std::string(context.error.reason);
      } else {
        outcome.value = value_at(result.view(1), expr_.type, 0);
      }
    }
    return outcome;
  }

  RowSchema columns_;
  std::string table_, zone_;
  SessionContext session_;
  Expr expr_;
  std::string error_;
  bool refused_ = false;
  std::shared_ptr<const Program> program_;
};

}  // namespace sluice::tests
