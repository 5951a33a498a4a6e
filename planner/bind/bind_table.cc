// CREATE TABLE, with LIKE.
#include <algorithm>

#include <fmt/ranges.h>

#include "catalog/connectors/connectors.h"
#include "grammar/ast/print.h"
#include "planner/bind/bind_type.h"
#include "planner/bind/columns_of_query.h"
#include "planner/bind/ddl.h"
#include "planner/bind/like_strategies.h"
#include "planner/bind/query_binder.h"
#include "planner/bind/watermark_type.h"

namespace sluice::planner {

namespace {

class TableBinder {
 public:
  TableBinder(const ast::CreateTable& create, const RowSchema* of_query, BindSession& session)
      : create_(create), of_query_(of_query), session_(session) {}

  std::shared_ptr<const Table> bind(const ObjectPath& path) {
    size_t before = session_.diagnostics->count();
    table_.identity = {.id = session_.catalog.next_id(path), .path = path, .temporary = create_.temporary};
    if (create_.like) take_base(*create_.like);
    take_columns();
    take_primary_key();
    bind_computed();
    bind_watermark();
    take_partitioning();
    bool is_whole = session_.diagnostics->count() == before;
    take_options();
    if (create_.comment) table_.comment = create_.comment->value;
    if (!is_whole) return nullptr;
    return std::make_shared<const Table>(std::move(table_));
  }

 private:
  // ---- LIKE

  void take_base(const ast::LikeClause& like) {
    like_ = strategies_of(like, session_);
    const Table* base = find_table(like.table, session_);
    if (base == nullptr) return;
    using enum ast::LikeFeature;
    for (const Column& column : base->columns) {
      bool kept = column.is_physical() || (column.computed() != nullptr && like_.includes(Generated)) ||
                  (column.metadata() != nullptr && like_.includes(Metadata));
      if (kept) table_.columns.push_back(column);
    }
    if (like_.includes(Constraints)) base_key_ = key_names(*base);
    if (like_.includes(Partitions)) table_.partition_keys = base->partition_keys;
    if (like_.includes(Distribution)) table_.distribution = base->distribution;
    if (like_.includes(Options)) table_.options = base->options;
    if (like_.includes(Watermarks) && base->watermark && (!create_.schema.watermark || !like_.overwrites(Watermarks))) {
      base_watermark_ = base->watermark;
      base_watermark_column_ = base->columns[base->watermark->column].name;
    }
    base_ = base;
    base_columns_ = table_.columns.size();
  }

  static std::vector<std::string> key_names(const Table& table) {
    std::vector<std::string> names;
    if (!table.primary_key) return names;
    for (uint32_t column : table.primary_key->columns) names.push_back(table.columns[column].name);
    return names;
  }

  // ---- Columns

  void take_columns() {
    for (const ast::Column& column : create_.schema.columns) {
      const std::string& name = column.name.parts.back().text;
      Column bound{.name = name, .kind = PhysicalColumn{}};
      if (column.comment) bound.comment = column.comment->value;
      const ast::Constraint* constraint = nullptr;
      if (auto* physical = std::get_if<ast::PhysicalColumn>(&column.kind)) {
        bound.type = bind_type(*physical->type, session_);
        if (physical->constraint) constraint = &*physical->constraint;
      } else if (auto* metadata = std::get_if<ast::MetadataColumn>(&column.kind)) {
        bound.type = bind_type(*metadata->type, session_);
        bound.kind = MetadataColumn{metadata->key ? metadata->key->value : name, metadata->is_virtual};
        if (metadata->constraint) constraint = &*metadata->constraint;
      } else if (auto* computed = std::get_if<ast::ComputedColumn>(&column.kind)) {
        bound.kind = ComputedColumn{ast::print(*computed->expr), invalid_expr(column.span)};
        computed_.emplace_back(name, computed->expr.get());
      } else {
        bound.type = type_in_query(name, of_query_, column.span, session_);
      }
      if (constraint != nullptr) constraints_.push_back({constraint, {name}});
      add_column(std::move(bound), column.name.span);
    }
    for (const ast::Constraint& constraint : create_.schema.constraints) {
      std::vector<std::string> names;
      for (const ast::Identifier& column : constraint.columns) names.push_back(column.text);
      constraints_.push_back({&constraint, std::move(names)});
    }
    take_columns_of_query();
  }

  // Columns without types put those of the query in another order; beside others they come behind.
  void take_columns_of_query() {
    if (of_query_ == nullptr) return;
    if (is_list_of_names(create_, *of_query_, session_)) return;
    for (const RowField& field : *of_query_) {
      if (!table_.find(field.name)) add_column({field.name, field.type, PhysicalColumn{}, {}}, create_.query->span);
    }
  }

  void add_column(Column column, SourceSpan span) {
    auto found = std::ranges::find(table_.columns, column.name, &Column::name);
    if (found == table_.columns.end()) return table_.columns.push_back(std::move(column));
    bool of_base = static_cast<size_t>(found - table_.columns.begin()) < base_columns_;
    using enum ast::LikeFeature;
    bool replaces = of_base && ((found->computed() && column.computed() && like_.overwrites(Generated)) ||
                                (found->metadata() && column.metadata() && like_.overwrites(Metadata)));
    if (replaces) {
      *found = std::move(column);
      return;
    }
    Failure failure = fail(ErrorCode::DuplicateName, span, "column `{}` {}", column.name,
                           of_base ? "exists in the base table" : "is defined twice")
                          .hint(of_base ? "Rename it, or leave out what the base table brings: LIKE .. (EXCLUDING ..)."
                                        : "Rename one of them.");
    auto first = std::ranges::find(create_.schema.columns, column.name,
                                   [](const ast::Column& one) { return one.name.parts.back().text; });
    if (!of_base) failure = std::move(failure).note(first->name.span, "the first one is here");
    session_.report(std::move(failure), span);
  }

  // ---- Constraints

  struct PendingConstraint {
    const ast::Constraint* constraint = nullptr;
    std::vector<std::string> columns;
  };

  void take_primary_key() {
    std::vector<std::string> key = base_key_;
    std::string name;
    const ast::Constraint* first = nullptr;
    for (const PendingConstraint& pending : constraints_) {
      const ast::Constraint& constraint = *pending.constraint;
      if (constraint.kind == ast::ConstraintKind::Unique) {
        session_.report(fail(ErrorCode::BadConstraint, constraint.span, "a stream knows no UNIQUE constraint")
                            .hint("Declare PRIMARY KEY (..) NOT ENFORCED where the columns tell rows apart."),
                        constraint.span);
        continue;
      }
      if (constraint.enforced.value_or(true)) {
        Failure failure = fail(ErrorCode::BadConstraint, constraint.span, "a primary key cannot be enforced")
                              .hint("Write NOT ENFORCED behind it: whoever writes the rows keeps the key.");
        bool is_said = constraint.enforced.has_value();
        uint32_t end = constraint.span.end;
        if (!is_said && end > 0) failure = std::move(failure).change({end, end}, " NOT ENFORCED");
        session_.report(std::move(failure), constraint.span);
      }
      if (first != nullptr || !base_key_.empty()) {
        Failure failure =
            fail(ErrorCode::BadConstraint, constraint.span, "the table has two primary keys")
                .hint(first != nullptr ? "One key may have several columns: PRIMARY KEY (a, b) NOT ENFORCED."
                                       : "Write LIKE .. (EXCLUDING CONSTRAINTS) to leave out the base table's.");
        if (first != nullptr) failure = std::move(failure).note(first->span, "the first one is here");
        session_.report(std::move(failure), constraint.span);
        continue;
      }
      first = &constraint;
      key = pending.columns;
      if (constraint.name) name = constraint.name->text;
      check_key_columns(pending);
    }
    set_primary_key(key, std::move(name));
  }

  void check_key_columns(const PendingConstraint& pending) {
    for (size_t i = 0; i < pending.columns.size(); ++i) {
      const auto& written = pending.constraint->columns;
      SourceSpan span = i < written.size() ? written[i].span : pending.constraint->span;
      const std::string& name = pending.columns[i];
      auto begin = pending.columns.begin();
      if (std::find(begin, begin + static_cast<std::ptrdiff_t>(i), name) != begin + static_cast<std::ptrdiff_t>(i)) {
        session_.report(fail(ErrorCode::BadConstraint, span, "column `{}` stands twice in the primary key", name)
                            .hint("Name every column of the key once."),
                        span);
      }
      auto found = table_.find(name);
      if (!found) {
        session_.report(fail(ErrorCode::UnknownColumn, span, "column `{}` of the primary key is not defined", name)
                            .hint(names_hint(name, column_names())),
                        span);
      } else if (!table_.columns[*found].is_physical()) {
        session_.report(
            fail(ErrorCode::BadConstraint, span, "column `{}` of the primary key is no physical column", name)
                .hint("Keys are found in the stored rows, which do not hold computed and metadata columns."),
            span);
      }
    }
  }

  // Columns of the key cannot be NULL, whatever their definition says.
  void set_primary_key(const std::vector<std::string>& names, std::string name) {
    if (names.empty()) return;
    PrimaryKey key{.name = std::move(name)};
    if (key.name.empty()) key.name = "PK_" + fmt::format("{}", fmt::join(names, "_"));
    for (const std::string& column : names) {
      auto found = table_.find(column);
      if (!found) return;
      table_.columns[*found].type = table_.columns[*found].type.not_null();
      key.columns.push_back(*found);
    }
    table_.primary_key = std::move(key);
  }

  // ---- Expressions

  std::vector<std::string> column_names() const {
    std::vector<std::string> names;
    for (const Column& column : table_.columns) names.push_back(column.name);
    return names;
  }

  static Scope scope_of(RowSchema columns, bool open) {
    Scope scope;
    std::vector<TimeRole> times(columns.size(), TimeRole::None);
    scope.relations.push_back({.columns = std::move(columns), .times = std::move(times), .open = open});
    return scope;
  }

  // An expression of the base table over the columns of this one: found again by name.
  Expr moved(const Expr& expr, const RowSchema& from, const RowSchema& to) {
    return map_columns(expr, [&](uint32_t index, const Expr& reference) {
      auto found = std::ranges::find(to, from[index].name, &RowField::name);
      if (found == to.end()) {
        session_.report(
            fail(ErrorCode::ColumnInUse, create_.like->span,
                 "column `{}` of the base table is left out, and another one is computed from it", from[index].name)
                .hint("Define it in this table, or write EXCLUDING GENERATED."),
            create_.like->span);
        return reference;
      }
      return column(static_cast<uint32_t>(found - to.begin()), found->type);
    });
  }

  void bind_computed() {
    RowSchema scanned = table_.scan_schema();
    Scope scope = scope_of(scanned, false);
    for (const auto& [name, expr] : computed_) scope.computed.push_back(name);
    ExprBinder binder(scope, session_);
    binder.clause = "a computed column";
    for (Column& column : table_.columns) {
      auto* computed = std::get_if<ComputedColumn>(&column.kind);
      if (computed == nullptr) continue;
      auto own = std::ranges::find(computed_, column.name, [](const auto& pending) { return pending.first; });
      if (own != computed_.end()) {
        computed->expr = binder.bind_value(*own->second);
      } else if (base_ != nullptr) {
        computed->expr = moved(computed->expr, base_->scan_schema(), scanned);
      }
      column.type = computed->expr.type;
    }
  }

  void bind_watermark() {
    const auto& written = create_.schema.watermark;
    if (!written && base_watermark_) {
      auto column = table_.find(base_watermark_column_);
      if (!column) return;
      table_.watermark = *base_watermark_;
      table_.watermark->column = *column;
      table_.watermark->expr = moved(base_watermark_->expr, base_->schema(), table_.schema());
      return;
    }
    if (!written) return;
    if (base_watermark_) {
      session_.report(fail(ErrorCode::BadWatermark, written->span, "the base table has a watermark already")
                          .hint("Write LIKE .. (OVERWRITING WATERMARKS) or (EXCLUDING WATERMARKS)."),
                      written->span);
      return;
    }
    if (written->column.parts.size() > 1) {
      return session_.not_supported(written->column.span, "a watermark for a field of a row");
    }
    const std::string& name = written->column.parts[0].text;
    auto found = table_.find(name);
    if (!found) {
      return session_.report(
          fail(ErrorCode::UnknownColumn, written->column.span, "column `{}` of the watermark is not defined", name)
              .hint(names_hint(name, column_names())),
          written->column.span);
    }
    Scope scope = scope_of(table_.schema(), false);
    ExprBinder binder(scope, session_);
    binder.clause = "a watermark";
    Expr expr = binder.bind_value(*written->expr);
    const Column& column = table_.columns[*found];
    if (!can_be_watermark(column.type, written->column.span, session_)) return;
    if (!can_be_watermark(expr.type, written->expr->span, session_)) return;
    if (column.computed() != nullptr && column.computed()->expr.is_call("PROCTIME")) {
      return session_.report(
          fail(ErrorCode::BadWatermark, written->column.span, "`{}` is a processing time and takes no watermark", name)
              .hint("Processing time is never late: leave the watermark out."),
          written->column.span);
    }
    table_.watermark = WatermarkStrategy{*found, ast::print(*written->expr), std::move(expr)};
  }

  // ---- The rest

  void check_defined(const ast::Identifier& column, ErrorCode code, const char* what) {
    auto found = table_.find(column.text);
    if (found && table_.columns[*found].computed() == nullptr) return;
    if (found) {
      session_.report(fail(code, column.span, "{} column `{}` is computed, and not stored", what, column.text)
                          .hint("Name a physical column."),
                      column.span);
      return;
    }
    session_.report(fail(code, column.span, "{} column `{}` is not defined", what, column.text)
                        .hint(names_hint(column.text, column_names())),
                    column.span);
  }

  void take_partitioning() {
    if (!create_.partitioned_by.empty() && !table_.partition_keys.empty()) {
      session_.report(
          fail(ErrorCode::BadPartitioning, create_.partitioned_by[0].span, "the base table is partitioned already")
              .hint("Write LIKE .. (EXCLUDING PARTITIONS)."),
          create_.partitioned_by[0].span);
    }
    for (const ast::Identifier& column : create_.partitioned_by) {
      check_defined(column, ErrorCode::BadPartitioning, "partition");
      table_.partition_keys.push_back(column.text);
    }
    if (!create_.distribution) return;
    Distribution distribution{.buckets = create_.distribution->buckets};
    if (create_.distribution->kind == ast::DistributionKind::Hash) distribution.kind = "HASH";
    if (create_.distribution->kind == ast::DistributionKind::Range) distribution.kind = "RANGE";
    for (const ast::Identifier& column : create_.distribution->columns) {
      check_defined(column, ErrorCode::BadDistribution, "distribution");
      distribution.columns.push_back(column.text);
    }
    table_.distribution = std::move(distribution);
  }

  void take_options() {
    WithClause with = with_clause(table_.options, create_.name.span);
    auto defined = base_ == nullptr ? session_.definitions.end() : session_.definitions.find(base_->identity.path);
    if (defined != session_.definitions.end()) take_places(defined->second.options, with);
    for (const ast::Option& option : create_.options) {
      bool of_base = table_.options.contains(option.key.value);
      if (of_base && !like_.overwrites(ast::LikeFeature::Options) && base_ != nullptr) {
        session_.report(
            fail(ErrorCode::DuplicateName, option.key.span, "option `{}` is set in the base table", option.key.value)
                .hint("Write LIKE .. (OVERWRITING OPTIONS)."),
            option.key.span);
      }
      table_.options[option.key.value] = option.value.value;
      with[option.key.value] = {option.value.value, option.key.span, option.value.span};
    }
    Diagnostics found;
    check_definition(table_, with, create_.name.span, found);
    for (const Error& error : found.errors()) {
      session_.told_of_options.emplace(table_.identity.path, error.message);
      session_.report(Failure{error}, create_.name.span);
    }
  }

  const ast::CreateTable& create_;
  const RowSchema* of_query_;
  BindSession& session_;
  Table table_;
  LikeStrategies like_;
  const Table* base_ = nullptr;
  size_t base_columns_ = 0;
  std::vector<std::string> base_key_;
  std::optional<WatermarkStrategy> base_watermark_;
  std::string base_watermark_column_;
  std::vector<std::pair<std::string, const ast::Expr*>> computed_;
  std::vector<PendingConstraint> constraints_;
};

}  // namespace

std::shared_ptr<const Table> bind_table(const ast::CreateTable& create, const ObjectPath& path, BindSession& session,
                                        const RowSchema* of_query) {
  return TableBinder(create, of_query, session).bind(path);
}

}  // namespace sluice::planner
