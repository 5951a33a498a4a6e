#pragma once
// Metadata columns of tables: what messages or files have beside the rows that stand in them.
#include "base/diagnostics.h"
#include "catalog/connectors/connectors.h"

namespace sluice {

// Whether the connector has the metadata that the table declares, in a type that can be cast. Whoever knows where the
// columns are defined adds the places.
void check_metadata(const Table& table, TableUse use, Diagnostics& diagnostics);

// The type in which the connector delivers or takes the column: that of a metadata column is its connector's, and is
// cast to or from the declared one. Nullability is as declared.
Type exchanged_type(const Table& table, const Column& column, TableUse use);

}  // namespace sluice
