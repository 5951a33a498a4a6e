#pragma once
// The order in which Flink gives out the keys of a mini-batch bundle. It keeps them in a hash map over the key's bytes,
// and which rows meet in the next operator's bundle depends on that order; so do the changes that are sent. A key's
// place follows from its bytes alone, and is the same in every run.
//
// Keys with nested values are taken as equal here: they keep the order of their arrival.
#include <cstdint>
#include <string>
#include <vector>

#include "base/column_abi.h"
#include "catalog/types/type.h"

namespace sluice::runtime {

class BundleOrder {
 public:
  BundleOrder() = default;
  // Which columns of the rows are the key.
  BundleOrder(std::vector<uint32_t> columns, const RowSchema& schema);

  // The next key of the bundle, which stands in a row of a batch.
  void add(const ColumnView* columns, uint32_t row) { hashes_.push_back(hash_of(columns, row)); }
  // The keys in Flink's order, by number of arrival.
  std::vector<uint32_t> order();
  // The bundle was given out. Flink's map stays as large as it has grown.
  void clear() { hashes_.clear(); }

 private:
  uint32_t hash_of(const ColumnView* columns, uint32_t row);
  void append_value(const ColumnView& column, const Type& type, uint32_t row, size_t field);
  void append_variable(std::string_view bytes, size_t padded, uint32_t low);

  std::vector<uint32_t> columns_;
  std::vector<Type> types_;
  bool is_nested_ = false;
  uint32_t fixed_bytes_ = 0;  // Null bits and one word per field.
  std::vector<uint32_t> hashes_;
  uint32_t buckets_ = 16;
  std::string row_;
  size_t at_ = 0;  // Of the field being written.
};

}  // namespace sluice::runtime
