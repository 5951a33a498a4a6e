#pragma once
// Options of the `print` sink, which writes every change as a line.
#include "catalog/connectors/option_fields.h"

namespace sluice {

struct PrintOptions {
  std::string print_identifier;
  bool standard_error = false;
  int64_t parallelism = 0;

  static void fields(auto& self, auto&& v) {
    v.optional("print-identifier", self.print_identifier, "Text in front of every line.");
    v.optional("standard-error", self.standard_error, "Whether to write to standard error instead of standard output.");
    v.optional("sink.parallelism", self.parallelism, "Subtasks of the sink; else as many as the job has.");
  }
};

}  // namespace sluice
