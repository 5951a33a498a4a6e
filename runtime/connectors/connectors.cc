#include "runtime/connectors/blackhole/sink.h"
#include "runtime/connectors/collect/sink.h"
#include "runtime/connectors/connector.h"
#include "runtime/connectors/datagen/source.h"
#include "runtime/connectors/filesystem/sink.h"
#include "runtime/connectors/filesystem/source.h"
#include "runtime/connectors/kafka/sink.h"
#include "runtime/connectors/kafka/source.h"
#include "runtime/connectors/nexmark/source.h"
#include "runtime/connectors/print/sink.h"
#include "runtime/connectors/values/connector.h"

namespace sluice::runtime {

const std::vector<ConnectorFactory>& connectors() {
  static const std::vector<ConnectorFactory> table = {
      {"$collect", nullptr, make_collect_sink},
      {"blackhole", nullptr, make_blackhole_sink},
      {"datagen", make_datagen_source, nullptr},
      {"filesystem", make_filesystem_source, make_filesystem_sink},
      {"kafka", make_kafka_source, make_kafka_sink},
      {"nexmark", make_nexmark_source, nullptr},
      {"print", nullptr, make_print_sink},
      {"upsert-kafka", make_kafka_source, make_kafka_sink},
      {"values", make_values_source, make_values_sink},
  };
  return table;
}

}  // namespace sluice::runtime
