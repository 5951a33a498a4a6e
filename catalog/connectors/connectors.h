#pragma once
// What the binder knows about connectors: which exist, what their options are, which changes they deliver and take.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "base/row_kind.h"
#include "catalog/connectors/option_fields.h"
#include "catalog/connectors/option_places.h"
#include "catalog/objects/table.h"

namespace sluice {

enum class TableUse : uint8_t { Source, Sink };

// What a connector offers or takes beside the physical columns.
struct MetadataKey {
  std::string name;
  Type type = Type::invalid();  // Invalid: as the table declares the column.
};

struct ConnectorDecl {
  std::string_view name;
  bool is_source = false;
  bool is_sink = false;
  // Reads its options, so that the parser can say what is wrong and what nobody knew.
  void (*read)(OptionParser& parser, const Table& table) = nullptr;
  // What single options cannot say: combinations, and values that are right in Flink but not supported yet.
  void (*check)(const Table& table, TableUse use, const OptionPlaces& places, Diagnostics& diagnostics) = nullptr;
  ChangelogMode (*delivers)(const Table& table) = nullptr;  // Null: inserts.
  // Of the kinds that a query would send, those that it takes. Null: inserts.
  ChangelogMode (*takes)(const Table& table, ChangelogMode requested) = nullptr;
  std::vector<MetadataKey> (*metadata)(const Table& table, TableUse use) = nullptr;  // Null: none.
  // Columns on which the source takes filters: equality with literals, and OR of it.
  std::vector<std::string_view> takes_equality_on;
};

const std::vector<ConnectorDecl>& connector_decls();
const ConnectorDecl* find_connector(std::string_view name);

// Options of which no later statement can make anything right: unknown keys, bad values. Nothing is said about a table
// without a connector or with an unknown one, which may be the base of a LIKE or stay unused.
void check_definition(const Table& table, const WithClause& with, SourceSpan span, Diagnostics& diagnostics);

// Whether the table can be read or written as it stands (its options with those of hints in place). Says nothing about
// what check_definition says.
void check_use(const Table& table, TableUse use, const OptionPlaces& places, Diagnostics& diagnostics);

// The places of the keys and values are `span`.
WithClause with_clause(const std::map<std::string, std::string>& options, SourceSpan span);

}  // namespace sluice
