#include "planner/bind/unknown_function.h"

#include <fmt/format.h>

#include "base/diagnostics.h"
#include "planner/bind/describe_function.h"

namespace sluice::planner {

std::string hint_of_unknown(const std::string& name) {
  constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
      {"NVL", "COALESCE(a, b)"},
      {"ISNULL", "COALESCE(a, b), or a IS NULL"},
      {"LEN", "CHAR_LENGTH(text)"},
      {"LENGTH", "CHAR_LENGTH(text)"},
      {"SIZE", "CARDINALITY(array)"},
      {"ARRAY_LENGTH", "CARDINALITY(array)"},
      {"DATE_ADD", "time + INTERVAL '1' DAY"},
      {"DATE_SUB", "time - INTERVAL '1' DAY"},
      {"CURDATE", "CURRENT_DATE"},
      {"DATE", "CAST(.. AS DATE)"},
      {"TIMESTAMP", "CAST(.. AS TIMESTAMP(3)), or TO_TIMESTAMP(text)"},
      {"TO_UNIXTIME", "UNIX_TIMESTAMP(text)"},
      {"SUBSTRING_INDEX", "SPLIT_INDEX(text, separator, number)"},
      {"TO_JSON", "JSON_STRING(value)"},
      {"GET_JSON_OBJECT", "JSON_VALUE(text, '$.path')"},
      {"TRY", "TRY_CAST(.. AS ..), which gives NULL where a CAST fails"},
      {"MEDIAN", "PERCENTILE(number, 0.5)"},
      {"GETDATE", "CURRENT_TIMESTAMP"},
      {"SYSDATE", "CURRENT_TIMESTAMP"},
      {"TO_CHAR", "DATE_FORMAT(time, 'yyyy-MM-dd')"},
      {"DATE_TRUNC", "FLOOR(time TO HOUR)"},
      {"DATEADD", "time + INTERVAL '1' DAY, or TIMESTAMPADD(DAY, 1, time)"},
      {"DATEDIFF", "TIMESTAMPDIFF(DAY, a, b)"},
      {"DATE_DIFF", "TIMESTAMPDIFF(DAY, a, b)"},
      {"STRING_AGG", "LISTAGG(text, ',')"},
      {"GROUP_CONCAT", "LISTAGG(text, ',')"},
      {"IIF", "IF(condition, a, b)"},
      {"COUNT_DISTINCT", "COUNT(DISTINCT a)"},
      {"APPROX_DISTINCT", "COUNT(DISTINCT a)"},
      {"REGEXP_MATCHES", "REGEXP(text, pattern)"},
      {"CHARINDEX", "LOCATE(part, text)"},
      {"STRPOS", "POSITION(part IN text)"},
      {"JSON_EXTRACT", "JSON_VALUE(text, '$.path')"},
      {"EXPLODE", "CROSS JOIN UNNEST(array) AS t (element)"},
  };
  for (auto [other, ours] : kOthers) {
    if (name == other) return fmt::format("Write {}.", ours);
  }
  std::string meant = did_you_mean(name, callable_names());
  return meant.empty() ? "SHOW FUNCTIONS lists the functions that there are." : meant;
}

std::string_view same_function(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kSame[] = {
      {"NVL", "COALESCE"},       {"LEN", "CHAR_LENGTH"},          {"LENGTH", "CHAR_LENGTH"},
      {"SIZE", "CARDINALITY"},   {"ARRAY_LENGTH", "CARDINALITY"}, {"IIF", "IF"},
      {"STRING_AGG", "LISTAGG"}, {"CHARINDEX", "LOCATE"}};
  for (auto [other, ours] : kSame) {
    if (name == other) return ours;
  }
  return {};
}

}  // namespace sluice::planner
