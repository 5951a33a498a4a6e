// The limit that the Kafka connectors are measured against: librdkafka alone. Reads a topic to its end, and with a
// second topic writes the same bytes there; nothing in between.
//
//   kafka_limit SERVERS TOPIC PARTITIONS [OUT_TOPIC [MESSAGES]]
//
// Prints messages, seconds, and messages per CPU second of this process.
#include <librdkafka/rdkafka.h>
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/bench/kafka_handle.h"

namespace {

using sluice::bench::make_handle;

constexpr size_t kBatch = 1024;
// Five requests may be under way. When more waits, librdkafka's thread spins until there is room, which costs more than
// all the rest. 700 kB of Nexmark's events.
constexpr int kUnacknowledgedMax = 2'000;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Copy {
 public:
  Copy(const std::string& servers, const char* topic) {
    producer_ = make_handle(RD_KAFKA_PRODUCER, {{"bootstrap.servers", servers},
                                                {"linger.ms", "5"},
                                                {"enable.idempotence", "true"},
                                                {"queue.buffering.max.messages", "200000"},
                                                {"delivery.report.only.error", "true"}});
    topic_ = rd_kafka_topic_new(producer_, topic, nullptr);
  }
  void write(rd_kafka_message_t** messages, size_t count) {
    while (rd_kafka_outq_len(producer_) >= kUnacknowledgedMax) rd_kafka_poll(producer_, 1);
    batch_.assign(count, rd_kafka_message_t{});
    for (size_t i = 0; i < count; ++i) {
      batch_[i].payload = messages[i]->payload;
      batch_[i].len = messages[i]->len;
    }
    for (size_t next = 0; next < count;) {
      next += static_cast<size_t>(rd_kafka_produce_batch(topic_, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                                                         batch_.data() + next, static_cast<int>(count - next)));
      rd_kafka_poll(producer_, next < count ? 1 : 0);
    }
  }
  void finish() { rd_kafka_flush(producer_, 60'000); }

 private:
  rd_kafka_t* producer_;
  rd_kafka_topic_t* topic_;
  std::vector<rd_kafka_message_t> batch_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  std::string servers = argv[1];
  rd_kafka_t* consumer = make_handle(RD_KAFKA_CONSUMER, {{"bootstrap.servers", servers},
                                                         {"group.id", "limit"},
                                                         {"enable.partition.eof", "true"},
                                                         {"queued.min.messages", "1000000"},
                                                         {"queued.max.messages.kbytes", "16384"}});
  rd_kafka_topic_t* topic = rd_kafka_topic_new(consumer, argv[2], nullptr);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(consumer);
  int partitions = std::atoi(argv[3]);
  for (int i = 0; i < partitions; ++i) rd_kafka_consume_start_queue(topic, i, RD_KAFKA_OFFSET_BEGINNING, queue);
  Copy* copy = argc > 4 ? new Copy(servers, argv[4]) : nullptr;

  uint64_t count_max = argc > 5 ? std::strtoull(argv[5], nullptr, 10) : UINT64_MAX;
  auto begin = std::chrono::steady_clock::now();
  double cpu = cpu_seconds();
  std::array<rd_kafka_message_t*, kBatch> messages{};
  uint64_t count = 0;
  for (int ended = 0; ended < partitions && count < count_max;) {
    ssize_t got = rd_kafka_consume_batch_queue(queue, 100, messages.data(), messages.size());
    size_t rows = 0;
    for (ssize_t i = 0; i < got; ++i) {
      if (messages[static_cast<size_t>(i)]->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        std::swap(messages[rows++], messages[static_cast<size_t>(i)]);
      } else {
        ++ended;
      }
    }
    count += rows;
    if (copy != nullptr && rows > 0) copy->write(messages.data(), rows);
    for (ssize_t i = 0; i < got; ++i) rd_kafka_message_destroy(messages[static_cast<size_t>(i)]);
  }
  if (copy != nullptr) copy->finish();
  cpu = cpu_seconds() - cpu;
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%lu messages, %.2f s, %.2f M messages per CPU second\n", count, seconds,
              static_cast<double>(count) / cpu / 1e6);
  std::fflush(stdout);
  std::_Exit(0);
}
