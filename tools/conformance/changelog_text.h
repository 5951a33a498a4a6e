#pragma once
// Changelogs as the data writes them (`+I[1, abc]`), and when two of them are equal.
#include <string>
#include <vector>

#include "catalog/types/type.h"
#include "runtime/connectors/values/store.h"

namespace sluice::conformance {

std::string text_of(const runtime::TableChange& change, const RowSchema& columns);

// The final table: with keys the last row per key, else inserts added and deletes subtracted; every row as `+I[..]`,
// sorted. `error` is set when a row is taken back that is not there.
std::vector<std::string> materialize(const std::vector<runtime::TableChange>& changes, const RowSchema& columns,
                                     const std::vector<uint32_t>& keys, std::string& error);

// The same of changes as the data writes them. `error` is set when a text does not tell its columns apart.
std::vector<std::string> materialize_texts(const std::vector<std::string>& changes, size_t columns,
                                           const std::vector<uint32_t>& keys, std::string& error);

// Equal as multisets, entries of maps in any order. Else what is missing and what is too much.
std::string difference(std::vector<std::string> expected, std::vector<std::string> actual);

}  // namespace sluice::conformance
