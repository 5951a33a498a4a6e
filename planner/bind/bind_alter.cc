// ALTER TABLE: the definition of the table with the change made to it is bound anew, as CREATE TABLE is.
#include <algorithm>
#include <ranges>

#include "grammar/ast/print.h"
#include "grammar/parser.h"
#include "planner/bind/bind_type.h"
#include "planner/bind/ddl.h"

namespace sluice::planner {

namespace {

ast::Name name_of(const std::string& text) { return {{{text, {}}}, {}}; }

// The table as its CREATE TABLE, with all options.
std::optional<ast::CreateTable> definition_of(const Table& table) {
  Table bare = table;
  bare.options = {{"connector", ""}};  // Values that are shown are not always the values.
  Diagnostics diagnostics;
  ast::Script script = grammar::parse(SourceText("definition", show_create(bare) + ";"), diagnostics);
  if (script.statements.size() != 1) return {};
  auto* create = std::get_if<ast::CreateTable>(&script.statements[0].kind);
  if (create == nullptr) return {};
  create->options.clear();
  for (const auto& [key, value] : table.options) create->options.push_back({{key, {}}, {value, {}}, {}});
  return std::move(*create);
}

class Alteration {
 public:
  Alteration(const Table& table, ast::CreateTable definition, BindSession& session)
      : table_(table), definition_(std::move(definition)), session_(session) {}

  // Whether the change can be made; what keeps it from that is reported.
  bool make(const ast::AlterChange& change, SourceSpan span) {
    span_ = span;
    size_t before = session_.diagnostics->count();
    std::visit([&](const auto& one) { apply(one); }, change);
    return session_.diagnostics->count() == before;
  }
  ast::CreateTable take() && { return std::move(definition_); }

 private:
  template <class... Args>
  void refuse(ErrorCode code, SourceSpan span, std::string hint, fmt::format_string<Args...> format, Args&&... args) {
    session_.report(fail(code, span, format, std::forward<Args>(args)...).hint(std::move(hint)), span);
  }

  std::vector<ast::Column>& columns() { return definition_.schema.columns; }
  auto find(const std::string& name) {
    return std::ranges::find(columns(), name, [](const ast::Column& column) { return column.name.parts.back().text; });
  }
  void report_missing(const ast::Name& name, bool drops = false) {
    std::vector<std::string> known;
    for (const Column& column : table_.columns) known.push_back(column.name);
    const std::string& text = name.parts.back().text;
    session_.report(fail(ErrorCode::UnknownColumn, name.span, "column `{}` does not exist", text)
                        .hint(drops ? columns_hint(known) : names_hint(text, known)),
                    name.span);
  }
  // Not "did you mean": no command may change what is dropped.
  static std::string columns_hint(const std::vector<std::string>& known) { return names_hint("", known); }
  bool is_nested(const ast::Name& name) {
    if (name.parts.size() == 1) return false;
    session_.not_supported(name.span, "a change of a field of a row");
    return true;
  }

  // ---- Columns

  void apply(const ast::ChangeSchema& change) {
    for (const ast::Column& column : change.schema.columns) put_column(column, change.modify);
    for (const ast::Constraint& constraint : change.schema.constraints) put_key(constraint, change.modify);
    if (!change.schema.watermark) return;
    const ast::Watermark& watermark = *change.schema.watermark;
    if (change.modify != table_.watermark.has_value()) {
      session_.report(
          fail(ErrorCode::CannotAlter, watermark.span, "the table has {} watermark", change.modify ? "no" : "a")
              .hint(change.modify ? "Write ADD WATERMARK." : "Write MODIFY WATERMARK."),
          watermark.span);
      return;
    }
    definition_.schema.watermark = watermark_of(watermark);
  }

  void put_column(const ast::Column& written, bool modify) {
    if (is_nested(written.name)) return;
    const std::string& name = written.name.parts[0].text;
    auto found = find(name);
    if (modify && found == columns().end()) return report_missing(written.name);
    if (!modify && found != columns().end()) {
      return refuse(ErrorCode::DuplicateName, written.name.span, "Write MODIFY to change it, or take another name.",
                    "column `{}` exists already", name);
    }
    if (!is_typed(written)) return;
    ast::Column column = copy_of(written);
    ptrdiff_t place = modify ? found - columns().begin() : static_cast<ptrdiff_t>(columns().size());
    if (modify) columns().erase(found);
    if (written.position) {
      place = 0;
      if (written.position->after) {
        auto after = find(written.position->after->parts.back().text);
        if (after == columns().end()) return report_missing(*written.position->after);
        place = after - columns().begin() + 1;
      }
    }
    columns().insert(columns().begin() + place, std::move(column));
  }

  // What is wrong with a type is told at its own place.
  bool is_typed(const ast::Column& column) {
    auto* physical = std::get_if<ast::PhysicalColumn>(&column.kind);
    auto* metadata = std::get_if<ast::MetadataColumn>(&column.kind);
    if (physical != nullptr) return !bind_type(*physical->type, session_).is_invalid();
    return metadata == nullptr || !bind_type(*metadata->type, session_).is_invalid();
  }

  // Parts of a statement belong to it: a change is printed and read again.
  ast::Column copy_of(const ast::Column& written) {
    ast::Column column{.name = written.name, .kind = ast::UntypedColumn{}, .comment = written.comment, .span = {}};
    Diagnostics none;
    auto type_of = [&](const ast::Type& type) { return grammar::parse_type(SourceText("", print(type)), none); };
    if (auto* physical = std::get_if<ast::PhysicalColumn>(&written.kind)) {
      column.kind = ast::PhysicalColumn{type_of(*physical->type), physical->constraint};
    } else if (auto* metadata = std::get_if<ast::MetadataColumn>(&written.kind)) {
      column.kind =
          ast::MetadataColumn{type_of(*metadata->type), metadata->key, metadata->is_virtual, metadata->constraint};
    } else if (auto* computed = std::get_if<ast::ComputedColumn>(&written.kind)) {
      column.kind = ast::ComputedColumn{grammar::parse_expression(SourceText("", print(*computed->expr)), none)};
    }
    return column;
  }
  ast::Watermark watermark_of(const ast::Watermark& written) {
    Diagnostics none;
    return {written.column, grammar::parse_expression(SourceText("", print(*written.expr)), none), {}};
  }

  void apply(const ast::DropColumns& drop) {
    for (const ast::Name& name : drop.columns) {
      if (is_nested(name)) continue;
      auto found = find(name.parts[0].text);
      if (found == columns().end()) {
        report_missing(name, true);
      } else if (!is_used(name, drop.columns, true)) {
        columns().erase(found);
      }
    }
  }

  void apply(const ast::RenameColumn& rename) {
    if (is_nested(rename.from) || is_nested(rename.to)) return;
    const std::string& to = rename.to.parts[0].text;
    auto found = find(rename.from.parts[0].text);
    if (found == columns().end()) return report_missing(rename.from);
    if (find(to) != columns().end()) {
      return refuse(ErrorCode::DuplicateName, rename.to.span, "Take another name.", "column `{}` exists already", to);
    }
    if (is_used(rename.from, {}, false)) return;
    for (ast::Constraint& constraint : definition_.schema.constraints) {
      for (ast::Identifier& column : constraint.columns) {
        if (column.text == rename.from.parts[0].text) column.text = to;
      }
    }
    found->name = name_of(to);
  }

  static bool reads(const Expr& expr, uint32_t column) {
    auto* reference = expr.as<ColumnRef>();
    if (reference != nullptr && reference->index == column) return true;
    return std::ranges::any_of(expr.args, [&](const Expr& arg) { return reads(arg, column); });
  }

  // By what does not go along; a key has its columns' names only.
  bool is_used(const ast::Name& name, const std::vector<ast::Name>& gone, bool counts_key) {
    const std::string& text = name.parts[0].text;
    uint32_t index = *table_.find(text);
    std::string user;
    RowSchema scanned = table_.scan_schema();
    auto place = static_cast<uint32_t>(std::ranges::find(scanned, text, &RowField::name) - scanned.begin());
    for (const Column& column : table_.columns) {
      bool goes = std::ranges::any_of(gone, [&](const ast::Name& one) { return one.parts[0].text == column.name; });
      if (column.computed() != nullptr && !goes && reads(column.computed()->expr, place)) {
        user = fmt::format("column `{}`", column.name);
      }
    }
    const auto& watermark = table_.watermark;
    if (watermark && (watermark->column == index || reads(watermark->expr, index))) user = "the watermark";
    if (std::ranges::count(table_.partition_keys, text) > 0) user = "PARTITIONED BY";
    if (table_.distribution && std::ranges::count(table_.distribution->columns, text) > 0) user = "the distribution";
    if (counts_key && table_.primary_key && std::ranges::count(table_.primary_key->columns, index) > 0) {
      user = "the primary key";
    }
    if (user.empty()) return false;
    const char* hint = user == "PARTITIONED BY" ? "Create the table anew: its partitions cannot be changed."
                                                : "Change or drop that first.";
    refuse(ErrorCode::ColumnInUse, name.span, hint, "column `{}` is used by {}", text, user);
    return true;
  }

  // ---- The key, the watermark, the distribution

  void put_key(const ast::Constraint& constraint, bool modify) {
    if (modify != table_.primary_key.has_value()) {
      session_.report(fail(ErrorCode::CannotAlter, constraint.span, "the table has {} primary key", modify ? "no" : "a")
                          .hint(modify ? "Write ADD PRIMARY KEY." : "Write MODIFY PRIMARY KEY."),
                      constraint.span);
      return;
    }
    for (const ast::Identifier& column : constraint.columns) {
      if (find(column.text) == columns().end()) return report_missing({{column}, column.span});
    }
    definition_.schema.constraints = {constraint};
  }

  void drop_key(SourceSpan span, const std::string& name) {
    bool fits = table_.primary_key && (name.empty() || table_.primary_key->name == name);
    if (fits) return definition_.schema.constraints.clear();
    std::string hint = table_.primary_key ? fmt::format("Its key is called {}.", table_.primary_key->name)
                                          : "Leave the statement out, or ADD PRIMARY KEY (..) NOT ENFORCED.";
    refuse(ErrorCode::CannotAlter, span, std::move(hint), "the table has no {}",
           name.empty() ? "primary key" : fmt::format("constraint `{}`", name));
  }
  void apply(const ast::DropPrimaryKey&) { drop_key(span_, ""); }
  void apply(const ast::DropConstraint& drop) { drop_key(drop.name.span, drop.name.text); }
  void apply(const ast::DropWatermark&) {
    if (!table_.watermark) {
      return refuse(ErrorCode::CannotAlter, span_, "Leave the statement out.", "the table has no watermark");
    }
    definition_.schema.watermark.reset();
  }
  void apply(const ast::ChangeDistribution& change) {
    if (change.modify != table_.distribution.has_value()) {
      return refuse(ErrorCode::CannotAlter, span_,
                    change.modify ? "Write ADD DISTRIBUTION." : "Write MODIFY DISTRIBUTION.",
                    "the table has {} distribution", change.modify ? "no" : "a");
    }
    definition_.distribution = change.distribution;
  }
  void apply(const ast::DropDistribution&) {
    if (!table_.distribution) {
      return refuse(ErrorCode::CannotAlter, span_, "Leave the statement out.", "the table has no distribution");
    }
    definition_.distribution.reset();
  }

  // ---- Options

  void apply(const ast::SetOptions& set) {
    for (const ast::Option& option : set.options) {
      drop_option(option.key.value);
      definition_.options.push_back(option);
    }
  }
  void apply(const ast::ResetOptions& reset) {
    if (reset.keys.empty()) {
      refuse(ErrorCode::CannotAlter, span_, "Write RESET ('key') with the options to take back.",
             "RESET names no option");
    }
    for (const ast::Text& key : reset.keys) {
      if (key.value == "connector") {
        refuse(ErrorCode::CannotAlter, key.span, "Drop the table, and create it with another one.",
               "a table keeps its `connector`");
      }
      drop_option(key.value);
    }
  }
  void drop_option(const std::string& key) {
    std::erase_if(definition_.options, [&](const ast::Option& option) { return option.key.value == key; });
  }
  void apply(const ast::SetComment& set) { definition_.comment = set.comment; }
  void apply(const auto&) { session_.not_supported(span_, "this ALTER TABLE"); }

  const Table& table_;
  ast::CreateTable definition_;
  BindSession& session_;
  SourceSpan span_;
};

// What is left of the span behind blanks.
SourceSpan behind(SourceSpan span, const BindSession& session) {
  size_t blanks = session.text(span).find_first_not_of(" \t\r\n");
  return {span.begin + static_cast<uint32_t>(blanks == std::string::npos ? 0 : blanks), span.end};
}

// The one place in the change where the name stands that is not known.
std::optional<SourceSpan> named_in(SourceSpan change, const Error& error, const BindSession& session) {
  if (error.code != ErrorCode::UnknownColumn && error.code != ErrorCode::BadDistribution) return std::nullopt;
  size_t begin = error.message.find('`'), end = error.message.find('`', begin + 1);
  if (end == std::string::npos) return std::nullopt;
  std::string name = error.message.substr(begin + 1, end - begin - 1), text = session.text(change);
  size_t at = text.find(name);
  if (at == std::string::npos || text.find(name, at + 1) != std::string::npos) return std::nullopt;
  uint32_t place = change.begin + static_cast<uint32_t>(at);
  return SourceSpan{place, place + static_cast<uint32_t>(name.size())};
}

// The item of the change that an error of the changed definition is about.
std::optional<SourceSpan> item_of(const ast::AlterChange& change, const Error& error) {
  auto names = [&](const std::string& text) { return error.message.find("`" + text + "`") != std::string::npos; };
  if (auto* set = std::get_if<ast::SetOptions>(&change)) {
    for (const ast::Option& option : set->options) {
      if (!names(option.key.value)) continue;
      return error.code == ErrorCode::UnknownOption ? option.key.span : option.value.span;
    }
  }
  auto* schema = std::get_if<ast::ChangeSchema>(&change);
  if (schema == nullptr) return std::nullopt;
  const ast::TableSchema& changed = schema->schema;
  if (error.code == ErrorCode::BadWatermark && changed.watermark) return changed.watermark->span;
  if (error.code == ErrorCode::BadConstraint && !changed.constraints.empty()) return changed.constraints[0].span;
  for (const ast::Column& column : changed.columns) {
    if (names(column.name.parts.back().text)) return column.span;
  }
  size_t items = changed.columns.size() + changed.constraints.size() + (changed.watermark ? 1 : 0);
  if (items != 1) return std::nullopt;
  return changed.watermark              ? changed.watermark->span
         : !changed.constraints.empty() ? changed.constraints[0].span
                                        : changed.columns[0].span;
}

}  // namespace

std::optional<BoundDdl> alter_table(const ast::Alter& alter, const Table& table, SourceSpan span,
                                    BindSession& session) {
  auto definition = definition_of(table);
  if (!definition) {
    session.not_supported(span, "this ALTER TABLE");
    return {};
  }
  Alteration alteration(table, std::move(*definition), session);
  SourceSpan change_span = behind({alter.name.span.end, span.end}, session);
  if (!alteration.make(alter.change, change_span)) return {};
  Diagnostics inner;
  SourceText text("definition", ast::print(ast::Statement{std::move(alteration).take(), {}}) + ";");
  ast::Script script = grammar::parse(text, inner);
  auto* create = script.statements.empty() ? nullptr : std::get_if<ast::CreateTable>(&script.statements[0].kind);
  auto* outer = std::exchange(session.diagnostics, &inner);
  auto* source = std::exchange(session.source, &text);
  auto altered = create == nullptr ? nullptr : bind_table(*create, table.identity.path, session);
  session.source = source;
  session.diagnostics = outer;
  for (const Error& error : inner.errors()) {
    auto item = named_in(change_span, error, session);
    if (!item) item = item_of(alter.change, error);
    session.report(fail(error.code, item.value_or(change_span), "{}", error.message).hint(error.hint), span);
  }
  if (altered == nullptr || !inner.ok()) return {};
  auto* set = std::get_if<ast::SetOptions>(&alter.change);
  auto defined = session.definitions.find(table.identity.path);
  if (set != nullptr && defined != session.definitions.end()) {
    for (const ast::Option& option : set->options) {
      defined->second.options[option.key.value] = {option.value.value, option.key.span, option.value.span};
    }
  }
  Table changed = *altered;
  changed.identity = table.identity;
  ++changed.identity.version;
  return BoundDdl{{CreateObject{std::make_shared<const Table>(std::move(changed))}}};
}

}  // namespace sluice::planner
