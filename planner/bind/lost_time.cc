#include "planner/bind/lost_time.h"

namespace sluice::planner {

namespace {

bool is_time(const Plan& plan, uint32_t column) {
  return column < plan->times.size() && plan->times[column] != TimeRole::None;
}

Failure noted(Failure failure, SourceSpan span, std::string text) {
  return span.end > span.begin ? std::move(failure).note(span, std::move(text)) : std::move(failure);
}

class Search {
 public:
  explicit Search(const BindSession& session) : session_(session) {}

  Failure explain(Failure failure, const Plan& plan, uint32_t column) const {
    if (auto* filter = plan.as<Filter>()) return explain(std::move(failure), filter->input, column);
    if (auto* assigner = plan.as<WatermarkAssigner>()) return explain(std::move(failure), assigner->input, column);
    if (auto* window = plan.as<WindowTvf>()) return of_input(std::move(failure), window->input, column, {}, "");
    if (auto* project = plan.as<Project>()) return of_project(std::move(failure), *project, column);
    if (auto* join = plan.as<Join>()) return of_join(std::move(failure), *join, column);
    if (auto* group = plan.as<Aggregate>()) return of_aggregate(std::move(failure), *group, column);
    if (auto* scan = plan.as<Scan>()) return of_table(std::move(failure), *scan, column);
    return failure;
  }

 private:
  Failure of_input(Failure failure, const Plan& input, uint32_t column, SourceSpan span, const char* loses) const {
    if (column >= input->schema.size()) return failure;
    if (is_time(input, column)) return noted(std::move(failure), span, loses);
    return explain(std::move(failure), input, column);
  }

  Failure of_project(Failure failure, const Project& project, uint32_t column) const {
    const Expr& expr = project.exprs[column];
    if (auto* reference = expr.as<ColumnRef>()) return explain(std::move(failure), project.input, reference->index);
    bool is_clock = expr.is_call("PROCTIME");
    if (is_clock) return failure;
    return noted(std::move(failure), expr.span, "this makes a plain value, of which no watermark is known");
  }

  Failure of_join(Failure failure, const Join& join, uint32_t column) const {
    auto width = static_cast<uint32_t>(join.left->schema.size());
    const char* loses = "a join without time bounds gives rows in no order of time";
    if (column < width) return of_input(std::move(failure), join.left, column, join.span, loses);
    return of_input(std::move(failure), join.right, column - width, join.span, loses);
  }

  Failure of_aggregate(Failure failure, const Aggregate& group, uint32_t column) const {
    const char* loses = "groups come and change in no order of time";
    if (column < group.keys.size()) {
      return of_input(std::move(failure), group.input, group.keys[column], group.span, loses);
    }
    return noted(std::move(failure), group.span,
                 "the column is made by an aggregate, whose results are no event times");
  }

  Failure of_table(Failure failure, const Scan& scan, uint32_t column) const {
    const std::string& name = scan.names[column];
    for (const auto& [path, definition] : session_.definitions) {
      if (path.dotted() != scan.table.path) continue;
      return session_.with_definition(std::move(failure), path, name,
                                      fmt::format("`{}` is defined here, and has no WATERMARK", name));
    }
    return failure;
  }

  const BindSession& session_;
};

}  // namespace

Failure with_lost_time(Failure failure, const Plan& plan, uint32_t column, const BindSession& session) {
  return Search(session).explain(std::move(failure), plan, column);
}

}  // namespace sluice::planner
