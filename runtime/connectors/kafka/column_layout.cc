#include "runtime/connectors/kafka/column_layout.h"

#include <algorithm>

#include "catalog/formats/formats.h"

namespace sluice::runtime::kafka {
namespace {

std::string option(const jobgraph::TableRef& table, const char* key) {
  auto found = table.options.find(key);
  return found == table.options.end() ? std::string() : found->second;
}

// Columns of the key in the order in which the table names them.
Result<std::vector<uint32_t>> key_positions(const jobgraph::TableRef& table, bool is_upsert) {
  if (is_upsert) return table.primary_key;
  std::vector<uint32_t> positions;
  for (const std::string& name : split_list(option(table, "key.fields"))) {
    auto found = std::ranges::find(table.columns, name, &RowField::name);
    if (found == table.columns.end()) {
      return fail(ErrorCode::BadOptionValue, "`key.fields` names `{}`, which is no column of `{}`", name, table.path);
    }
    positions.push_back(static_cast<uint32_t>(found - table.columns.begin()));
  }
  return positions;
}

Status set_format(ColumnLayout::Part& part, const jobgraph::TableRef& table, const std::string& name,
                  std::string_view scope) {
  SLUICE_TRY(part.format, find_format_factory(name));
  part.options = scope.empty() ? table.options : format_options(table.options, scope);
  return Done{};
}

}  // namespace

Result<ColumnLayout> layout_of(const jobgraph::TableRef& table, const RowSchema& columns) {
  SLUICE_TRY(KafkaOptions options, read_options<KafkaOptions>(table.options));
  ColumnLayout layout;
  layout.is_upsert = option(table, "connector") == "upsert-kafka";
  layout.physical = static_cast<uint32_t>(table.columns.size() - table.metadata_keys.size());
  if (!options.key_format.empty()) {
    SLUICE_DO(set_format(layout.key, table, options.key_format, "key."));
    SLUICE_TRY(layout.key.positions, key_positions(table, layout.is_upsert));
  }
  bool has_own_scope = !options.value_format.empty();
  SLUICE_DO(set_format(layout.value, table, has_own_scope ? options.value_format : option(table, "format"),
                       has_own_scope ? "value." : ""));
  for (uint32_t i = 0; i < layout.physical; ++i) {
    bool is_key = std::ranges::find(layout.key.positions, i) != layout.key.positions.end();
    if (is_key && options.value_fields == KafkaFieldsInclude::ExceptKey) continue;
    layout.value.positions.push_back(i);
    layout.value.columns.push_back({table.columns[i].name, columns[i].type});
  }
  for (uint32_t i : layout.key.positions) {
    std::string name = table.columns[i].name;
    if (name.starts_with(options.key_fields_prefix)) name.erase(0, options.key_fields_prefix.size());
    layout.key.columns.push_back({std::move(name), columns[i].type});
  }
  return layout;
}

}  // namespace sluice::runtime::kafka
