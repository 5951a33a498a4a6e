#include "planner/rules/share_scans.h"

#include <algorithm>

#include "planner/rules/expressions.h"

namespace sluice::planner {
namespace {

// Where each of `scan`'s columns is in `shared`, which grows by those that it lacks.
std::vector<uint32_t> add_columns(const Scan& scan, Scan& shared) {
  std::vector<uint32_t> positions;
  for (size_t i = 0; i < scan.paths.size(); ++i) {
    auto known = std::ranges::find(shared.paths, scan.paths[i]);
    positions.push_back(static_cast<uint32_t>(known - shared.paths.begin()));
    if (known != shared.paths.end()) continue;
    shared.paths.push_back(scan.paths[i]);
    shared.names.push_back(scan.names[i]);
  }
  return positions;
}

// `scan` with everything but its columns, which are those of `columns`.
Scan over_columns_of(const Scan& columns, const Scan& scan, const std::vector<uint32_t>& positions) {
  Scan out = scan;
  out.paths = columns.paths;
  out.names = columns.names;
  for (Expr& filter : out.pushed_filters) filter = remap_columns(filter, positions);
  if (out.watermark) out.watermark->expression = remap_columns(out.watermark->expression, positions);
  if (out.rowtime) out.rowtime = positions[*out.rowtime];
  return out;
}

// Reads for `scan` as well, if it is a read of the same rows with the same watermark.
std::optional<Scan> joined(const Scan& shared, const Scan& scan) {
  if (!(shared.table == scan.table)) return {};
  Scan wider = shared;
  std::vector<uint32_t> positions = add_columns(scan, wider);
  if (!(over_columns_of(wider, scan, positions) == wider)) return {};
  return wider;
}

void collect_scans(const Plan& plan, std::vector<Scan>& shared) {
  for_each_input(plan, [&](const Plan& input) { collect_scans(input, shared); });
  auto* scan = plan.as<Scan>();
  if (scan == nullptr) return;
  for (Scan& known : shared) {
    if (std::optional<Scan> wider = joined(known, *scan)) {
      known = *std::move(wider);
      return;
    }
  }
  shared.push_back(*scan);
}

// The columns of `scan`, in its order, out of the shared Scan that reads for it.
Plan narrowed(const Plan& plan, const Scan& scan, const std::vector<Scan>& shared) {
  auto reader = std::ranges::find_if(shared, [&](const Scan& known) { return joined(known, scan) == known; });
  if (*reader == scan) return plan;
  Scan wide = *reader;
  std::vector<uint32_t> positions = add_columns(scan, wide);
  Plan below = make(std::move(wide));
  Project project{below, {}, scan.names};
  for (uint32_t position : positions) project.exprs.push_back(column(position, below->schema[position].type));
  return make(std::move(project));
}

Plan read_shared(const Plan& plan, const std::vector<Scan>& shared) {
  if (auto* scan = plan.as<Scan>()) return narrowed(plan, *scan, shared);
  return map_inputs(plan, [&](const Plan& input) { return read_shared(input, shared); });
}

}  // namespace

std::vector<Plan> share_scans(std::vector<Plan> sinks, const OptimizeOptions& options) {
  std::vector<Scan> shared;
  for (const Plan& sink : sinks) collect_scans(sink, shared);
  for (Plan& sink : sinks) {
    Plan wide = read_shared(sink, shared);
    if (wide.id() != sink.id()) sink = merge_calcs(std::move(wide), options);
  }
  return sinks;
}

}  // namespace sluice::planner
