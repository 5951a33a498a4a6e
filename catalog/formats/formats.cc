#include "catalog/formats/formats.h"

#include <algorithm>

#include "catalog/formats/csv.h"
#include "catalog/formats/json.h"

namespace sluice {

const std::vector<FormatDecl>& format_decls() {
  static const std::vector<FormatDecl> all = {
      {"csv", [](OptionParser& parser) { parser.parse<CsvOptions>("csv."); }},
      {"json", [](OptionParser& parser) { parser.parse<JsonOptions>("json."); }},
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

}  // namespace sluice
