// Examples of aggregates, over the rows that stand in them.
#include <algorithm>

#include "catalog/functions/forms.h"

namespace sluice {
namespace {

struct AggregateExample {
  std::string_view name;
  Example example;
};

constexpr AggregateExample kExamples[] = {
    {"AVG", {"SELECT AVG(x) FROM (VALUES (1), (2), (4)) AS t(x)", "2"}},
    {"COUNT", {"SELECT COUNT(DISTINCT x) FROM (VALUES (1), (2), (2)) AS t(x)", "2"}},
    {"FIRST_VALUE", {"SELECT FIRST_VALUE(x) FROM (VALUES (1), (2), (4)) AS t(x)", "1"}},
    {"LAST_VALUE", {"SELECT LAST_VALUE(x) FROM (VALUES (1), (2), (4)) AS t(x)", "4"}},
    {"LISTAGG", {"SELECT LISTAGG(x, ';') FROM (VALUES ('a'), ('b')) AS t(x)", "'a;b'"}},
    {"MAX", {"SELECT MAX(x) FROM (VALUES (1), (2), (4)) AS t(x)", "4"}},
    {"MIN", {"SELECT MIN(x) FROM (VALUES (1), (2), (4)) AS t(x)", "1"}},
    {"STDDEV", {"SELECT STDDEV(x) FROM (VALUES (1e0), (3e0)) AS t(x)", "1.4142135623730951"}},
    {"STDDEV_POP", {"SELECT STDDEV_POP(x) FROM (VALUES (1e0), (3e0)) AS t(x)", "1.0"}},
    {"STDDEV_SAMP", {"SELECT STDDEV_SAMP(x) FROM (VALUES (1e0), (3e0)) AS t(x)", "1.4142135623730951"}},
    {"SUM", {"SELECT SUM(x) FROM (VALUES (1), (2), (4)) AS t(x)", "7"}},
    {"VARIANCE", {"SELECT VARIANCE(x) FROM (VALUES (1e0), (3e0)) AS t(x)", "2.0"}},
    {"VAR_POP", {"SELECT VAR_POP(x) FROM (VALUES (1e0), (3e0)) AS t(x)", "1.0"}},
    {"VAR_SAMP", {"SELECT VAR_SAMP(x) FROM (VALUES (1e0), (3e0)) AS t(x)", "2.0"}},
};

}  // namespace

const Example* example_of_aggregate(std::string_view name) {
  auto found = std::ranges::find(kExamples, name, &AggregateExample::name);
  return found == std::end(kExamples) ? nullptr : &found->example;
}

}  // namespace sluice
