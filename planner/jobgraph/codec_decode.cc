#include <algorithm>

#include <google/protobuf/io/coded_stream.h>

#include "catalog/functions/function_table.h"
#include "jobgraph.pb.h"
#include "planner/jobgraph/codec.h"
#include "planner/jobgraph/codec_types.h"
#include "planner/jobgraph/validate.h"

namespace sluice::jobgraph {
namespace {

Failure invalid(std::string_view what) { return fail(ErrorCode::InvalidJobGraph, "job graph is damaged: {}", what); }

// Keeps the first failure and goes on with empty values, so that the shape of the code is that of the Encoder.
class Decoder {
 public:
  explicit Decoder(const proto::JobGraph& in) : in_(in) {}

  Result<JobGraph> decode() {
    JobGraph graph;
    for (const proto::Type& type : in_.types()) {
      if (const char* wrong = types_.add(type)) return invalid(wrong);
    }
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
    if (const Type* found = types_.find(index)) return *found;
    damaged("type out of range");
    return kInvalid;
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
    return {get(in.keys()),      calls(in.calls()),          enumerator(in.phase(), AggregatePhase::Global),
            in.input_retracts(), in.sends_update_before(),   mini_batch(in),
            in.ttl_ms(),         in.in_place_of_two_phases()};
  }

  static Deduplicate get(const proto::Deduplicate& in) {
    return {get(in.keys()), in.rowtime(), in.keeps_last(),   in.sends_update_before(),
            mini_batch(in), in.ttl_ms(),  in.omits_insert(), in.compacts()};
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
    return {get(in.table()), enumerator(in.not_null(), Sink::NotNull::Drop), mode(in.accepts()),
            enumerator(in.length(), Sink::Length::Error), in.rowtime()};
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
  TypeList types_;
  std::optional<Failure> failure_;
};

}  // namespace

Result<JobGraph> decode(std::string_view bytes) {
  if (bytes.size() > kEncodedBytesMax) return invalid("too large");
  proto::JobGraph message;
  google::protobuf::LogSilencer silence;  // The caller says what is wrong, the library need not.
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
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
