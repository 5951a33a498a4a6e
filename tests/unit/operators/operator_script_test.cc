#include "operator_script.h"

#include <set>

namespace sluice::runtime {
namespace {

Value parse_value(std::string_view text, const Type& type) {
  if (text == "null") return Value::null();
  switch (type.physical()) {
    case Physical::Bool:
      return {text == "true"};
    case Physical::Float32:
      return {std::stof(std::string(text))};
    case Physical::Float64:
      return {std::stod(std::string(text))};
    case Physical::String:
      return {std::string(text)};
    case Physical::Int128:
      return {static_cast<Int128>(std::stoll(std::string(text)))};
    default:
      return {int64_t{std::stoll(std::string(text))}};
  }
}

std::string text_of(const Value& value) {
  struct Printer {
    std::string operator()(std::monostate) { return "null"; }
    std::string operator()(bool b) { return b ? "true" : "false"; }
    std::string operator()(int64_t i) { return std::to_string(i); }
    std::string operator()(Int128 i) { return std::to_string(static_cast<int64_t>(i)); }
    std::string operator()(float f) { return fmt::format("{}", f); }
    std::string operator()(double d) { return fmt::format("{}", d); }
    std::string operator()(const std::string& s) { return s; }
    std::string operator()(const TimestampNs& t) { return fmt::format("{}.{}", t.milliseconds, t.nanoseconds); }
    std::string operator()(const std::shared_ptr<const ValueList>& list) {
      std::string out = "{";
      for (const Value& value : *list) out += (out.size() > 1 ? "; " : "") + text_of(value);
      return out + "}";
    }
    std::string operator()(const std::shared_ptr<const ValueMap>&) { return "map"; }
  };
  return std::visit(Printer{}, value.data);
}

RowKind parse_kind(std::string_view text) {
  for (RowKind kind : {RowKind::Insert, RowKind::UpdateBefore, RowKind::UpdateAfter, RowKind::Delete}) {
    if (text.substr(0, 2) == sluice::text_of(kind)) return kind;
  }
  ADD_FAILURE() << "no kind: " << text;
  return RowKind::Insert;
}

}  // namespace

RowSchema schema_of(std::vector<Type> types) {
  RowSchema schema;
  for (Type& type : types) schema.push_back({"c" + std::to_string(schema.size()), std::move(type)});
  return schema;
}

std::string text_of_row(const Batch& batch, const RowSchema& schema, uint32_t row) {
  BatchView view(batch);
  std::string out(sluice::text_of(batch.kind(row)));
  out += "[";
  for (size_t c = 0; c < schema.size(); ++c) {
    out += (c > 0 ? ", " : "") + text_of(value_at(view.columns()[c], schema[c].type, row));
  }
  return out + "]";
}

class OperatorRun::FixedClock final : public Clock {
 public:
  explicit FixedClock(int64_t now_ms) : now_ms_(now_ms) {}
  int64_t wall_ms() const override { return now_ms_; }
  int64_t monotonic_ns() const override { return now_ms_ * 1000000; }

 private:
  int64_t now_ms_;
};

OperatorRun::OperatorRun(jobgraph::Operator op, RowSchema input, size_t room, int64_t now_ms, Tables tables)
    : op_(std::move(op)), input_(std::move(input)), room_(room), clock_(std::make_unique<FixedClock>(now_ms)) {
  kernels_.arena = &arena_;
  kernels_.session = &session_;
  context_.env.clock = clock_.get();
  context_.buffers = &pool_;
  context_.arena = &arena_;
  context_.kernels = &kernels_;
  context_.code = &code_;
  context_.state = &state_;
  if (tables == Tables::Memory) {
    TaskStateOptions options;
    options.env = env_.env();
    options.memory = &memory_;
    options.groups = {0, 128};
    auto made = TaskState::create(std::move(options));
    EXPECT_TRUE(made);
    task_state_ = *std::move(made);
    context_.state = &task_state_->operator_state("operator");
  }
  context_.op = &op_;
  context_.inputs = {input_};
  context_.metrics = &metrics_;
  context_.register_timer = [this](TimestampMs time) { timers_.push_back(time); };
  auto made = make_operator(op_);
  if (!made) {
    opened = std::move(made).as_failure();
    return;
  }
  operator_ = std::make_unique<CheckedOperator>(op_, *std::move(made));
  opened = operator_->open(context_);
}

OperatorRun::~OperatorRun() = default;

void OperatorRun::emit(Batch batch) {
  ++held_;
  for (uint32_t row = 0; row < batch.rows; ++row) changes_.push_back(text_of_row(batch, op_.output, row));
}

Batch OperatorRun::parse(const std::vector<std::string>& rows) {
  BatchBuilder builder(pool_, input_, static_cast<uint32_t>(rows.size()));
  builder.bind(kernels_);
  for (uint32_t row = 0; row < rows.size(); ++row) {
    builder.kinds()[row] = static_cast<int8_t>(parse_kind(rows[row]));
    std::string_view rest = std::string_view(rows[row]).substr(3, rows[row].size() - 4);
    for (size_t c = 0; c < input_.size(); ++c) {
      size_t comma = rest.find(", ");
      put_value(builder.columns()[c], input_[c].type, row, parse_value(rest.substr(0, comma), input_[c].type),
                kernels_);
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 2);
    }
  }
  return builder.finish(static_cast<uint32_t>(rows.size()), &arena_);
}

std::vector<std::string> OperatorRun::finish(Step step) {
  while (step && *step == Progress::Pending) {
    EXPECT_FALSE(has_room());
    held_ = 0;
    step = operator_->resume(*this);
  }
  held_ = 0;
  EXPECT_TRUE(step) << step.error().message;
  return std::exchange(changes_, {});
}

std::vector<std::string> OperatorRun::feed_batch(Batch batch) {
  return finish(operator_->on_batch(0, std::move(batch), *this));
}

std::vector<std::string> OperatorRun::feed(const Event& event, const std::vector<uint32_t>& batch_rows) {
  switch (event.kind) {
    case Event::Kind::Watermark:
      return finish(operator_->on_watermark(event.time, *this));
    case Event::Kind::Flush:
      return finish(operator_->on_flush(*this));
    case Event::Kind::Barrier:
      return finish(operator_->on_barrier(1, *this));
    case Event::Kind::Timer:
      return finish(operator_->on_timer(event.time, *this));
    case Event::Kind::End:
      return finish(operator_->on_end(*this));
    case Event::Kind::Rows:
      break;
  }
  std::vector<std::string> out;
  for (size_t begin = 0, i = 0; begin < event.rows.size(); ++i) {
    size_t count = batch_rows.empty() ? event.rows.size() : batch_rows[i % batch_rows.size()];
    count = std::min(count, event.rows.size() - begin);
    auto from = event.rows.begin() + static_cast<int64_t>(begin);
    auto some = feed_batch(parse({from, from + static_cast<int64_t>(count)}));
    out.insert(out.end(), some.begin(), some.end());
    begin += count;
  }
  return out;
}

void run_script(const jobgraph::Operator& op, const RowSchema& input, const std::vector<Event>& script,
                int64_t now_ms) {
  struct Mode {
    const char* name;
    size_t room;
    std::vector<uint32_t> batch_rows;
    Tables tables = Tables::Reference;
  };
  // A bundle gives its keys out in Flink's order, which scripts do not state; but all modes must have the same one.
  bool is_bundled = std::visit(
      [](const auto& kind) {
        if constexpr (requires { kind.mini_batch; }) return kind.mini_batch.has_value();
        return false;
      },
      op.kind);
  std::vector<std::vector<std::string>> first(script.size());
  std::mt19937 random(7);
  std::vector<uint32_t> splits;
  for (int i = 0; i < 50; ++i) splits.push_back(1 + static_cast<uint32_t>(random() % 5));
  for (const Mode& mode :
       {Mode{"whole batches", 1000000, {}}, Mode{"batches of one", 1000000, {1}}, Mode{"room for one batch", 1, {}},
        Mode{"random splits", 1, splits}, Mode{"the product's tables", 1, splits, Tables::Memory}}) {
    SCOPED_TRACE(mode.name);
    OperatorRun run(op, input, mode.room, now_ms, mode.tables);
    ASSERT_TRUE(run.opened) << run.opened.error().message;
    for (size_t i = 0; i < script.size(); ++i) {
      SCOPED_TRACE("event " + std::to_string(i));
      std::vector<std::string> changes = run.feed(script[i], mode.batch_rows);
      if (is_bundled) {
        EXPECT_EQ(std::multiset<std::string>(changes.begin(), changes.end()),
                  std::multiset<std::string>(script[i].expected.begin(), script[i].expected.end()));
        if (first[i].empty()) first[i] = changes;
        EXPECT_EQ(changes, first[i]);
      } else {
        EXPECT_EQ(changes, script[i].expected);
      }
    }
  }
}

}  // namespace sluice::runtime
