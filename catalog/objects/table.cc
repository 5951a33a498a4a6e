#include "catalog/objects/table.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/secrets.h"

namespace sluice {

namespace {

std::string quoted(const std::string& text, char quote) {
  std::string out(1, quote);
  for (char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out + quote;
}

std::string column_list(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + quoted(name, '`');
  return out;
}

// As Flink writes types here: without the short names STRING, BYTES and TIMESTAMP_LTZ.
std::string long_name(const Type& type) {
  std::string out = type.as_nullable().to_string();
  if (type.is(TypeRoot::VarChar)) out = fmt::format("VARCHAR({})", type.length());
  if (type.is(TypeRoot::VarBinary)) out = fmt::format("VARBINARY({})", type.length());
  if (type.is(TypeRoot::TimestampLtz)) out = fmt::format("TIMESTAMP({}) WITH LOCAL TIME ZONE", type.precision());
  if (type.is(TypeRoot::Array)) out = "ARRAY<" + long_name(type.child(0)) + ">";
  if (type.is(TypeRoot::Multiset)) out = "MULTISET<" + long_name(type.child(0)) + ">";
  if (type.is(TypeRoot::Map)) out = "MAP<" + long_name(type.child(0)) + ", " + long_name(type.child(1)) + ">";
  if (type.is(TypeRoot::Row)) {
    std::vector<std::string> fields;
    for (const RowField& field : type.fields()) fields.push_back(quoted(field.name, '`') + " " + long_name(field.type));
    out = fmt::format("ROW<{}>", fmt::join(fields, ", "));
  }
  return out + (type.nullable() ? "" : " NOT NULL");
}

std::string text_of(const Column& column) {
  std::string out = quoted(column.name, '`') + " ";
  if (auto* computed = column.computed()) {
    out += "AS " + computed->sql;
  } else {
    out += long_name(column.type);
    if (auto* metadata = column.metadata()) {
      out += " METADATA";
      if (metadata->key != column.name) out += " FROM " + quoted(metadata->key, '\'');
      if (metadata->is_virtual) out += " VIRTUAL";
    }
  }
  if (column.comment && !column.comment->empty()) out += " COMMENT " + quoted(*column.comment, '\'');
  return out;
}

std::string comment_line(const std::optional<std::string>& comment) {
  return comment && !comment->empty() ? "COMMENT " + quoted(*comment, '\'') + "\n" : "";
}

std::string text_of(const Distribution& distribution) {
  std::string out = "DISTRIBUTED";
  if (!distribution.columns.empty()) {
    out += fmt::format(" BY {}({})", distribution.kind, column_list(distribution.columns));
  }
  if (distribution.buckets) out += fmt::format(" INTO {} BUCKETS", *distribution.buckets);
  return out + "\n";
}

}  // namespace

RowSchema Table::schema() const {
  RowSchema out;
  for (const Column& column : columns) out.push_back({column.name, column.type});
  return out;
}

RowSchema Table::scan_schema() const {
  RowSchema out;
  for (const Column& column : columns) {
    if (column.is_physical()) out.push_back({column.name, column.type});
  }
  for (const Column& column : columns) {
    if (column.metadata() != nullptr) out.push_back({column.name, column.type});
  }
  return out;
}

std::optional<uint32_t> Table::find(const std::string& column) const {
  auto found = std::ranges::find(columns, column, &Column::name);
  if (found == columns.end()) return {};
  return static_cast<uint32_t>(found - columns.begin());
}

std::string Table::option(const std::string& key) const {
  auto found = options.find(key);
  return found == options.end() ? "" : found->second;
}

std::string show_create(const Table& table) {
  std::vector<std::string> parts;
  for (const Column& column : table.columns) parts.push_back("  " + text_of(column));
  if (table.watermark) {
    const std::string& column = table.columns[table.watermark->column].name;
    parts.push_back(fmt::format("  WATERMARK FOR {} AS {}", quoted(column, '`'), table.watermark->sql));
  }
  if (table.primary_key) {
    std::vector<std::string> names;
    for (uint32_t column : table.primary_key->columns) names.push_back(table.columns[column].name);
    parts.push_back(fmt::format("  CONSTRAINT {} PRIMARY KEY ({}) NOT ENFORCED", quoted(table.primary_key->name, '`'),
                                column_list(names)));
  }
  std::string out = fmt::format("CREATE {}TABLE {} (\n{}\n)\n", table.identity.temporary ? "TEMPORARY " : "",
                                table.identity.path.quoted(), fmt::join(parts, ",\n"));
  out += comment_line(table.comment);
  if (table.distribution) out += text_of(*table.distribution);
  if (!table.partition_keys.empty()) out += "PARTITIONED BY (" + column_list(table.partition_keys) + ")\n";
  std::vector<std::string> options;
  for (const auto& [key, value] : table.options) {
    options.push_back("  " + quoted(key, '\'') + " = " + quoted(shown_value(key, value), '\''));
  }
  return out + fmt::format("WITH (\n{}\n)\n", fmt::join(options, ",\n"));
}

std::string show_create(const View& view) {
  std::vector<std::string> names;
  for (const RowField& column : view.columns) names.push_back("  " + quoted(column.name, '`'));
  return fmt::format("CREATE {}VIEW {} (\n{}\n)\n{}AS {}\n", view.identity.temporary ? "TEMPORARY " : "",
                     view.identity.path.quoted(), fmt::join(names, ",\n"), comment_line(view.comment),
                     without_secrets(view.sql));
}

}  // namespace sluice
