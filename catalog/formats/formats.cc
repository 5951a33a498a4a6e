#include "catalog/formats/formats.h"

#include <algorithm>

#include "catalog/formats/csv.h"
#include "catalog/formats/format_checks.h"
#include "catalog/formats/json.h"
#include "catalog/formats/raw.h"

namespace sluice {

const std::vector<FormatDecl>& format_decls() {
  static const std::vector<FormatDecl> all = {
      {"csv", [](OptionParser& parser) { parser.parse<CsvOptions>("csv."); }, check_csv},
      {"json", [](OptionParser& parser) { parser.parse<JsonOptions>("json."); }, check_json},
      {"raw", [](OptionParser& parser) { parser.parse<RawOptions>("raw."); }, check_raw},
  };
  return all;
}

const FormatDecl* find_format(std::string_view name) {
  const auto& decls = format_decls();
  auto found = std::ranges::find(decls, name, &FormatDecl::name);
  return found == decls.end() ? nullptr : &*found;
}

bool is_format_of_flink(std::string_view name) {
  constexpr std::string_view kNames[] = {"avro",          "avro-confluent",
                                         "debezium-json", "debezium-avro-confluent",
                                         "canal-json",    "maxwell-json",
                                         "ogg-json",      "protobuf",
                                         "parquet",       "orc",
                                         "raw",           "csv",
                                         "json"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

std::map<std::string, std::string> format_options(const std::map<std::string, std::string>& table_options,
                                                  std::string_view prefix) {
  std::map<std::string, std::string> out;
  for (const auto& [key, value] : table_options) {
    if (key.starts_with(prefix)) out.emplace(key.substr(prefix.size()), value);
  }
  return out;
}

}  // namespace sluice
