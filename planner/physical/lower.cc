#include "planner/physical/lower.h"

#include <algorithm>

#include <fmt/format.h>

#include "catalog/functions/function_table.h"
#include "planner/jobgraph/print.h"
#include "planner/physical/digest.h"
#include "planner/physical/state_layout.h"

namespace sluice::planner {

using jobgraph::Distribution;
using NewOperator = JobBuilder::NewOperator;

Input keyed_input(uint32_t from, const std::vector<uint32_t>& keys) {
  if (keys.empty()) return {from, Distribution::Gather, {}};
  return {from, Distribution::Hash, keys};
}

std::string expr_identity(const Expr& expr, const Identity& input) {
  if (auto* reference = expr.as<ColumnRef>()) return input.columns[reference->index];
  std::vector<std::string> parts = {expr.type.as_nullable().to_string()};
  if (auto* call = expr.as<Call>()) parts.push_back(fmt::format("{}/{}", call->function, call->version));
  if (auto* field = expr.as<FieldRef>()) parts.push_back(fmt::format(".{}", field->index));
  if (auto* special = expr.as<Special>()) parts.push_back(fmt::format("form {}", static_cast<int>(special->form)));
  if (expr.as<Literal>() != nullptr) parts.push_back(to_string(expr));
  for (const Expr& arg : expr.args) parts.push_back(expr_identity(arg, input));
  return digest({parts.begin(), parts.end()});
}

NewOperator Lowering::describe(const Plan& plan, jobgraph::OperatorKind kind) const {
  NewOperator op;
  op.kind = std::move(kind);
  op.output = plan->schema;
  op.changelog = changelog_of_node(plan).mode;
  op.upsert_keys = upsert_keys_of(plan);
  auto rowtime = std::ranges::find(plan->times, TimeRole::Rowtime);
  if (rowtime != plan->times.end()) op.rowtime = static_cast<int32_t>(rowtime - plan->times.begin());
  return op;
}

std::string Lowering::uid_of(const char* kind, const std::vector<uint32_t>& keys, const Identity& input,
                             std::string_view extra) {
  std::vector<std::string_view> parts = {kind, extra, input.path};
  for (uint32_t key : keys) parts.push_back(input.columns[key]);
  return digest(parts);
}

std::optional<jobgraph::MiniBatch> Lowering::mini_batch() const {
  if (!settings_.mini_batch) return {};
  return jobgraph::MiniBatch{settings_.mini_batch->rows_max};
}

Result<uint32_t> Lowering::lower_sink(const Plan& sink) { return lower(sink, false); }

Result<uint32_t> Lowering::lower(const Plan& plan, bool flushes) {
  SLUICE_TRY(uint32_t id, std::visit([&](const auto& node) { return lower_node(plan, node, flushes); }, plan->kind));
  if (!changelog_of_node(plan).drops_update_before) return id;
  NewOperator op = describe(plan, jobgraph::DropUpdateBefore{});
  op.inputs = {{id}};
  op.identity = builder_.identity(id);
  return builder_.add(std::move(op));
}

// ---- Leaves

Result<uint32_t> Lowering::lower_node(const Plan& plan, const Scan& scan, bool flushes) {
  NewOperator op =
      describe(plan, jobgraph::Source{scan.table, scan.paths, scan.pushed_filters, scan.watermark, scan.changelog});
  op.changelog = scan.changelog;
  op.uid = digest({"Source", scan.table.id});
  for (const FieldPath& path : scan.paths) {
    std::vector<std::string> parts = {scan.table.id, scan.table.columns[path[0]].name};
    for (size_t i = 1; i < path.size(); ++i) parts.push_back(fmt::format(".{}", path[i]));
    op.identity.columns.push_back(digest({parts.begin(), parts.end()}));
  }
  uint32_t source = builder_.add(std::move(op));
  if (!flushes) return source;
  NewOperator assigner = describe(plan, jobgraph::MiniBatchAssigner{settings_.mini_batch->latency_ms});
  assigner.inputs = {{source}};
  assigner.identity = builder_.identity(source);
  return builder_.add(std::move(assigner));
}

Result<uint32_t> Lowering::lower_node(const Plan& plan, const Values& values, bool) {
  NewOperator op = describe(plan, jobgraph::Values{values.rows});
  op.uid = digest({"Values"});
  for (size_t i = 0; i < values.columns.size(); ++i) {
    op.identity.columns.push_back(digest({"values", fmt::format("{}", i)}));
  }
  return builder_.add(std::move(op));
}

// ---- Stateless

Result<uint32_t> Lowering::add_calc(const Plan& plan, uint32_t input, jobgraph::Calc calc) {
  const Identity& below = builder_.identity(input);
  Identity identity{below.path, {}};
  for (const Expr& expr : calc.projections) identity.columns.push_back(expr_identity(expr, below));
  NewOperator op = describe(plan, std::move(calc));
  op.inputs = {{input}};
  op.identity = std::move(identity);
  return builder_.add(std::move(op));
}

Result<uint32_t> Lowering::lower_node(const Plan& plan, const Filter& filter, bool flushes) {
  SLUICE_TRY(uint32_t input, lower(filter.input, flushes));
  jobgraph::Calc calc{{filter.predicate}, {}};
  for (uint32_t i = 0; i < plan->schema.size(); ++i) calc.projections.push_back(column(i, plan->schema[i].type));
  return add_calc(plan, input, std::move(calc));
}

// A filter right below is the condition of the same Calc.
Result<uint32_t> Lowering::lower_node(const Plan& plan, const Project& project, bool flushes) {
  auto* filter = project.input.as<Filter>();
  bool merges = filter != nullptr && !changelog_of_node(project.input).drops_update_before;
  SLUICE_TRY(uint32_t input, lower(merges ? filter->input : project.input, flushes));
  jobgraph::Calc calc{{}, project.exprs};
  if (merges) calc.condition.push_back(filter->predicate);
  return add_calc(plan, input, std::move(calc));
}

Result<uint32_t> Lowering::lower_node(const Plan& plan, const Union& all, bool flushes) {
  NewOperator op = describe(plan, jobgraph::Union{});
  std::vector<std::string> paths = {"union"};
  for (const Plan& input : all.inputs) {
    SLUICE_TRY(uint32_t id, lower(input, flushes));
    op.inputs.push_back({id});
    paths.push_back(builder_.identity(id).path);
  }
  op.identity.path = digest({paths.begin(), paths.end()});
  for (size_t i = 0; i < plan->schema.size(); ++i) {
    std::vector<std::string_view> parts = {"union"};
    for (const Input& input : op.inputs) parts.push_back(builder_.identity(input.from).columns[i]);
    op.identity.columns.push_back(digest(parts));
  }
  return builder_.add(std::move(op));
}

Result<uint32_t> Lowering::lower_node(const Plan&, const WatermarkAssigner& assigner, bool flushes) {
  if (!assigner.watermark) return lower(assigner.input, flushes);
  return fail(ErrorCode::NotSupportedYet, assigner.watermark->expression.span,
              "a watermark that the source cannot compute is not supported yet");
}

// A window table function whose windows do not overlap computes the bounds of a row's window from its time.
Result<uint32_t> Lowering::lower_node(const Plan& plan, const WindowTvf& tvf, bool flushes) {
  if (tvf.window.kind != Window::Kind::Tumble) {
    return fail(ErrorCode::NotSupportedYet, "window `{}` is not supported yet", name_of(tvf.window.kind));
  }
  SLUICE_TRY(uint32_t input, lower(tvf.input, flushes));
  const RowSchema& below = tvf.input->schema;
  jobgraph::Calc calc;
  for (uint32_t i = 0; i < below.size(); ++i) calc.projections.push_back(column(i, below[i].type));
  for (const char* function : {"$TUMBLE_START", "$TUMBLE_END", "$TUMBLE_TIME"}) {
    Type ms = Type::bigint().not_null();
    SLUICE_TRY(Expr bound, make_call(function,
                                     {column(tvf.window.time, below[tvf.window.time].type),
                                      literal({tvf.window.size_ms}, ms), literal({tvf.window.offset_ms}, ms)},
                                     {}));
    const Type& wanted = plan->schema[calc.projections.size()].type;
    if (!bound.type.equals_ignoring_nullability(wanted)) {
      SLUICE_TRY(bound, make_cast(std::move(bound), wanted, {}));
    }
    calc.projections.push_back(std::move(bound));
  }
  return add_calc(plan, input, std::move(calc));
}

// ---- Stateful

Result<uint32_t> Lowering::lower_node(const Plan& plan, const Deduplicate& deduplicate, bool flushes) {
  if (!deduplicate.window.empty()) {
    return fail(ErrorCode::NotSupportedYet, "ROW_NUMBER() = 1 per window is not supported yet");
  }
  if (!changelog_of_node(deduplicate.input).mode.is_insert_only()) {
    return fail(ErrorCode::NotSupportedYet, "ROW_NUMBER() = 1 over an updating input is not supported yet");
  }
  if (settings_.refused_deduplicate != nullptr) {
    return fail(ErrorCode::NotSupportedYet, "deduplication with `{}` is not supported yet",
                settings_.refused_deduplicate);
  }
  SLUICE_TRY(uint32_t input, lower(deduplicate.input, flushes || settings_.mini_batch));
  const Identity& below = builder_.identity(input);
  bool by_proctime = deduplicate.time == Deduplicate::kProcessingTime ||
                     deduplicate.input->times[deduplicate.time] == TimeRole::Proctime;
  int32_t rowtime = by_proctime ? -1 : static_cast<int32_t>(deduplicate.time);
  NewOperator op = describe(plan, jobgraph::Deduplicate{deduplicate.keys, rowtime, deduplicate.keeps_last,
                                                        changelog_of_node(plan).sends_update_before, mini_batch(),
                                                        settings_.ttl_ms, settings_.deduplicate_omits_insert});
  op.inputs = {keyed_input(input, deduplicate.keys)};
  std::string order = fmt::format("{} {}", deduplicate.keeps_last ? "last" : "first",
                                  by_proctime ? "proctime" : below.columns[deduplicate.time]);
  op.uid = uid_of("Deduplicate", deduplicate.keys, below, order);
  op.state = deduplicate_state(std::get<jobgraph::Deduplicate>(op.kind), plan->schema, below);
  op.identity = below;
  return builder_.add(std::move(op));
}

Result<uint32_t> Lowering::lower_node(const Plan& plan, const ChangelogNormalize& normalize, bool flushes) {
  if (changelog_of_node(plan).is_needless) return lower(normalize.input, flushes);
  SLUICE_TRY(uint32_t input, lower(normalize.input, flushes || settings_.mini_batch));
  const Identity& below = builder_.identity(input);
  NewOperator op =
      describe(plan, jobgraph::ChangelogNormalize{normalize.keys, changelog_of_node(plan).sends_update_before,
                                                  normalize.condition, mini_batch(), settings_.ttl_ms});
  op.inputs = {keyed_input(input, normalize.keys)};
  op.uid = uid_of("ChangelogNormalize", normalize.keys, below, "");
  op.state = stored_rows_state(plan->schema, below, normalize.keys, settings_.ttl_ms);
  op.identity = below;
  return builder_.add(std::move(op));
}

}  // namespace sluice::planner
