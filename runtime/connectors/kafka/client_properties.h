#pragma once
// `properties.*` of a table, which carry the names of Kafka's Java client, as settings of librdkafka.
#include <map>
#include <string>

#include "base/result.h"

namespace sluice::runtime::kafka {

// What stands behind `properties.` in a table's options.
std::map<std::string, std::string> client_properties(const std::map<std::string, std::string>& options);

// The settings that mean the same. Names that librdkafka shares pass; what only the Java client has (serializers,
// sizes of its buffers) is left out; what cannot be honoured is refused.
Result<std::map<std::string, std::string>> translate_properties(const std::map<std::string, std::string>& properties);

// The same for who writes. Behind what the table sets: no message is doubled or reordered by a retry; successes are
// counted and not told one by one; what waits for brokers is bounded.
Result<std::map<std::string, std::string>> producer_settings(const std::map<std::string, std::string>& properties);

// A source does not commit offsets by itself.
Status check_auto_commit(const std::map<std::string, std::string>& properties);

// The same for who writes in transactions, from those of who writes.
std::map<std::string, std::string> transaction_settings(std::map<std::string, std::string> settings);

}  // namespace sluice::runtime::kafka
