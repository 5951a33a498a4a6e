#include "runtime/job/restored_sinks.h"

#include <algorithm>

#include "planner/jobgraph/codec.h"
#include "runtime/checkpoint/kept_committables.h"

namespace sluice::runtime {
namespace {

// Those that understand each other's committables have one name.
std::string connector_of(const jobgraph::Sink& sink) {
  auto option = sink.table.options.find("connector");
  std::string name = option == sink.table.options.end() ? std::string() : option->second;
  return name == "upsert-kafka" ? "kafka" : name;
}

// Files that were being written are visible only when the job goes on, published or not.
bool shows_all_when_published(std::string_view connector) { return connector != "filesystem"; }

}  // namespace

Result<RestoredSinks> RestoredSinks::of(const RestoreSource& source) {
  RestoredSinks restored(source);
  if (source.manifest.job_graph.empty()) return restored;
  auto former = jobgraph::decode(source.manifest.job_graph);
  if (!former) {
    return fail(ErrorCode::CorruptCheckpoint, "the job in the checkpoint cannot be read: {}", former.error().message);
  }
  for (const jobgraph::Fragment& fragment : former->fragments) {
    for (const jobgraph::Operator& op : fragment.operators) {
      if (const auto* sink = std::get_if<jobgraph::Sink>(&op.kind)) restored.connectors_[op.uid] = connector_of(*sink);
    }
  }
  return restored;
}

Result<SinkRestore> RestoredSinks::sink(const jobgraph::Operator& op, const PreparedSink& prepared) const {
  const auto& table = std::get<jobgraph::Sink>(op.kind).table;
  const Manifest& manifest = source_->manifest;
  std::string own = connector_of(std::get<jobgraph::Sink>(op.kind));
  auto found = connectors_.find(op.uid);
  const std::string& former = found == connectors_.end() ? own : found->second;
  SinkRestore out{manifest.id, manifest.job_id, {}, source_->is_published, former == own, {}};
  KeptCommittables foreign{former, manifest.id, manifest.job_id, {}};
  for (const std::string& text : prepared.committables) {
    auto kept = decode_kept(text);
    if (kept && kept->connector == own) {
      out = {kept->id, kept->job_id, std::move(kept->committables), true, true, std::move(out.kept)};
    } else if (is_kept(text)) {
      out.kept.push_back(text);
    } else if (former == own) {
      out.committables.push_back(text);
    } else if (!text.empty()) {
      foreign.committables.push_back(text);
    }
  }
  if (foreign.committables.empty()) return out;
  bool is_visible = source_->is_published && shows_all_when_published(former);
  if (!is_visible && std::ranges::any_of(foreign.committables, holds_rows)) {
    return fail(ErrorCode::IncompatibleState,
                "the checkpoint holds rows of `{}` that only connector `{}` can make visible, and the table has `{}` "
                "now",
                table.path, former, own)
        .hint("Go on with the former connector until the job can be stopped with a savepoint, or begin anew.");
  }
  out.kept.push_back(encode(foreign));
  return out;
}

}  // namespace sluice::runtime
