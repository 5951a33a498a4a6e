#pragma once
// Which columns hold some messages: the DDL that a person would write for a topic or a file.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/types/type.h"

namespace sluice::runtime {

struct InferredTable {
  RowSchema columns;                           // NOT NULL where every message had a value.
  std::map<std::string, std::string> options;  // Of the format, as `json.timestamp-format.standard`.
  uint64_t messages = 0;
  uint64_t malformed = 0;  // Messages that were passed over.
};

struct InferenceOptions {
  std::string format;                      // json or csv
  bool has_header = false;                 // csv: the first record names the columns; else they are f0, f1, ...
  std::map<std::string, std::string> csv;  // Options of the format, as `csv.field-delimiter`.
};

class Inference {
 public:
  static Result<std::unique_ptr<Inference>> make(const InferenceOptions& options);
  virtual ~Inference() = default;
  virtual void add(std::string_view message) = 0;
  virtual InferredTable finish() const = 0;
};

// CREATE TABLE with those columns; `with` stands before the options of the format.
std::string ddl_of(const std::string& table, const InferredTable& inferred,
                   const std::vector<std::pair<std::string, std::string>>& with);

}  // namespace sluice::runtime
