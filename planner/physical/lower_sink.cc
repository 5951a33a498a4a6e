#include <algorithm>

#include "planner/physical/digest.h"
#include "planner/physical/lower.h"
#include "planner/physical/state_layout.h"

namespace sluice::planner {

using NewOperator = JobBuilder::NewOperator;

Result<uint32_t> Lowering::lower_node(const Plan& plan, const Sink& sink, bool) {
  if (!sink.refused.empty()) {
    return fail(ErrorCode::NotSupportedYet, sink.span, "{} is not supported yet", sink.refused);
  }
  SLUICE_TRY(uint32_t input, lower(sink.input, false));
  bool updates = !changelog_of_node(sink.input).mode.is_insert_only();
  bool materializes =
      updates && needs_materialize(sink.input, sink.accepts, sink.table.primary_key, settings_.materialize);
  if (materializes && !sink.accepts.contains(RowKind::UpdateBefore)) {
    const Identity& below = builder_.identity(input);
    UpsertKeys upsert_keys = upsert_keys_of(sink.input);
    ChangelogMode mode = changelog_of_node(sink.input).mode;
    bool is_upsert = mode.contains(RowKind::UpdateAfter) && !mode.contains(RowKind::UpdateBefore);
    NewOperator op =
        describe(sink.input, jobgraph::SinkMaterialize{sink.table.primary_key,
                                                       upsert_keys.empty() ? std::vector<uint32_t>{} : upsert_keys[0],
                                                       is_upsert, settings_.ttl_ms});
    op.changelog = {RowKind::Insert, RowKind::UpdateAfter, RowKind::Delete};
    op.upsert_keys = {sink.table.primary_key};
    op.inputs = {keyed_input(input, sink.table.primary_key)};
    op.uid = uid_of("SinkMaterialize", sink.table.primary_key, below, "");
    op.state = row_list_state(plan->schema, sink.table.primary_key, settings_.ttl_ms);
    op.identity = below;
    input = builder_.add(std::move(op));
  }
  jobgraph::Sink kind{sink.table, sink.not_null, sink.accepts, sink.length, -1};
  auto rowtime = std::ranges::find(plan->times, TimeRole::Rowtime);
  if (rowtime != plan->times.end()) kind.rowtime = static_cast<int32_t>(rowtime - plan->times.begin());
  NewOperator op = describe(sink.input, std::move(kind));
  op.output = sink.table.columns;
  op.changelog = builder_.at(input).changelog;
  op.inputs = {{input}};
  op.uid = digest({"Sink", sink.table.id.empty() ? sink.table.path : sink.table.id, builder_.identity(input).path});
  op.identity = builder_.identity(input);
  return builder_.add(std::move(op));
}

}  // namespace sluice::planner
