#include "tests/sim/programs.h"

#include <fmt/format.h>

namespace sluice::sim {
namespace {

constexpr const char* kStatistics = "COUNT(*), COUNT(v), SUM(v), MIN(v), MAX(v), AVG(v)";
constexpr const char* kStatisticsColumns =
    "k INT, n BIGINT, n_v BIGINT, sum_v BIGINT, min_v BIGINT, max_v BIGINT, avg_v BIGINT";
constexpr const char* kRowColumns = "k INT, id BIGINT, v BIGINT, s STRING";
const std::string kUpdates = "'connector' = 'values', 'sink-insert-only' = 'false'";
const std::string kInserts = "'connector' = 'values'";
const std::string kOutFiles = fmt::format(
    "'connector' = 'filesystem', 'path' = '{}', 'format' = 'csv', 'sink.rolling-policy.file-size' = '400 b', "
    "'sink.partition-commit.policy.kind' = 'success-file', 'sink.partition-commit.delay' = '200 ms'",
    kFilesOut);

std::string row_number(const std::string& order) {
  return fmt::format(
      "INSERT INTO `out` SELECT k, id, v, s FROM "
      "(SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY {}) AS rn FROM src) WHERE rn = 1",
      order);
}

std::vector<Program> stateless() {
  TopicSpec files{"src", Feed::Inserts, false, false, true};
  return {
      {"filter_project",
       {{"src"}},
       {{"out"}},
       "INSERT INTO `out` SELECT id, k, v * 2 + 1, s FROM src WHERE v > 10 OR k IS NULL",
       {{"id BIGINT, k INT, v BIGINT, s STRING", kInserts}},
       filtered_rows},
      {"partitioned_files",
       {{"src", Feed::Inserts, false, false}},
       {{"out", Folding::Files}},
       "INSERT INTO `out` SELECT id, v, s, k - k / 3 * 3 FROM src",
       {{"id BIGINT, v BIGINT, s STRING, bucket INT) PARTITIONED BY (bucket", kOutFiles}},
       rows_by_bucket},
      {"files_to_aggregate",
       {files},
       {{"out", Folding::Retract}},
       "INSERT INTO `out` SELECT k, COUNT(*), SUM(CASE WHEN v > 0 THEN v ELSE 0 END) FROM src GROUP BY k",
       {{"k INT, n BIGINT, positive BIGINT", kUpdates}},
       filtered_values_per_key},
  };
}

std::vector<Program> aggregates() {
  std::string by_key = fmt::format("INSERT INTO `out` SELECT k, {} FROM src GROUP BY k", kStatistics);
  std::string histogram =
      "INSERT INTO `out` SELECT n, COUNT(*), SUM(s), MAX(k) FROM "
      "(SELECT k, COUNT(*) AS n, COALESCE(SUM(v), 0) AS s FROM src GROUP BY k) GROUP BY n";
  std::string keyed = std::string(kStatisticsColumns) + ", PRIMARY KEY (k) NOT ENFORCED";
  return {
      {"group_aggregate",
       {{"src"}},
       {{"out", Folding::Retract}},
       by_key,
       {{kStatisticsColumns, kUpdates}},
       statistics_per_key},
      {"group_aggregate_upsert",
       {{"src", Feed::Inserts, false, false}},
       {{"out", Folding::Upsert, {0}}},
       by_key,
       {{keyed, kUpdates}},
       statistics_per_key},
      {"retracting_aggregate",
       {{"src", Feed::Changelog}},
       {{"out", Folding::Retract}},
       by_key,
       {{kStatisticsColumns, kUpdates}},
       statistics_per_key},
      {"aggregate_over_aggregate",
       {{"src"}},
       {{"out", Folding::Retract}},
       histogram,
       {{"n BIGINT, keys BIGINT, total BIGINT, largest INT", kUpdates}},
       histogram_of_counts},
      {"distinct_aggregate",
       {{"src", Feed::Changelog}},
       {{"out", Folding::Retract}},
       "INSERT INTO `out` SELECT k, COUNT(DISTINCT v), SUM(DISTINCT v), COUNT(*) FROM src GROUP BY k",
       {{"k INT, n BIGINT, total BIGINT, nrows BIGINT", kUpdates}},
       distinct_values_per_key},
      {"distinct_rows",
       {{"src"}},
       {{"out", Folding::Retract}},
       "INSERT INTO `out` SELECT DISTINCT k, s FROM src",
       {{"k INT, s STRING", kUpdates}},
       distinct_pairs},
      {"union_all",
       {{"src", Feed::Changelog}, {"other"}},
       {{"out", Folding::Retract}},
       fmt::format("INSERT INTO `out` SELECT k, {} FROM "
                   "(SELECT k, v FROM src UNION ALL SELECT k, v FROM other WHERE v IS NOT NULL) GROUP BY k",
                   kStatistics),
       {{kStatisticsColumns, kUpdates}},
       union_per_key},
      {"two_sinks",
       {{"src"}},
       {{"out", Folding::Retract}, {"rows_out"}},
       fmt::format("EXECUTE STATEMENT SET BEGIN {}; "
                   "INSERT INTO rows_out SELECT id, k, v * 2 + 1, s FROM src WHERE v > 10 OR k IS NULL; END",
                   by_key),
       {{kStatisticsColumns, kUpdates}, {"id BIGINT, k INT, v BIGINT, s STRING", kInserts}},
       two_sinks},
  };
}

std::vector<Program> per_key() {
  TopicSpec keyed{"src", Feed::KeyedInserts};
  TopicSpec upserts{"src", Feed::Upserts};
  return {
      {"last_row_by_time",
       {{"src"}},
       {{"out", Folding::Retract}},
       row_number("ts DESC"),
       {{kRowColumns, kUpdates}},
       last_row_by_time},
      {"first_row_by_time",
       {{"src"}},
       {{"out", Folding::Retract}},
       row_number("ts"),
       {{kRowColumns, kUpdates}},
       first_row_by_time,
       nullptr,
       true,
       false,
       false},
      {"last_row_by_arrival",
       {keyed},
       {{"out", Folding::Retract}},
       row_number("pt DESC"),
       {{kRowColumns, kUpdates}},
       last_row_by_arrival},
      {"first_row_by_arrival",  // With mini-batch, what a bundle replaces is taken back.
       {keyed},
       {{"out", Folding::Retract}},
       row_number("pt"),
       {{kRowColumns, kUpdates}},
       first_row_by_arrival},
      {"upsert_source",
       {upserts},
       {{"out", Folding::Retract}},
       "INSERT INTO `out` SELECT k, id, v, s FROM src",
       {{kRowColumns, kUpdates}},
       newest_row_per_key},
      {"upsert_source_aggregate",
       {upserts},
       {{"out", Folding::Retract}},
       "INSERT INTO `out` SELECT s, COUNT(*), SUM(v), MIN(v), MAX(v) FROM src GROUP BY s",
       {{"s STRING, n BIGINT, sum_v BIGINT, min_v BIGINT, max_v BIGINT", kUpdates}},
       statistics_of_newest_rows},
  };
}

std::vector<Program> windows() {
  std::string window = fmt::format("INTERVAL '{}' SECOND", kWindowMs / 1000);
  std::string by_time = fmt::format(
      "INSERT INTO `out` SELECT k, window_start, window_end, COUNT(*), SUM(id) "
      "FROM TUMBLE(TABLE src, DESCRIPTOR(ts), {}) GROUP BY k, window_start, window_end",
      window);
  std::string by_clock = fmt::format(
      "INSERT INTO `out` SELECT k, COUNT(*), SUM(id) "
      "FROM TUMBLE(TABLE src, DESCRIPTOR(pt), INTERVAL '1' SECOND) GROUP BY k, window_start, window_end");
  std::string columns = "k INT, window_start TIMESTAMP(3), window_end TIMESTAMP(3), n BIGINT, ids BIGINT";
  return {
      {"tumble", {{"src"}}, {{"out"}}, by_time, {{columns, kInserts}}, nullptr, check_windows, true, false, false},
      {"tumble_late_rows",
       {{"src", Feed::Inserts, true}},
       {{"out"}},
       by_time,
       {{columns, kInserts}},
       nullptr,
       check_windows,
       true,
       false,
       false},
      {"tumble_by_clock",
       {{"src"}},
       {{"out"}},
       by_clock,
       {{"k INT, n BIGINT, ids BIGINT", kInserts}},
       nullptr,
       check_clock_windows,
       true,
       true},
  };
}

std::string table_of(const TopicSpec& topic, bool bounded) {
  std::string columns = "id BIGINT, k INT, v BIGINT, s STRING, ts TIMESTAMP(3)";
  std::string options;
  if (topic.is_files) {
    options = fmt::format("'connector' = 'filesystem', 'path' = '{}', 'format' = 'csv'", kFilesIn);
  } else {
    columns +=
        fmt::format(", pt AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '{}' SECOND", kWatermarkDelayMs / 1000);
    options = fmt::format("'connector' = 'values', 'bounded' = '{}'", bounded);
  }
  if (topic.feed == Feed::Changelog) options += ", 'changelog-mode' = 'I,UB,UA,D'";
  if (topic.feed == Feed::Upserts) {
    columns += ", PRIMARY KEY (k) NOT ENFORCED";
    options += ", 'changelog-mode' = 'I,UA,D'";
  }
  return fmt::format("CREATE TABLE {} ({}) WITH ({});\n", topic.name, columns, options);
}

}  // namespace

const std::vector<Program>& programs() {
  static const std::vector<Program> all = [] {
    std::vector<Program> programs;
    for (std::vector<Program>& some : std::vector{stateless(), aggregates(), per_key(), windows()}) {
      for (Program& program : some) programs.push_back(std::move(program));
    }
    return programs;
  }();
  return all;
}

std::string script_of(const Program& program, bool bounded) {
  std::string script;
  for (const TopicSpec& topic : program.topics) script += table_of(topic, bounded);
  for (size_t i = 0; i < program.sinks.size(); ++i) {
    script += fmt::format("CREATE TABLE `{}` ({}) WITH ({});\n", program.sinks[i].name, program.sink_columns[i].first,
                          program.sink_columns[i].second);
  }
  return script + program.query + ";\n";
}

}  // namespace sluice::sim
