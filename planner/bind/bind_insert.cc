// INSERT: which column of the query goes to which column of the table, and the casts between them.
#include <algorithm>

#include "catalog/connectors/connectors.h"
#include "catalog/expr/interpreter.h"
#include "catalog/functions/function_table.h"
#include "catalog/types/coercion.h"
#include "planner/bind/ddl.h"
#include "planner/bind/jobs.h"
#include "planner/bind/query_binder.h"
#include "planner/plan/traits.h"

namespace sluice::planner {

namespace {

// Whether INSERT casts by itself, which Flink decides by the roots of the types: lengths, digits and fractions may
// shrink.
bool can_store(const Type& from, const Type& to) {
  using enum TypeRoot;
  if (from.is(Null)) return true;
  switch (to.root()) {
    case VarChar:
      return from.is_character();
    case VarBinary:
      return from.is_binary_string();
    case SmallInt:
    case Int:
    case BigInt:
      return from.is_integer() && from.root() <= to.root();
    case Decimal:
      return from.is_numeric();
    case Float:
      return from.is_exact() || from.is(Float);
    case Double:
      return from.is_numeric();
    case Date:
    case Time:
      return from.root() == to.root() || from.is(Timestamp);
    case Timestamp:
    case TimestampLtz:
      return from.is_timestamp();
    default:
      break;
  }
  if (from.root() != to.root() || from.child_count() != to.child_count()) return false;
  for (size_t i = 0; i < from.child_count(); ++i) {
    if (!can_store(from.child(i), to.child(i))) return false;
  }
  return true;
}

class InsertBinder {
 public:
  InsertBinder(const ast::Insert& insert, BindSession& session) : insert_(insert), session_(session) {}

  std::optional<Plan> bind() {
    size_t before = session_.diagnostics->count();
    refuse_forms();
    const Table* found = find_sink();
    BoundQuery query = QueryBinder(session_).bind_outermost(*insert_.query);
    if (found == nullptr) return {};
    Table table = with_hints(*found);
    // What is wrong with the table's options hides nothing of its columns.
    size_t queried = session_.diagnostics->count();
    bool is_usable = check_table_use(table, TableUse::Sink, insert_.table.span, session_);
    size_t used = session_.diagnostics->count();
    if (insert_.overwrite) refuse_overwrite(table);
    find_targets(table);
    if (query.open || queried != before || session_.diagnostics->count() != used) return {};
    auto input = map_columns_to(table, query.plan);
    if (!input || !is_usable) return {};
    return make_sink(table, std::move(*input));
  }

 private:
  void refuse_forms() {
    SourceSpan span = insert_.table.span;
    if (insert_.upsert) {
      session_.report(fail(ErrorCode::NotInStreaming, span, "UPSERT INTO does not exist in Flink SQL")
                          .hint("Write INSERT INTO: rows of a table with a primary key replace each other."),
                      span);
    }
    if (!insert_.extended_columns.empty()) {
      session_.report(fail(ErrorCode::BadInsertTarget, insert_.extended_columns[0].span,
                           "the column list of INSERT holds names without types")
                          .hint("Leave the types out: the table has them."),
                      span);
    }
  }

  // Files are replaced when a job ends, and other connectors replace nothing. `values` notes what it was asked for.
  void refuse_overwrite(const Table& table) {
    if (table.option("connector") == "values") return;
    session_.report(fail(ErrorCode::NotInStreaming, insert_.table.span, "INSERT OVERWRITE does not run on streams")
                        .hint("Write INSERT INTO: a stream has no end at which the new rows could replace the old."),
                    insert_.table.span);
  }

  const Table* find_sink() {
    const CatalogObject* object = find_object(insert_.table, session_);
    if (object == nullptr) return nullptr;
    if (auto* table = std::get_if<std::shared_ptr<const Table>>(object)) return table->get();
    session_.report(session_.with_definition(
                        fail(ErrorCode::WrongKindOfObject, insert_.table.span,
                             "`{}` is a view, and nothing can be written to it", identity_of(*object).path.dotted())
                            .hint("Write into a table."),
                        identity_of(*object).path, "", "the view is defined here"),
                    insert_.table.span);
    return nullptr;
  }

  Table with_hints(const Table& table) {
    Table copy = table;
    WithClause clause = with_clause(table.options, insert_.table.span);
    for (const ast::Hint& hint : insert_.hints) {
      for (const ast::HintArgument& argument : hint.args) {
        if (!argument.key) continue;
        copy.options[argument.key->value] = argument.value.value;
        clause[argument.key->value] = {argument.value.value, argument.key->span, argument.value.span};
      }
    }
    if (!insert_.hints.empty()) check_definition(copy, clause, insert_.table.span, *session_.diagnostics);
    return copy;
  }

  // Fills `targets_`: the columns of the table that the query's columns go to, in the query's order.
  void find_targets(const Table& table) {
    if (insert_.partition) {
      for (const ast::PartitionValue& value : insert_.partition->values) add_static(table, value);
    }
    if (insert_.columns.empty()) {
      for (uint32_t i = 0; i < table.columns.size(); ++i) {
        if (table.columns[i].is_written() && !statics_.contains(i)) targets_.push_back(i);
      }
      return;
    }
    for (const ast::Name& name : insert_.columns) add_target(table, name);
    for (uint32_t i = 0; i < table.columns.size(); ++i) check_left_out(table, i);
  }

  void add_static(const Table& table, const ast::PartitionValue& value) {
    const std::string& key = value.key.text;
    if (std::ranges::find(table.partition_keys, key) == table.partition_keys.end()) {
      std::string hint = table.partition_keys.empty() ? "The table has no PARTITIONED BY: leave PARTITION (..) out."
                                                      : names_hint(key, table.partition_keys);
      session_.report(
          fail(ErrorCode::UnknownPartition, value.key.span, "`{}` is no partition column", key).hint(std::move(hint)),
          value.key.span);
      return;
    }
    if (!value.value) return;  // PARTITION (k): the query delivers it.
    Scope nothing;
    ExprBinder binder(nothing, session_);
    binder.clause = "PARTITION";
    Expr constant = binder.bind(*value.value);
    const Type& type = table.columns[*table.find(key)].type;
    Expr stored = cast_or_report(std::move(constant), type.as_nullable(), value.value->span, session_);
    bool is_constant = is_foldable(stored) && !stored.type.is(TypeRoot::TimestampLtz);
    if (is_constant && !fold(stored, SessionContext{})) {
      session_.report(fail(ErrorCode::ConstantFails, value.value->span, "partition column `{}` is {}, and `{}` is none",
                           key, type.as_nullable().to_string(), session_.text(value.value->span))
                          .hint("Write a value of the column's type."),
                      value.value->span);
    }
    statics_.insert_or_assign(*table.find(key), std::move(stored));
  }

  void add_target(const Table& table, const ast::Name& name) {
    const std::string& text = name.parts.back().text;
    auto found = table.find(text);
    if (!found || !table.columns[*found].is_written() || name.parts.size() > 1) {
      std::vector<std::string> known;
      for (const Column& column : table.columns) known.push_back(column.name);
      bool is_read_only = found && name.parts.size() == 1;
      Failure failure =
          is_read_only ? fail(ErrorCode::BadInsertTarget, name.span, "column `{}` is {}, and cannot be written", text,
                              table.columns[*found].computed() != nullptr ? "computed" : "metadata that is only read")
                             .hint("Leave it out of the column list.")
                       : fail(ErrorCode::UnknownColumn, name.span, "table `{}` has no column `{}`",
                              table.identity.path.name, session_.text(name.span))
                             .hint(did_you_mean(text, known));
      session_.report(session_.with_definition(std::move(failure), table.identity.path, text,
                                               is_read_only ? "it is defined here" : "the table is defined here"),
                      name.span);
      return;
    }
    if (std::ranges::find(targets_, *found) != targets_.end() || statics_.contains(*found)) {
      session_.report(fail(ErrorCode::DuplicateName, name.span, "column `{}` is written twice", text)
                          .hint("Name every column once."),
                      name.span);
      return;
    }
    targets_.push_back(*found);
  }

  void check_left_out(const Table& table, uint32_t index) {
    const Column& column = table.columns[index];
    bool written = std::ranges::find(targets_, index) != targets_.end() || statics_.contains(index);
    if (written || !column.is_written() || column.type.nullable()) return;
    session_.report(session_.with_definition(fail(ErrorCode::NotNullViolation, insert_.table.span,
                                                  "column `{}` is NOT NULL and gets no value", column.name)
                                                 .hint("Add it to the column list."),
                                             table.identity.path, column.name, "it is defined here"),
                    insert_.table.span);
  }

  // The place of a column of the query in the text.
  SourceSpan span_of(const Plan& plan, size_t column) const {
    if (session_.place) return *session_.place;
    auto* project = plan.as<Project>();
    if (project == nullptr || column >= project->exprs.size()) return insert_.query->span;
    SourceSpan span = project->exprs[column].span;
    return span.end > span.begin ? span : insert_.query->span;
  }

  bool check_types(const Table& table, const Plan& query) {
    if (query->schema.size() != targets_.size()) {
      std::string names;
      for (uint32_t target : targets_) names += (names.empty() ? "" : ", ") + table.columns[target].name;
      session_.report(session_.with_definition(fail(ErrorCode::ColumnCountMismatch, insert_.query->span,
                                                    "the query has {} columns, and the table takes {}",
                                                    query->schema.size(), targets_.size())
                                                   .hint(fmt::format("The table takes ({}).", names)),
                                               table.identity.path, "", "the table is defined here"),
                      insert_.query->span);
      return false;
    }
    bool valid = true;
    for (size_t i = 0; i < targets_.size(); ++i) {
      const Type& from = query->schema[i].type;
      const Column& target = table.columns[targets_[i]];
      if (from.is_invalid() || can_store(from, target.type)) continue;
      session_.report(session_.with_definition(
                          fail(ErrorCode::TypeMismatch, span_of(query, i), "column `{}` is {} and cannot take {}",
                               target.name, target.type.to_string(), from.as_nullable().to_string())
                              .hint(fmt::format("Write CAST(.. AS {}).", target.type.as_nullable().to_string())),
                          table.identity.path, target.name, fmt::format("`{}` is defined here", target.name)),
                      insert_.query->span);
      valid = false;
    }
    return valid;
  }

  // A projection of the query to what sink_ref() says is written.
  std::optional<Plan> map_columns_to(const Table& table, const Plan& query) {
    if (!check_types(table, query)) return {};
    size_t before = session_.diagnostics->count();
    Project project{query, {}, {}};
    bool identity = true;
    for (const RowField& written : sink_ref(table).columns) {
      uint32_t index = *table.find(written.name);
      auto target = std::ranges::find(targets_, index);
      auto position = static_cast<uint32_t>(target - targets_.begin());
      if (target != targets_.end()) {
        Expr expr = column(position, query->schema[position].type);
        SourceSpan span = span_of(query, position);
        expr.span = span;
        for (const Type& type : {table.columns[index].type, written.type}) {  // Metadata is written in another one.
          expr = cast_or_report(std::move(expr), type.with_nullability(expr.type.nullable()), span, session_);
        }
        identity &= expr.as<ColumnRef>() != nullptr && position == project.exprs.size();
        project.exprs.push_back(std::move(expr));
      } else {
        identity = false;
        auto constant = statics_.find(index);
        project.exprs.push_back(constant != statics_.end()
                                    ? constant->second
                                    : Expr{Literal{Value::null()}, written.type.as_nullable(), {}, insert_.span});
      }
      project.names.push_back(written.name);
    }
    if (session_.diagnostics->count() != before) return {};
    identity &= project.exprs.size() == query->schema.size();
    return identity ? query : make(std::move(project));
  }

  // ON CONFLICT DO DEDUPLICATE is what happens without it.
  const char* refused() const {
    if (insert_.overwrite) return "INSERT OVERWRITE";
    if (insert_.on_conflict == ast::ConflictAction::Error) return "ON CONFLICT DO ERROR";
    return insert_.on_conflict == ast::ConflictAction::Nothing ? "ON CONFLICT DO NOTHING" : "";
  }

  Plan make_sink(const Table& table, Plan input) {
    const ConnectorDecl* connector = find_connector(table.option("connector"));
    Sink sink{.input = std::move(input), .table = sink_ref(table), .span = insert_.table.span};
    if (connector->takes != nullptr) sink.accepts = connector->takes(table, changelog_of(sink.input));
    sink.refused = refused();
    if (session_.settings.get("table.exec.sink.not-null-enforcer") == "DROP") {
      sink.not_null = jobgraph::Sink::NotNull::Drop;
    }
    std::string length = session_.settings.get("table.exec.sink.type-length-enforcer");
    if (length == "TRIM_PAD") sink.length = jobgraph::Sink::Length::TrimPad;
    if (length == "ERROR") sink.length = jobgraph::Sink::Length::Error;
    return make(std::move(sink));
  }

  const ast::Insert& insert_;
  BindSession& session_;
  std::vector<uint32_t> targets_;
  std::map<uint32_t, Expr> statics_;
};

std::optional<BoundJob> checked(BoundJob job, size_t errors_before, BindSession& session) {
  for (const Plan& sink : job.sinks) check_over(sink, session);
  infer_changelogs(job.sinks, *session.diagnostics);
  if (session.settings.get("execution.runtime-mode") != "STREAMING") {
    session.error(ErrorCode::NotSupportedYet, job.sinks[0].as<Sink>()->span,
                  "`execution.runtime-mode` other than STREAMING is not supported yet");
  }
  if (session.diagnostics->count() != errors_before) return {};
  return job;
}

}  // namespace

std::vector<std::string> unique_names(const RowSchema& schema) {
  std::vector<std::string> names;
  for (const RowField& field : schema) {
    std::string name = field.name;
    for (int i = 0; std::ranges::find(names, name) != names.end(); ++i) name = fmt::format("{}{}", field.name, i);
    names.push_back(std::move(name));
  }
  return names;
}

std::optional<Plan> bind_insert(const ast::Insert& insert, BindSession& session) {
  return InsertBinder(insert, session).bind();
}

std::optional<BoundJob> bind_inserts(JobKind kind, const std::vector<const ast::Insert*>& inserts,
                                     BindSession& session) {
  BoundJob job{kind, {}};
  size_t before = session.diagnostics->count();
  for (const ast::Insert* insert : inserts) {
    if (auto plan = bind_insert(*insert, session)) job.sinks.push_back(std::move(*plan));
  }
  if (job.sinks.empty()) return {};
  return checked(std::move(job), before, session);
}

std::optional<BoundJob> bind_select(const ast::Query& query, SourceSpan span, BindSession& session) {
  size_t before = session.diagnostics->count();
  BoundQuery bound = QueryBinder(session).bind_outermost(query);
  if (bound.open) return {};
  Plan plan = rename_columns(bound.plan, unique_names(bound.plan->schema));
  Sink sink{.input = plan, .accepts = ChangelogMode::all(), .span = span};
  sink.table = {.id = "$collect", .path = "$collect", .columns = plan->schema, .options = {{"connector", "$collect"}}};
  return checked({JobKind::Select, {make(std::move(sink))}}, before, session);
}

}  // namespace sluice::planner
