// Metadata columns of tables against what their connectors offer and take.
#include "catalog/connectors/metadata.h"

#include <algorithm>

#include "catalog/functions/function_table.h"

namespace sluice {
namespace {

std::vector<MetadataKey> keys_of(const Table& table, TableUse use) {
  const ConnectorDecl* connector = find_connector(table.option("connector"));
  return connector != nullptr && connector->metadata != nullptr ? connector->metadata(table, use)
                                                                : std::vector<MetadataKey>{};
}

Failure no_metadata(const Table& table, const Column& column, TableUse use) {
  return fail(ErrorCode::BadMetadataColumn, std::nullopt, "`{}` {} no metadata, and column `{}` is METADATA",
              table.option("connector"), use == TableUse::Source ? "reads" : "writes", column.name)
      .hint(use == TableUse::Sink ? "Write METADATA VIRTUAL for what is only read."
                                  : "Leave the column out, or make it a physical one.");
}

Failure unknown_key(const Table& table, const Column& column, TableUse use) {
  std::vector<std::string> known;
  for (const MetadataKey& key : keys_of(table, use)) known.push_back(key.name);
  const std::string& wanted = column.metadata()->key;
  return fail(ErrorCode::UnknownMetadataKey, std::nullopt, "metadata key `{}` of column `{}` is not {} by `{}`", wanted,
              column.name, use == TableUse::Source ? "offered" : "taken", table.option("connector"))
      .hint(one_of_hint(wanted, known));
}

bool can_cast(const Type& from, const Type& to) {
  return make_cast(Expr{ColumnRef{0}, from, {}, {}}, to, {}).has_value();
}

void check_type(const Table& table, const Column& column, TableUse use, Diagnostics& diagnostics) {
  Type exchanged = exchanged_type(table, column, use);
  bool is_source = use == TableUse::Source;
  if (is_source ? can_cast(exchanged, column.type) : can_cast(column.type, exchanged)) return;
  diagnostics.report(fail(ErrorCode::BadMetadataColumn, std::nullopt,
                          "metadata column `{}` cannot be {}: `{}` {} it as {}, which cannot be cast {} it",
                          column.name, column.type.as_nullable().to_string(), table.option("connector"),
                          is_source ? "delivers" : "takes", exchanged.as_nullable().to_string(),
                          is_source ? "to" : "from")
                         .hint(fmt::format("Declare it as {}.", exchanged.as_nullable().to_string())));
}

}  // namespace

void check_metadata(const Table& table, TableUse use, Diagnostics& diagnostics) {
  std::vector<MetadataKey> known = keys_of(table, use);
  for (const Column& column : table.columns) {
    const MetadataColumn* metadata = column.metadata();
    if (metadata == nullptr || (use == TableUse::Sink && metadata->is_virtual)) continue;
    if (known.empty()) {
      diagnostics.report(no_metadata(table, column, use));
    } else if (std::ranges::find(known, metadata->key, &MetadataKey::name) == known.end()) {
      diagnostics.report(unknown_key(table, column, use));
    } else {
      check_type(table, column, use, diagnostics);
    }
  }
}

Type exchanged_type(const Table& table, const Column& column, TableUse use) {
  const MetadataColumn* metadata = column.metadata();
  if (metadata == nullptr) return column.type;
  std::vector<MetadataKey> known = keys_of(table, use);
  auto found = std::ranges::find(known, metadata->key, &MetadataKey::name);
  bool is_as_declared = found == known.end() || found->type.is_invalid() ||
                        found->type.equals_ignoring_nullability(column.type) || column.type.is_invalid();
  return is_as_declared ? column.type : found->type.with_nullability(column.type.nullable());
}

}  // namespace sluice
