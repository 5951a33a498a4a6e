#include "planner/jobgraph/codec.h"

#include <algorithm>
#include <limits>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "base/check.h"
#include "catalog/functions/function_table.h"
#include "jobgraph.pb.h"
#include "planner/jobgraph/validate.h"

namespace sluice::jobgraph {
namespace {

// Position = number in the proto.
constexpr TypeRoot kTypeRoots[] = {
    TypeRoot::Invalid,
    TypeRoot::Null,
    TypeRoot::Boolean,
    TypeRoot::TinyInt,
    TypeRoot::SmallInt,
    TypeRoot::Int,
    TypeRoot::BigInt,
    TypeRoot::Float,
    TypeRoot::Double,
    TypeRoot::Decimal,
    TypeRoot::Char,
    TypeRoot::VarChar,
    TypeRoot::Binary,
    TypeRoot::VarBinary,
    TypeRoot::Date,
    TypeRoot::Time,
    TypeRoot::Timestamp,
    TypeRoot::TimestampLtz,
    TypeRoot::IntervalYearMonth,
    TypeRoot::IntervalDayTime,
    TypeRoot::Array,
    TypeRoot::Map,
    TypeRoot::Multiset,
    TypeRoot::Row,
    TypeRoot::Raw,
    TypeRoot::Variant,
    TypeRoot::Bitmap,
    TypeRoot::Descriptor,
};
constexpr RowKind kRowKinds[] = {RowKind::Insert, RowKind::UpdateBefore, RowKind::UpdateAfter, RowKind::Delete};

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
    auto root = std::ranges::find(kTypeRoots, type.root());
    encoded.set_root(static_cast<proto::TypeRoot>(root - std::begin(kTypeRoots)));
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
  }

  void put(const Deduplicate& deduplicate, proto::Deduplicate* out) {
    put(deduplicate.keys, out->mutable_keys());
    out->set_rowtime(deduplicate.rowtime);
    out->set_keeps_last(deduplicate.keeps_last);
    out->set_sends_update_before(deduplicate.sends_update_before);
    put(deduplicate.mini_batch, out);
    out->set_ttl_ms(deduplicate.ttl_ms);
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
    out->set_trims_to_length(sink.trims_to_length);
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

Failure invalid(std::string_view what) { return fail(ErrorCode::InvalidJobGraph, "job graph is damaged: {}", what); }

// Keeps the first failure and goes on with empty values, so that the shape of the code is that of the Encoder.
class Decoder {
 public:
  explicit Decoder(const proto::JobGraph& in) : in_(in) {}

  Result<JobGraph> decode() {
    JobGraph graph;
    for (const proto::Type& type : in_.types()) add_type(type);
    graph.reader_version = in_.reader_version();
    graph.name = in_.name();
    for (const proto::Fragment& fragment : in_.fragments()) graph.fragments.push_back(get(fragment));
    for (const proto::Edge& edge : in_.edges()) graph.edges.push_back(get(edge));
    graph.settings.insert(in_.settings().begin(), in_.settings().end());
    graph.max_parallelism = in_.max_parallelism();
    graph.key_hash_version = in_.key_hash_version();
    for (const proto::LineageEdge& edge : in_.lineage()) graph.lineage.push_back(get(edge));
    graph.sql = in_.sql();
    if (failure_) return *failure_;
    return graph;
  }

 private:
  void damaged(std::string_view what) {
    if (!failure_) failure_ = invalid(what);
  }

  template <class E>
  E enumerator(int number, E last) {
    if (number >= 0 && number <= static_cast<int>(last)) return static_cast<E>(number);
    damaged("unknown enumerator");
    return last;
  }

  static std::vector<uint32_t> get(const google::protobuf::RepeatedField<uint32_t>& numbers) {
    return {numbers.begin(), numbers.end()};
  }

  ChangelogMode mode(uint32_t bits) {
    if (bits > 15) damaged("unknown row kind");
    ChangelogMode mode;
    for (RowKind kind : kRowKinds) {
      if ((bits & (1U << static_cast<unsigned>(kind))) != 0) mode = mode | ChangelogMode{kind};
    }
    return mode;
  }

  static SourceSpan get(const proto::Span& span) { return {span.begin(), span.end()}; }

  const Type& type(uint32_t index) {
    static const Type kInvalid;
    if (index < types_.size()) return types_[index];
    damaged("type out of range");
    return kInvalid;
  }

  // Sizes are added up, because a list of types that share children can stand for more nodes than there is memory.
  void add_type(const proto::Type& in) {
    std::vector<RowField> children;
    size_t depth = 0, nodes = 1;
    for (const proto::Field& child : in.children()) {
      children.push_back(get(child));
      if (child.type() >= types_.size()) break;
      depth = std::max(depth, depths_[child.type()]);
      nodes += nodes_[child.type()];
    }
    if (depth >= kTypeDepthMax || nodes > kTypeNodesMax) damaged("type too large");
    if (!failure_) types_.push_back(build_type(in, std::move(children)));
    depths_.push_back(depth + 1);
    nodes_.push_back(nodes);
  }

  Type build_type(const proto::Type& in, std::vector<RowField> children) {
    if (in.root() < 0 || static_cast<size_t>(in.root()) >= std::size(kTypeRoots)) {
      damaged("unknown type");
      return {};
    }
    TypeRoot root = kTypeRoots[in.root()];
    size_t wanted = root == TypeRoot::Map ? 2 : root == TypeRoot::Array || root == TypeRoot::Multiset ? 1 : 0;
    if (root != TypeRoot::Row && children.size() != wanted) {
      damaged("type with wrong children");
      return {};
    }
    Type type(root, true, in.precision(), in.scale());
    if (root == TypeRoot::Array) type = Type::array(children[0].type);
    if (root == TypeRoot::Multiset) type = Type::multiset(children[0].type);
    if (root == TypeRoot::Map) type = Type::map(children[0].type, children[1].type);
    if (root == TypeRoot::Row) type = Type::row(std::move(children));
    return type.with_nullability(!in.not_null());
  }

  RowField get(const proto::Field& field) { return {field.name(), type(field.type())}; }

  template <class In>
  RowSchema schema(const In& fields) {
    RowSchema out;
    for (const proto::Field& field : fields) out.push_back(get(field));
    return out;
  }

  // Recursion is bounded by the recursion limit of the protobuf parser.
  Value get(const proto::Value& value) {
    switch (value.data_case()) {
      case proto::Value::DATA_NOT_SET:
        return Value::null();
      case proto::Value::kBoolean:
        return {value.boolean()};
      case proto::Value::kInteger:
        return {int64_t{value.integer()}};
      case proto::Value::kInt128:
        return {
            static_cast<Int128>((static_cast<unsigned __int128>(value.int128().high()) << 64) | value.int128().low())};
      case proto::Value::kFloat32:
        return {value.float32()};
      case proto::Value::kFloat64:
        return {value.float64()};
      case proto::Value::kText:
        return {value.text()};
      case proto::Value::kTimestampNs:
        return {TimestampNs{value.timestamp_ns().milliseconds(), value.timestamp_ns().nanoseconds(), 0}};
      case proto::Value::kList:
        return Value::list(values(value.list().values()));
      case proto::Value::kMap:
        return map(value.map());
    }
    damaged("unknown value");
    return {};
  }

  template <class In>
  ValueList values(const In& in) {
    ValueList out;
    for (const proto::Value& value : in) out.push_back(get(value));
    return out;
  }

  Value map(const proto::ValueMap& in) {
    ValueMap out;
    if (in.keys_size() != in.values_size()) damaged("map with unequal sides");
    for (int i = 0; i < std::min(in.keys_size(), in.values_size()); ++i) {
      out.emplace_back(get(in.keys(i)), get(in.values(i)));
    }
    return Value::map(std::move(out));
  }

  Expr get(const proto::Expr& in) {
    int at = 0;
    Expr expr = node(in, at, 0);
    if (at != in.nodes_size()) damaged("expression with a rest");
    return expr;
  }

  Expr node(const proto::Expr& in, int& at, size_t depth) {
    Expr expr;
    if (at >= in.nodes_size() || depth > kExpressionDepthMax) {
      damaged("expression cut off or too deep");
      return expr;
    }
    const proto::ExprNode& node_in = in.nodes(at++);
    set_kind(node_in, expr);
    expr.type = type(node_in.type());
    expr.span = get(node_in.span());
    for (uint32_t i = 0; i < node_in.args() && !failure_; ++i) expr.args.push_back(node(in, at, depth + 1));
    resolve(expr);
    return expr;
  }

  void resolve(Expr& expr) {
    auto* call = std::get_if<Call>(&expr.kind);
    if (call == nullptr || failure_) return;
    bool is_cast = call->function == "CAST" || call->function == "TRY_CAST";
    if (!is_cast || expr.args.size() == 1) call->overload = find_overload(*call, expr.args, expr.type);
    if (call->overload == nullptr || (!is_cast && !takes(*call->overload, expr.args))) {
      failure_ = fail(ErrorCode::InvalidJobGraph, "job graph calls `{}` version {}, which is not known here",
                      call->function, call->version);
    }
  }

  // The planner casts arguments; a kernel that gets another type than its own would read other bytes.
  static bool takes(const Overload& overload, const std::vector<Expr>& args) {
    bool counts = overload.variadic ? args.size() + 1 >= overload.args.size() : args.size() == overload.args.size();
    if (!counts || (overload.args.empty() && !args.empty())) return false;
    for (size_t i = 0; i < args.size(); ++i) {
      ArgClass wanted = overload.args[std::min(i, overload.args.size() - 1)];
      if (!args[i].type.is(TypeRoot::Null) && !accepts(wanted, args[i].type)) return false;
    }
    return true;
  }

  void set_kind(const proto::ExprNode& in, Expr& expr) {
    switch (in.kind_case()) {
      case proto::ExprNode::kColumn:
        expr.kind = ColumnRef{in.column()};
        return;
      case proto::ExprNode::kField:
        expr.kind = FieldRef{in.field()};
        return;
      case proto::ExprNode::kLiteral:
        expr.kind = Literal{get(in.literal())};
        return;
      case proto::ExprNode::kCall:
        expr.kind = Call{in.call().function(), in.call().version(), nullptr};
        return;
      case proto::ExprNode::kSpecial:
        expr.kind = Special{enumerator(in.special(), Form::Coalesce)};
        return;
      case proto::ExprNode::KIND_NOT_SET:
        damaged("expression without a kind");
    }
  }

  template <class In>
  std::vector<Expr> exprs(const In& in) {
    std::vector<Expr> out;
    for (const proto::Expr& expr : in) out.push_back(get(expr));
    return out;
  }

  TableRef get(const proto::TableRef& in) {
    TableRef table;
    table.id = in.id();
    table.version = in.version();
    table.path = in.path();
    table.columns = schema(in.columns());
    table.metadata_keys.assign(in.metadata_keys().begin(), in.metadata_keys().end());
    table.primary_key = get(in.primary_key());
    table.partition_keys = get(in.partition_keys());
    table.options.insert(in.options().begin(), in.options().end());
    return table;
  }

  AggregateCall get(const proto::AggregateCall& in) {
    AggregateCall call{in.function(), in.version(),  get(in.arguments()), {},
                       in.filter(),   in.distinct(), in.retracts(),       type(in.result())};
    for (uint32_t argument : in.argument_types()) call.argument_types.push_back(type(argument));
    return call;
  }

  template <class In>
  std::vector<AggregateCall> calls(const In& in) {
    std::vector<AggregateCall> out;
    for (const proto::AggregateCall& call : in) out.push_back(get(call));
    return out;
  }

  static std::optional<MiniBatch> mini_batch(const auto& in) {
    if (!in.has_mini_batch()) return std::nullopt;
    return MiniBatch{in.mini_batch().rows_max()};
  }

  Source get(const proto::Source& in) {
    Source source;
    source.table = get(in.table());
    for (const proto::FieldPath& path : in.paths()) source.paths.push_back(get(path.steps()));
    source.pushed_filters = exprs(in.pushed_filters());
    if (in.has_watermark()) {
      source.watermark = Watermark{get(in.watermark().expression()), in.watermark().per_event(),
                                   in.watermark().interval_ms(), in.watermark().idle_timeout_ms()};
    }
    source.changelog = mode(in.changelog());
    return source;
  }

  Values get(const proto::Values& in) {
    Values out;
    for (const proto::Row& row : in.rows()) out.rows.push_back(values(row.values()));
    return out;
  }

  Calc get(const proto::Calc& in) {
    Calc calc;
    if (in.has_condition()) calc.condition.push_back(get(in.condition()));
    calc.projections = exprs(in.projections());
    return calc;
  }

  GroupAggregate get(const proto::GroupAggregate& in) {
    return {get(in.keys()),      calls(in.calls()),        enumerator(in.phase(), AggregatePhase::Global),
            in.input_retracts(), in.sends_update_before(), mini_batch(in),
            in.ttl_ms()};
  }

  static Deduplicate get(const proto::Deduplicate& in) {
    return {get(in.keys()), in.rowtime(), in.keeps_last(), in.sends_update_before(), mini_batch(in), in.ttl_ms()};
  }

  ChangelogNormalize get(const proto::ChangelogNormalize& in) {
    ChangelogNormalize normalize{get(in.keys()), in.sends_update_before(), {}, mini_batch(in), in.ttl_ms()};
    if (in.has_condition()) normalize.condition.push_back(get(in.condition()));
    return normalize;
  }

  WindowAggregate get(const proto::WindowAggregate& in) {
    WindowAggregate out;
    out.window = {enumerator(in.window().kind(), Window::Kind::Session),
                  in.window().time(),
                  in.window().processing_time(),
                  in.window().size_ms(),
                  in.window().slide_ms(),
                  in.window().offset_ms()};
    out.keys = get(in.keys());
    out.calls = calls(in.calls());
    out.phase = enumerator(in.phase(), AggregatePhase::Global);
    out.input_retracts = in.input_retracts();
    for (int property : in.properties()) {
      out.properties.push_back(enumerator(property, WindowAggregate::Property::Time));
    }
    out.shift_time_zone = in.shift_time_zone();
    return out;
  }

  Sink get(const proto::Sink& in) {
    return {get(in.table()), enumerator(in.not_null(), Sink::NotNull::Drop), mode(in.accepts()), in.trims_to_length(),
            in.rowtime()};
  }

  OperatorKind kind(const proto::Operator& in) {
    switch (in.kind_case()) {
      case proto::Operator::kSource:
        return get(in.source());
      case proto::Operator::kValues:
        return get(in.values());
      case proto::Operator::kCalc:
        return get(in.calc());
      case proto::Operator::kUnion:
        return Union{};
      case proto::Operator::kMiniBatchAssigner:
        return MiniBatchAssigner{in.mini_batch_assigner().interval_ms()};
      case proto::Operator::kGroupAggregate:
        return get(in.group_aggregate());
      case proto::Operator::kDeduplicate:
        return get(in.deduplicate());
      case proto::Operator::kChangelogNormalize:
        return get(in.changelog_normalize());
      case proto::Operator::kDropUpdateBefore:
        return DropUpdateBefore{};
      case proto::Operator::kWindowAggregate:
        return get(in.window_aggregate());
      case proto::Operator::kSinkMaterialize: {
        const proto::SinkMaterialize& m = in.sink_materialize();
        return SinkMaterialize{get(m.sink_keys()), get(m.upsert_keys()), m.input_is_upsert(), m.ttl_ms()};
      }
      case proto::Operator::kSink:
        return get(in.sink());
      case proto::Operator::KIND_NOT_SET:
        break;
    }
    damaged("operator of an unknown kind");
    return Union{};
  }

  template <class In>
  std::vector<StateField> state_fields(const In& in) {
    std::vector<StateField> out;
    for (const proto::StateField& field : in) out.push_back({field.id(), field.name(), type(field.type())});
    return out;
  }

  Operator get(const proto::Operator& in) {
    Operator op;
    op.id = in.id();
    op.uid = in.uid();
    op.name = in.name();
    op.kind = kind(in);
    op.inputs = get(in.inputs());
    op.output = schema(in.output());
    op.changelog = mode(in.changelog());
    for (const proto::KeyColumns& key : in.upsert_keys()) op.upsert_keys.push_back(get(key.columns()));
    op.rowtime = in.rowtime();
    for (const proto::StateTable& table : in.state()) {
      op.state.push_back({table.name(), enumerator(table.kind(), StateKind::List), state_fields(table.key()),
                          state_fields(table.value()), table.ttl_ms()});
    }
    return op;
  }

  Fragment get(const proto::Fragment& in) {
    Fragment fragment;
    fragment.id = in.id();
    for (const proto::Operator& op : in.operators()) fragment.operators.push_back(get(op));
    fragment.parallelism_max = in.parallelism_max();
    return fragment;
  }

  Edge get(const proto::Edge& in) {
    return {in.from(), in.to(), in.input(), enumerator(in.distribution(), Distribution::Rebalance),
            get(in.hash_columns())};
  }

  static LineageEdge get(const proto::LineageEdge& in) {
    return {in.source_table(), in.source_column(), in.sink_table(), in.sink_column(),
            in.direct(),       in.reason(),        get(in.span())};
  }

  const proto::JobGraph& in_;
  std::vector<Type> types_;
  std::vector<size_t> depths_, nodes_;
  std::optional<Failure> failure_;
};

}  // namespace

std::string encode(const JobGraph& graph) { return Encoder().encode(graph); }

Result<JobGraph> decode(std::string_view bytes) {
  if (bytes.size() > kEncodedBytesMax) return invalid("too large");
  proto::JobGraph message;
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  stream.SetTotalBytesLimit(std::numeric_limits<int>::max());
  if (!message.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) return invalid("not a job graph");
  if (message.reader_version() > JobGraph::kReaderVersion) {
    return fail(ErrorCode::InvalidJobGraph, "job graph needs reader version {}, this is {}", message.reader_version(),
                JobGraph::kReaderVersion);
  }
  SLUICE_TRY(JobGraph graph, Decoder(message).decode());
  SLUICE_DO(validate(graph));
  return graph;
}

}  // namespace sluice::jobgraph
