#pragma once
// Options of the `datagen` source: rows per second, and how each column is made.
#include "catalog/connectors/option_fields.h"

namespace sluice {

struct DatagenOptions {
  int64_t rows_per_second = 10'000;
  int64_t number_of_rows = -1;
  int64_t parallelism = 0;

  static void fields(auto& self, auto&& v) {
    v.optional("rows-per-second", self.rows_per_second, "Rows per second of all subtasks together.");
    v.optional("number-of-rows", self.number_of_rows, "Rows before the source ends; -1 is without end.");
    v.optional("scan.parallelism", self.parallelism, "Subtasks of the source; else as many as the job has.");
  }
};

enum class DatagenKind : uint8_t { Random, Sequence };
inline constexpr std::pair<std::string_view, DatagenKind> kDatagenKinds[] = {{"random", DatagenKind::Random},
                                                                             {"sequence", DatagenKind::Sequence}};
constexpr const auto& names_of(DatagenKind) { return kDatagenKinds; }

// Below `fields.COLUMN.`; values are texts of the column's type.
struct DatagenFieldOptions {
  DatagenKind kind = DatagenKind::Random;
  std::string start, end;  // Of sequence; both required there.
  std::string min, max;    // Of random numbers.
  Milliseconds max_past{0};
  int64_t length = -1;
  bool var_len = false;
  double null_rate = 0;

  static void fields(auto& self, auto&& v) {
    v.optional("kind", self.kind, "How values are made.");
    v.optional("start", self.start, "First value of a sequence.");
    v.optional("end", self.end, "Last value of a sequence; the source ends behind it.");
    v.optional("min", self.min, "Smallest random value.");
    v.optional("max", self.max, "Largest random value.");
    v.optional("max-past", self.max_past, "How far random timestamps lie behind the clock.");
    v.optional("length", self.length, "Length of strings and collections.");
    v.optional("var-len", self.var_len, "Whether strings have random lengths up to `length`.");
    v.optional("null-rate", self.null_rate, "Share of NULLs, 0 to 1.");
  }
};

}  // namespace sluice
