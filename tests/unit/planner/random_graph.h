#pragma once
// Valid JobGraphs drawn from a seed: every operator kind, type and value form occurs over a few hundred of them.
#include <random>

#include "base/check.h"
#include "planner/jobgraph/jobgraph.h"

namespace sluice::jobgraph {

class RandomGraph {
 public:
  explicit RandomGraph(uint32_t seed) : random_(seed) {}

  JobGraph draw() {
    graph_.name = text();
    graph_.sql = text();
    for (uint32_t i = below(3); i > 0; --i) graph_.settings[text()] = text();
    graph_.max_parallelism = 1 + below(1000);
    for (uint32_t i = below(3); i > 0; --i) {
      graph_.lineage.push_back({text(), text(), text(), text(), flip(), text(), {below(9), below(9)}});
    }
    for (uint32_t i = 1 + below(3); i > 0; --i) draw_pipeline();
    return std::move(graph_);
  }

 private:
  uint32_t below(uint32_t end) { return std::uniform_int_distribution<uint32_t>(0, end - 1)(random_); }
  bool flip() { return below(2) == 0; }
  std::string text() { return std::string(below(20), static_cast<char>('a' + below(26))); }

  Type type(int depth = 0) {
    static const std::vector<Type> kLeaves = {
        Type::boolean(),
        Type::tinyint(),
        Type::smallint(),
        Type::integer(),
        Type::bigint(),
        Type::float32(),
        Type::float64(),
        Type::decimal(10, 2),
        Type::decimal(38, 18),
        Type::character(3),
        Type::string(),
        Type::bytes(),
        Type::date(),
        Type::time(0),
        Type::timestamp(3),
        Type::timestamp(6),
        Type::timestamp(9),
        Type::timestamp_ltz(3),
        Type::interval_year_month(),
        Type::interval_day_time(),
    };
    uint32_t choice = below(depth < 3 ? 26 : 20);
    Type out = choice < 20 ? kLeaves[choice] : nested(choice, depth);
    return out.with_nullability(flip());
  }

  Type nested(uint32_t choice, int depth) {
    if (choice == 20) return Type::array(type(depth + 1));
    if (choice == 21) return Type::map(type(depth + 1), type(depth + 1));
    if (choice == 22) return Type::multiset(type(depth + 1));
    std::vector<RowField> fields;
    for (uint32_t i = 1 + below(3); i > 0; --i) fields.push_back({text(), type(depth + 1)});
    return Type::row(std::move(fields));
  }

  int64_t integer(int bits) { return static_cast<int64_t>(random_()) >> (64 - bits); }

  Value value(const Type& of) {
    if (below(5) == 0) return Value::null();
    switch (of.physical()) {
      case Physical::Bool:
        return {flip()};
      case Physical::Int8:
        return {integer(8)};
      case Physical::Int16:
        return {integer(16)};
      case Physical::Int32:
        return {integer(32)};
      case Physical::Int64:
        return {integer(64)};
      case Physical::Int128:
        return {static_cast<Int128>(integer(64)) * integer(64)};
      case Physical::Float32:
        return {static_cast<float>(integer(32)) / 7};
      case Physical::Float64:
        return {static_cast<double>(integer(64)) / 7};
      case Physical::String:
        return {text()};
      case Physical::TimestampNs:
        return {TimestampNs{integer(64), static_cast<int32_t>(below(1000000)), 0}};
      default:
        return nested_value(of);
    }
  }

  Value nested_value(const Type& of) {
    if (of.physical() == Physical::Map) {
      ValueMap map;
      Type mapped = of.is(TypeRoot::Map) ? of.child(1) : Type::integer();
      for (uint32_t i = below(3); i > 0; --i) map.emplace_back(value(of.child(0)), value(mapped));
      return Value::map(std::move(map));
    }
    ValueList list;
    bool is_row = of.is(TypeRoot::Row);
    size_t count = is_row ? of.child_count() : below(3);
    for (size_t i = 0; i < count; ++i) list.push_back(value(of.child(is_row ? i : 0)));
    return Value::list(std::move(list));
  }

  SourceSpan span() { return {below(100), below(100)}; }

  Expr condition(const RowSchema& input, int depth = 0) {
    if (depth > 3 || flip()) return {Literal{value(Type::boolean())}, Type::boolean(), {}, span()};
    Expr out{Special{flip() ? Form::And : Form::Or}, Type::boolean(), {}, span()};
    for (uint32_t i = 1 + below(3); i > 0; --i) out.args.push_back(condition(input, depth + 1));
    return out;
  }

  Expr expr(const RowSchema& input) {
    uint32_t at = below(static_cast<uint32_t>(input.size()));
    Expr out = column(at, input[at].type);
    out.span = span();
    while (out.type.is(TypeRoot::Row)) {
      uint32_t field = below(static_cast<uint32_t>(out.type.child_count()));
      Type field_type = out.type.child(field);
      out = {FieldRef{field}, field_type, {std::move(out)}, span()};
    }
    if (flip()) return out;
    Type type = out.type;
    if (flip()) return {Special{Form::Coalesce}, type, {out, literal(value(type), type)}, span()};
    return {Special{Form::Case}, type, {condition(input), out, literal(value(type), type)}, span()};
  }

  std::vector<uint32_t> columns(const RowSchema& schema) {
    std::vector<uint32_t> out;
    for (uint32_t i = 1 + below(3); i > 0; --i) out.push_back(below(static_cast<uint32_t>(schema.size())));
    return out;
  }

  RowSchema schema() {
    RowSchema out;
    for (uint32_t i = 1 + below(4); i > 0; --i) out.push_back({text(), type()});
    out.push_back({"rowtime", Type::timestamp(3)});
    return out;
  }

  TableRef table(RowSchema columns_of) {
    TableRef out{text(), below(9), text(), std::move(columns_of), {}, {}, {}, {{"connector", text()}}};
    out.primary_key = columns(out.columns);
    if (flip()) out.metadata_keys.push_back(text());
    if (flip()) out.partition_keys = columns(out.columns);
    return out;
  }

  ChangelogMode mode() { return flip() ? ChangelogMode::all() : ChangelogMode{RowKind::Insert, RowKind::UpdateAfter}; }
  std::optional<MiniBatch> mini_batch() { return flip() ? std::optional(MiniBatch{1 + below(1000)}) : std::nullopt; }

  AggregateCall call(const RowSchema& input) {
    AggregateCall out;
    out.function = "COUNT";
    if (flip()) {
      out.arguments = columns(input);
      for (uint32_t argument : out.arguments) out.argument_types.push_back(input[argument].type);
    }
    out.distinct = flip();
    out.retracts = flip();
    out.result = Type::bigint().not_null();
    return out;
  }

  Source source(RowSchema& output) {
    RowSchema physical = schema();
    physical.push_back({"nested", Type::row({{"a", type()}, {"b", Type::row({{"c", type()}})}})});
    output = physical;
    uint32_t nested = static_cast<uint32_t>(physical.size()) - 1;
    output.push_back({"b.c", physical.back().type.child(1).child(0)});
    Source out;
    for (uint32_t i = 0; i < physical.size(); ++i) out.paths.push_back({i});
    out.paths.push_back({nested, 1, 0});
    out.table = table(std::move(physical));
    if (flip()) out.pushed_filters = {condition(output), condition(output)};
    uint32_t rowtime = nested - 1;
    if (flip()) out.watermark = Watermark{column(rowtime, output[rowtime].type), flip(), below(100), below(100)};
    out.changelog = mode();
    return out;
  }

  WindowAggregate window_aggregate(const RowSchema& input, RowSchema& output) {
    WindowAggregate out;
    out.window = {Window::Kind::Hop, static_cast<uint32_t>(input.size()) - 1, flip(), 100, 20, 5};
    out.keys = columns(input);
    out.calls = {call(input), call(input)};
    using Property = WindowAggregate::Property;
    out.properties = {Property::End, Property::Start, Property::Time};
    out.input_retracts = flip();
    out.shift_time_zone = text();
    output = results(input, out.keys, out.calls);
    for (int i = 0; i < 3; ++i) output.push_back({"bound", Type::timestamp(3)});
    return out;
  }

  RowSchema results(const RowSchema& input, const std::vector<uint32_t>& keys,
                    const std::vector<AggregateCall>& calls) {
    RowSchema out;
    for (uint32_t key : keys) out.push_back(input[key]);
    for (const AggregateCall& call : calls) out.push_back({"result", call.result});
    return out;
  }

  OperatorKind step(const RowSchema& input, RowSchema& output) {
    output = input;
    switch (below(8)) {
      case 0:
        return calc(input, output);
      case 1:
        return MiniBatchAssigner{1 + below(100)};
      case 2: {
        GroupAggregate out{columns(input), {call(input)}, AggregatePhase::Single, flip(), flip(),
                           mini_batch(),   below(9)};
        output = results(input, out.keys, out.calls);
        return out;
      }
      case 3:
        return Deduplicate{columns(input), -1, flip(), flip(), mini_batch(), below(9)};
      case 4: {
        ChangelogNormalize out{columns(input), flip(), {}, mini_batch(), below(9)};
        if (flip()) out.condition.push_back(condition(input));
        return out;
      }
      case 5:
        return DropUpdateBefore{};
      case 6:
        if (!input.back().type.is_timestamp()) return Union{};
        return window_aggregate(input, output);
      default:
        return SinkMaterialize{columns(input), columns(input), flip(), below(9)};
    }
  }

  Calc calc(const RowSchema& input, RowSchema& output) {
    Calc out;
    if (flip()) out.condition.push_back(condition(input));
    output.clear();
    for (uint32_t i = 1 + below(4); i > 0; --i) {
      out.projections.push_back(expr(input));
      output.push_back({text(), out.projections.back().type});
    }
    return out;
  }

  Values values(const RowSchema& output) {
    Values out;
    for (uint32_t i = below(4); i > 0; --i) {
      ValueList row;
      for (const RowField& field : output) row.push_back(value(field.type));
      out.rows.push_back(std::move(row));
    }
    return out;
  }

  std::vector<StateTable> state() {
    std::vector<StateTable> out;
    for (uint32_t i = below(3); i > 0; --i) {
      out.push_back({"table" + std::to_string(i),
                     static_cast<StateKind>(below(7)),
                     {{0, text(), type()}},
                     {{7, text(), type()}, {1, text(), type()}},
                     below(100)});
    }
    return out;
  }

  void add(OperatorKind kind, std::vector<uint32_t> inputs, RowSchema output) {
    Operator op;
    op.id = next_id_++;
    op.uid = text();
    op.name = text();
    op.kind = std::move(kind);
    op.inputs = std::move(inputs);
    op.output = std::move(output);
    op.changelog = mode();
    if (flip() && !op.output.empty()) op.upsert_keys = {{0}, {}};
    op.state = state();
    graph_.fragments.back().operators.push_back(std::move(op));
  }

  void add_fragment() {
    graph_.fragments.push_back({static_cast<uint32_t>(graph_.fragments.size()) + 10, {}, below(2)});
  }

  void draw_pipeline() {
    add_fragment();
    RowSchema schema_of;
    if (flip()) {
      Source kind = source(schema_of);
      add(std::move(kind), {}, schema_of);
    } else {
      schema_of = schema();
      add(values(schema_of), {}, schema_of);
    }
    for (uint32_t i = below(5); i > 0; --i) {
      uint32_t from = next_id_ - 1;
      if (flip()) {
        bool hashes = flip();
        auto distribution = hashes ? Distribution::Hash : flip() ? Distribution::Gather : Distribution::Rebalance;
        graph_.edges.push_back(
            {from, next_id_, 0, distribution, hashes ? columns(schema_of) : std::vector<uint32_t>{}});
        add_fragment();
      }
      RowSchema output;
      OperatorKind kind = step(schema_of, output);
      schema_of = output;
      add(std::move(kind), {from}, schema_of);
    }
    add(Union{}, {next_id_ - 1, next_id_ - 1}, schema_of);
    add(Sink{table(schema_of), flip() ? Sink::NotNull::Drop : Sink::NotNull::Error, mode(),
             static_cast<Sink::Length>(below(3)), -1},
        {next_id_ - 1}, schema_of);
  }

  std::mt19937_64 random_;
  JobGraph graph_;
  uint32_t next_id_ = 3;
};

}  // namespace sluice::jobgraph
