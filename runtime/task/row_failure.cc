#include "runtime/task/row_failure.h"

#include <cstring>
#include <map>
#include <optional>

#include "catalog/expr/call_site.h"
#include "catalog/types/column_value.h"
#include "catalog/types/value_text.h"

namespace sluice::runtime {
namespace {

constexpr size_t kValuesMax = 5;
constexpr size_t kValueBytesMax = 80;

// The value of a column or of a field of one, and its name; none for other expressions.
struct Leaf {
  std::string name;
  Value value;
};

std::optional<Leaf> leaf_of(const Expr& expr, const PipelineSpec& pipeline, const ColumnView* columns, uint32_t row) {
  if (auto* column = expr.as<ColumnRef>()) {
    const RowField& field = pipeline.input[column->index];
    return Leaf{field.name, value_at(columns[column->index], field.type, row)};
  }
  auto* field = expr.as<FieldRef>();
  if (field == nullptr) return std::nullopt;
  std::optional<Leaf> whole = leaf_of(expr.args[0], pipeline, columns, row);
  if (!whole) return std::nullopt;
  whole->name += "." + expr.args[0].type.fields()[field->index].name;
  auto* list = std::get_if<std::shared_ptr<const ValueList>>(&whole->value.data);
  whole->value = list == nullptr ? Value() : (**list)[field->index];
  return whole;
}

void collect_values(const Expr& expr, const PipelineSpec& pipeline, const ColumnView* columns, uint32_t row,
                    std::map<std::string, std::string>& values) {
  std::optional<Leaf> leaf = leaf_of(expr, pipeline, columns, row);
  if (!leaf) {
    for (const Expr& arg : expr.args) collect_values(arg, pipeline, columns, row, values);
    return;
  }
  std::string text = leaf->value.is_null() ? "NULL" : literal_text(leaf->value, expr.type);
  if (text.size() > kValueBytesMax) text = text.substr(0, kValueBytesMax) + "...";
  values.emplace(leaf->name, std::move(text));
}

std::string text_of(const std::map<std::string, std::string>& values) {
  std::string out;
  size_t shown = 0;
  for (const auto& [name, text] : values) {
    if (shown++ == kValuesMax) return out + ", ...";
    out += fmt::format("{}`{}` = {}", out.empty() ? "" : ", ", name, text);
  }
  return out;
}

}  // namespace

Failure row_failure(const jobgraph::Operator& op, const RowError& error, const PipelineSpec& pipeline,
                    const ColumnView* columns) {
  size_t size = error.reason_size != 0 ? error.reason_size : std::strlen(error.reason);
  std::string message(error.reason, size);
  const Expr* failed = node_at(pipeline.condition, pipeline.computed, error.call_site);
  std::map<std::string, std::string> values;
  if (failed != nullptr) collect_values(*failed, pipeline, columns, error.row, values);
  if (!values.empty()) message += " with " + text_of(values);
  if (failed == nullptr || failed->span == SourceSpan{}) {
    return fail(ErrorCode::RowExpressionFailed, "{} (in `{}`)", message, op.name);
  }
  return fail(ErrorCode::RowExpressionFailed, failed->span, "{}", message);
}

}  // namespace sluice::runtime
