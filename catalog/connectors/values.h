#pragma once
// Options of `values`, the connector of tests: rows and expectations are handed to it beside the SQL.
#include <optional>
#include <string_view>

#include "base/row_kind.h"
#include "catalog/connectors/option_fields.h"

namespace sluice {

// A list of I, UB, UA, D.
struct ChangelogKinds {
  ChangelogMode mode;
  bool is_set = false;
  bool operator==(const ChangelogKinds&) const = default;
};
bool parse_option(std::string_view text, ChangelogKinds& value);
inline std::string hint_of(std::string_view, const ChangelogKinds&, const char*) {
  return "A list of I, UB, UA and D.";
}

struct ValuesOptions {
  ChangelogKinds changelog_mode{ChangelogMode::insert_only(), false};
  bool bounded = true;
  std::string data_id;
  bool delete_by_key = false;
  std::string readable_metadata;
  std::string writable_metadata;
  std::string filterable_fields;
  std::string partition_list;
  bool watermark_push_down = false;
  bool disable_lookup = false;
  bool async = false;
  bool vector_search = false;
  int64_t sleep_after_elements = 0;
  Milliseconds sleep_time{0};
  bool sink_insert_only = true;
  ChangelogKinds sink_changelog;
  bool sink_delete_by_key = false;
  int64_t sink_expected_messages = -1;
  std::string runtime_source = "SourceFunction";
  std::string runtime_sink = "SinkFunction";
  bool enable_projection = true;
  bool nested_projection = true;
  std::string table_source_class;
  std::string table_sink_class;
  std::string lookup_function_class;
  bool failing_source = false;
  std::string sink_drop_late_event;
  std::string source_num_element_to_skip;

  static void fields(auto& self, auto&& v) {
    v.optional("changelog-mode", self.changelog_mode, "Kinds of change that the source delivers.");
    v.optional("bounded", self.bounded, "Whether the source ends.");
    v.optional("data-id", self.data_id, "Name under which the rows were handed over; the table's name without it.");
    v.optional("source.produces-delete-by-key", self.delete_by_key, "Whether deletes carry only the key.");
    v.optional("readable-metadata", self.readable_metadata, "`key:TYPE,...` that the source offers.");
    v.optional("writable-metadata", self.writable_metadata, "`key:TYPE,...` that the sink takes.");
    v.optional("filterable-fields", self.filterable_fields, "Columns, separated by `;`, whose filters it takes.");
    v.optional("partition-list", self.partition_list, "Partitions: `column:value,...;...`.");
    v.optional("enable-watermark-push-down", self.watermark_push_down, "Whether the source makes the watermarks.");
    v.optional("disable-lookup", self.disable_lookup, "Whether lookup joins are refused.");
    v.optional("async", self.async, "Whether lookups are asynchronous.");
    v.optional("enable-vector-search", self.vector_search, "Whether VECTOR_SEARCH may use the table.");
    v.optional("source.sleep-after-elements", self.sleep_after_elements, "Rows between two pauses.");
    v.optional("source.sleep-time", self.sleep_time, "Length of a pause.");
    v.optional("sink-insert-only", self.sink_insert_only, "Whether the sink takes inserts only.");
    v.optional("sink-changelog-mode-enforced", self.sink_changelog, "Exactly the kinds that the sink takes.");
    v.optional("sink.supports-delete-by-key", self.sink_delete_by_key, "Whether deletes need only the key.");
    v.optional("sink-expected-messages-num", self.sink_expected_messages, "Rows after which the sink is content.");
    v.optional("runtime-source", self.runtime_source, "Has no effect here.");
    v.optional("runtime-sink", self.runtime_sink, "Has no effect here.");
    v.optional("enable-projection-push-down", self.enable_projection, "Whether only read columns are delivered.");
    v.optional("nested-projection-supported", self.nested_projection, "Whether only read fields are delivered.");
    v.optional("table-source-class", self.table_source_class, "Has no effect here.");
    v.optional("table-sink-class", self.table_sink_class, "Has no effect here.");
    v.optional("lookup-function-class", self.lookup_function_class, "Has no effect here.");
    v.optional("failing-source", self.failing_source, "Whether the source fails once, for tests of recovery.");
    v.optional("sink.drop-late-event", self.sink_drop_late_event, "Has no effect here.");
    v.optional("source.num-element-to-skip", self.source_num_element_to_skip, "Rows that are left out.");
  }
};

}  // namespace sluice
