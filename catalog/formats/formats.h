#pragma once
// The formats in which connectors read and write rows.
#include <string_view>
#include <vector>

#include "catalog/connectors/option_fields.h"

namespace sluice {

struct FormatDecl {
  std::string_view name;
  void (*read)(OptionParser& parser) = nullptr;  // Its options, below its name.
};

const std::vector<FormatDecl>& format_decls();
const FormatDecl* find_format(std::string_view name);
// Whether Flink has a format of that name, so that the answer is "not yet" and not "unknown".
bool is_format_of_flink(std::string_view name);

}  // namespace sluice
