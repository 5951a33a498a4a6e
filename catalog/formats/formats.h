#pragma once
// The formats in which connectors read and write rows.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/connectors/option_fields.h"
#include "catalog/types/type.h"

namespace sluice {

enum class FormatUse : uint8_t { Decode, Encode };

struct FormatDecl {
  std::string_view name;
  void (*read)(OptionParser& parser) = nullptr;  // Its options, below its name.
  // What single options cannot say: combinations, and columns that the format cannot hold. `options` are the format's
  // by its own keys, `columns` those that its messages carry.
  Status (*check)(const RowSchema& columns, const std::map<std::string, std::string>& options, FormatUse use) = nullptr;
};

const std::vector<FormatDecl>& format_decls();
const FormatDecl* find_format(std::string_view name);
// A format that does not exist, or not yet; `key` is the option that names it, where there are several.
Failure unknown_format(const std::string& name, std::string_view key, SourceSpan span);
// Whether Flink has a format of that name, so that the answer is "not yet" and not "unknown".
bool is_format_of_flink(std::string_view name);

// The options of a format by its own keys where a table names them behind a prefix: `key.json.x` as `json.x`.
std::map<std::string, std::string> format_options(const std::map<std::string, std::string>& table_options,
                                                  std::string_view prefix);

}  // namespace sluice
