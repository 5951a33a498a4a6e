#include "catalog/formats/formats.h"

#include <algorithm>

#include <fmt/ranges.h>

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

Failure unknown_format(const std::string& name, std::string_view key, SourceSpan span) {
  std::vector<std::string> known;
  for (const FormatDecl& decl : format_decls()) known.emplace_back(decl.name);
  if (is_format_of_flink(name)) {
    return fail(ErrorCode::NotSupportedYet, span, "format `{}` is not supported yet", name)
        .hint(fmt::format("There are: {}.", fmt::join(known, ", ")));
  }
  std::string of = key.empty() || key == "format" ? "" : fmt::format(" of `{}`", key);
  return fail(ErrorCode::UnknownFormat, span, "format `{}`{} does not exist", name, of).hint(one_of_hint(name, known));
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
