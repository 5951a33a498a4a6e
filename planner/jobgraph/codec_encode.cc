#include <algorithm>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "base/check.h"
#include "jobgraph.pb.h"
#include "planner/jobgraph/codec.h"
#include "planner/jobgraph/codec_types.h"

namespace sluice::jobgraph {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

class Encoder {
 public:
  std::string encode(const JobGraph& graph) {
    out_.set_reader_version(graph.reader_version);
    out_.set_name(graph.name);
    for (const Fragment& fragment : graph.fragments) put(fragment, out_.add_fragments());
    for (const Edge& edge : graph.edges) put(edge, out_.add_edges());
    out_.mutable_settings()->insert(graph.settings.begin(), graph.settings.end());
    out_.set_max_parallelism(graph.max_parallelism);
    out_.set_key_hash_version(graph.key_hash_version);
    for (const LineageEdge& edge : graph.lineage) put(edge, out_.add_lineage());
    out_.set_sql(graph.sql);
    return bytes();
  }

 private:
  std::string bytes() const {
    std::string text;
    google::protobuf::io::StringOutputStream stream(&text);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    SLUICE_CHECK(out_.SerializeToCodedStream(&coded));
    coded.Trim();
    return text;
  }

  static void put(const std::vector<uint32_t>& numbers, google::protobuf::RepeatedField<uint32_t>* out) {
    out->Add(numbers.begin(), numbers.end());
  }

  static uint32_t bits_of(ChangelogMode mode) {
    uint32_t bits = 0;
    for (RowKind kind : kRowKinds) {
      if (mode.contains(kind)) bits |= 1U << static_cast<unsigned>(kind);
    }
    return bits;
  }

  static void put(SourceSpan span, auto* owner) {
    if (span == SourceSpan{}) return;
    owner->mutable_span()->set_begin(span.begin);
    owner->mutable_span()->set_end(span.end);
  }

  uint32_t type(const Type& type) {
    auto found = std::ranges::find(types_, type);
    if (found != types_.end()) return static_cast<uint32_t>(found - types_.begin());
    proto::Type encoded;
    encoded.set_root(encode_root(type.root()));
    encoded.set_not_null(!type.nullable());
    encoded.set_precision(type.precision());
    encoded.set_scale(type.scale());
    for (const RowField& field : type.fields()) put(field, encoded.add_children());
    types_.push_back(type);
    *out_.add_types() = std::move(encoded);
    return static_cast<uint32_t>(types_.size() - 1);
  }

  void put(const RowField& field, proto::Field* out) {
    out->set_name(field.name);
    out->set_type(type(field.type));
  }

  static void put(const Value& value, proto::Value* out) {
    std::visit(Overloaded{
                   [](std::monostate) {},
                   [&](bool v) { out->set_boolean(v); },
                   [&](int64_t v) { out->set_integer(v); },
                   [&](const Int128& v) {
                     out->mutable_int128()->set_low(static_cast<uint64_t>(v));
                     out->mutable_int128()->set_high(static_cast<uint64_t>(v >> 64));
                   },
                   [&](float v) { out->set_float32(v); },
                   [&](double v) { out->set_float64(v); },
                   [&](const std::string& v) { out->set_text(v); },
                   [&](const TimestampNs& v) {
                     out->mutable_timestamp_ns()->set_milliseconds(v.milliseconds);
                     out->mutable_timestamp_ns()->set_nanoseconds(v.nanoseconds);
                   },
                   [&](const std::shared_ptr<const ValueList>& v) {
                     out->mutable_list();
                     for (const Value& element : *v) put(element, out->mutable_list()->add_values());
                   },
                   [&](const std::shared_ptr<const ValueMap>& v) {
                     out->mutable_map();
                     for (const auto& [key, mapped] : *v) {
                       put(key, out->mutable_map()->add_keys());
                       put(mapped, out->mutable_map()->add_values());
                     }
                   },
               },
               value.data);
  }

  void put(const Expr& expr, proto::Expr* out) {
    proto::ExprNode* node = out->add_nodes();
    std::visit(Overloaded{
                   [&](const ColumnRef& v) { node->set_column(v.index); },
                   [&](const FieldRef& v) { node->set_field(v.index); },
                   [&](const Literal& v) { put(v.value, node->mutable_literal()); },
                   [&](const Call& v) {
                     node->mutable_call()->set_function(v.function);
                     node->mutable_call()->set_version(v.version);
                   },
                   [&](const Special& v) { node->set_special(static_cast<proto::Form>(v.form)); },
               },
               expr.kind);
    node->set_type(type(expr.type));
    node->set_args(static_cast<uint32_t>(expr.args.size()));
    put(expr.span, node);
    for (const Expr& arg : expr.args) put(arg, out);
  }

  void put(const TableRef& table, proto::TableRef* out) {
    out->set_id(table.id);
    out->set_version(table.version);
    out->set_path(table.path);
    for (const RowField& field : table.columns) put(field, out->add_columns());
    for (const std::string& key : table.metadata_keys) out->add_metadata_keys(key);
    put(table.primary_key, out->mutable_primary_key());
    put(table.partition_keys, out->mutable_partition_keys());
    out->mutable_options()->insert(table.options.begin(), table.options.end());
  }

  void put(const AggregateCall& call, proto::AggregateCall* out) {
    out->set_function(call.function);
    out->set_version(call.version);
    put(call.arguments, out->mutable_arguments());
    for (const Type& argument : call.argument_types) out->add_argument_types(type(argument));
    out->set_filter(call.filter);
    out->set_distinct(call.distinct);
    out->set_retracts(call.retracts);
    out->set_result(type(call.result));
  }

  static void put(const std::optional<MiniBatch>& mini_batch, auto* out) {
    if (mini_batch) out->mutable_mini_batch()->set_rows_max(mini_batch->rows_max);
  }

  void put(const Source& source, proto::Source* out) {
    put(source.table, out->mutable_table());
    for (const FieldPath& path : source.paths) put(path, out->add_paths()->mutable_steps());
    for (const Expr& filter : source.pushed_filters) put(filter, out->add_pushed_filters());
    if (source.watermark) {
      put(source.watermark->expression, out->mutable_watermark()->mutable_expression());
      out->mutable_watermark()->set_per_event(source.watermark->per_event);
      out->mutable_watermark()->set_interval_ms(source.watermark->interval_ms);
      out->mutable_watermark()->set_idle_timeout_ms(source.watermark->idle_timeout_ms);
    }
    out->set_changelog(bits_of(source.changelog));
  }

  void put(const Values& values, proto::Values* out) {
    for (const ValueList& row : values.rows) {
      proto::Row* encoded = out->add_rows();
      for (const Value& value : row) put(value, encoded->add_values());
    }
  }

  void put(const Calc& calc, proto::Calc* out) {
    if (!calc.condition.empty()) put(calc.condition[0], out->mutable_condition());
    for (const Expr& projection : calc.projections) put(projection, out->add_projections());
  }

  void put(const GroupAggregate& aggregate, proto::GroupAggregate* out) {
    put(aggregate.keys, out->mutable_keys());
    for (const AggregateCall& call : aggregate.calls) put(call, out->add_calls());
    out->set_phase(static_cast<proto::AggregatePhase>(aggregate.phase));
    out->set_input_retracts(aggregate.input_retracts);
    out->set_sends_update_before(aggregate.sends_update_before);
    put(aggregate.mini_batch, out);
    out->set_ttl_ms(aggregate.ttl_ms);
    out->set_in_place_of_two_phases(aggregate.in_place_of_two_phases);
  }

  void put(const Deduplicate& deduplicate, proto::Deduplicate* out) {
    put(deduplicate.keys, out->mutable_keys());
    out->set_rowtime(deduplicate.rowtime);
    out->set_keeps_last(deduplicate.keeps_last);
    out->set_sends_update_before(deduplicate.sends_update_before);
    put(deduplicate.mini_batch, out);
    out->set_ttl_ms(deduplicate.ttl_ms);
    out->set_omits_insert(deduplicate.omits_insert);
    out->set_compacts(deduplicate.compacts);
  }

  void put(const ChangelogNormalize& normalize, proto::ChangelogNormalize* out) {
    put(normalize.keys, out->mutable_keys());
    out->set_sends_update_before(normalize.sends_update_before);
    if (!normalize.condition.empty()) put(normalize.condition[0], out->mutable_condition());
    put(normalize.mini_batch, out);
    out->set_ttl_ms(normalize.ttl_ms);
  }

  void put(const WindowAggregate& aggregate, proto::WindowAggregate* out) {
    proto::Window* window = out->mutable_window();
    window->set_kind(static_cast<proto::WindowKind>(aggregate.window.kind));
    window->set_time(aggregate.window.time);
    window->set_processing_time(aggregate.window.processing_time);
    window->set_size_ms(aggregate.window.size_ms);
    window->set_slide_ms(aggregate.window.slide_ms);
    window->set_offset_ms(aggregate.window.offset_ms);
    put(aggregate.keys, out->mutable_keys());
    for (const AggregateCall& call : aggregate.calls) put(call, out->add_calls());
    out->set_phase(static_cast<proto::AggregatePhase>(aggregate.phase));
    out->set_input_retracts(aggregate.input_retracts);
    for (auto property : aggregate.properties) out->add_properties(static_cast<proto::WindowProperty>(property));
    out->set_shift_time_zone(aggregate.shift_time_zone);
  }

  static void put(const SinkMaterialize& materialize, proto::SinkMaterialize* out) {
    put(materialize.sink_keys, out->mutable_sink_keys());
    put(materialize.upsert_keys, out->mutable_upsert_keys());
    out->set_input_is_upsert(materialize.input_is_upsert);
    out->set_ttl_ms(materialize.ttl_ms);
  }

  void put(const Sink& sink, proto::Sink* out) {
    put(sink.table, out->mutable_table());
    out->set_not_null(static_cast<proto::NotNull>(sink.not_null));
    out->set_accepts(bits_of(sink.accepts));
    out->set_length(static_cast<proto::Length>(sink.length));
    out->set_rowtime(sink.rowtime);
  }

  void put_kind(const OperatorKind& kind, proto::Operator* out) {
    std::visit(
        Overloaded{
            [&](const Source& v) { put(v, out->mutable_source()); },
            [&](const Values& v) { put(v, out->mutable_values()); },
            [&](const Calc& v) { put(v, out->mutable_calc()); },
            [&](const Union&) { out->mutable_union_(); },
            [&](const MiniBatchAssigner& v) { out->mutable_mini_batch_assigner()->set_interval_ms(v.interval_ms); },
            [&](const GroupAggregate& v) { put(v, out->mutable_group_aggregate()); },
            [&](const Deduplicate& v) { put(v, out->mutable_deduplicate()); },
            [&](const ChangelogNormalize& v) { put(v, out->mutable_changelog_normalize()); },
            [&](const DropUpdateBefore&) { out->mutable_drop_update_before(); },
            [&](const WindowAggregate& v) { put(v, out->mutable_window_aggregate()); },
            [&](const SinkMaterialize& v) { put(v, out->mutable_sink_materialize()); },
            [&](const Sink& v) { put(v, out->mutable_sink()); },
        },
        kind);
  }

  void put(const StateField& field, proto::StateField* out) {
    out->set_id(field.id);
    out->set_name(field.name);
    out->set_type(type(field.type));
  }

  void put(const StateTable& table, proto::StateTable* out) {
    out->set_name(table.name);
    out->set_kind(static_cast<proto::StateKind>(table.kind));
    for (const StateField& field : table.key) put(field, out->add_key());
    for (const StateField& field : table.value) put(field, out->add_value());
    out->set_ttl_ms(table.ttl_ms);
  }

  void put(const Operator& op, proto::Operator* out) {
    out->set_id(op.id);
    out->set_uid(op.uid);
    out->set_name(op.name);
    put_kind(op.kind, out);
    put(op.inputs, out->mutable_inputs());
    for (const RowField& field : op.output) put(field, out->add_output());
    out->set_changelog(bits_of(op.changelog));
    for (const auto& key : op.upsert_keys) put(key, out->add_upsert_keys()->mutable_columns());
    out->set_rowtime(op.rowtime);
    for (const StateTable& table : op.state) put(table, out->add_state());
  }

  void put(const Fragment& fragment, proto::Fragment* out) {
    out->set_id(fragment.id);
    for (const Operator& op : fragment.operators) put(op, out->add_operators());
    out->set_parallelism_max(fragment.parallelism_max);
  }

  static void put(const Edge& edge, proto::Edge* out) {
    out->set_from(edge.from);
    out->set_to(edge.to);
    out->set_input(edge.input);
    out->set_distribution(static_cast<proto::Distribution>(edge.distribution));
    put(edge.hash_columns, out->mutable_hash_columns());
  }

  static void put(const LineageEdge& edge, proto::LineageEdge* out) {
    out->set_source_table(edge.source_table);
    out->set_source_column(edge.source_column);
    out->set_sink_table(edge.sink_table);
    out->set_sink_column(edge.sink_column);
    out->set_direct(edge.direct);
    out->set_reason(edge.reason);
    put(edge.span, out);
  }

  proto::JobGraph out_;
  std::vector<Type> types_;
};

}  // namespace

std::string encode(const JobGraph& graph) { return Encoder().encode(graph); }

}  // namespace sluice::jobgraph
