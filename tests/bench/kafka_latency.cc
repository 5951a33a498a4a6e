// How long a message takes through a job: writes Nexmark's bids at a fixed rate into one topic, the time in their
// `extra`, and reads what the job makes of them from another.
//
//   kafka_latency SERVERS IN_TOPIC OUT_TOPIC PARTITIONS RATE WARM_UP_SECONDS SECONDS
//
// Prints the number of messages and percentiles of the time from the call that produces a message to the call that
// returns it, in milliseconds.
#include <librdkafka/rdkafka.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bench/kafka_handle.h"

namespace {

using sluice::bench::make_handle;

constexpr int64_t kSecond = 1'000'000'000;
// Messages are written in portions, so often, and each portion to one partition: every request costs the broker some
// 0.1 ms, and with a request to each partition in each tick it would be the broker's queue that is measured.
constexpr int64_t kTickNs = 1'000'000;
constexpr std::string_view kStamp = "\"extra\":\"";

int64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

struct Load {
  std::string servers, in_topic, out_topic;
  int partitions;
  int64_t rate, begin_ns, counted_from_ns, end_ns;
};

void write(const Load& load) {
  rd_kafka_t* producer = make_handle(RD_KAFKA_PRODUCER, {{"bootstrap.servers", load.servers},
                                                         {"linger.ms", "0"},
                                                         {"max.in.flight.requests.per.connection", "5"},
                                                         {"delivery.report.only.error", "true"},
                                                         {"queue.buffering.max.messages", "1000000"}});
  rd_kafka_topic_t* topic = rd_kafka_topic_new(producer, load.in_topic.c_str(), nullptr);
  std::array<char, 512> text{};
  int64_t written = 0;
  for (int64_t tick = 0; now_ns() < load.end_ns; ++tick) {
    int64_t due = (now_ns() - load.begin_ns) * load.rate / kSecond;
    for (; written < due; ++written) {
      int size =
          std::snprintf(text.data(), text.size(),
                        "{\"event_type\":2,\"person\":null,\"auction\":null,\"bid\":{\"auction\":%ld,\"bidder\":%ld,"
                        "\"price\":%ld,\"channel\":\"Google\",\"url\":\"https://www.nexmark.com/item.htm?query=1\","
                        "\"dateTime\":\"2026-01-01 00:00:00.123\",\"extra\":\"%020ld\"}}",
                        1000 + written % 7919, 1000 + written % 3571, 100 + written % 99'991, now_ns());
      rd_kafka_produce(topic, static_cast<int>(tick % load.partitions), RD_KAFKA_MSG_F_COPY, text.data(),
                       static_cast<size_t>(size), nullptr, 0, nullptr);
    }
    rd_kafka_poll(producer, 0);
    timespec pause{0, kTickNs};
    nanosleep(&pause, nullptr);
  }
  rd_kafka_flush(producer, 10'000);
}

// The time in a message, or 0.
int64_t stamp_of(const rd_kafka_message_t& message) {
  std::string_view text(static_cast<const char*>(message.payload), message.len);
  size_t place = text.find(kStamp);
  if (place == std::string_view::npos) return 0;
  const char* digits = text.data() + place + kStamp.size();
  int64_t stamp = 0;
  std::from_chars(digits, text.data() + text.size(), stamp);
  return stamp;
}

std::vector<int64_t> read(const Load& load, const std::string& isolation, const std::atomic<bool>& is_over) {
  rd_kafka_t* consumer = make_handle(RD_KAFKA_CONSUMER, {{"bootstrap.servers", load.servers},
                                                         {"group.id", "latency"},
                                                         {"isolation.level", isolation},
                                                         {"fetch.error.backoff.ms", "10"}});
  rd_kafka_topic_t* topic = rd_kafka_topic_new(consumer, load.out_topic.c_str(), nullptr);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(consumer);
  for (int i = 0; i < load.partitions; ++i) rd_kafka_consume_start_queue(topic, i, RD_KAFKA_OFFSET_BEGINNING, queue);
  std::vector<int64_t> latencies;
  std::array<rd_kafka_message_t*, 256> messages{};
  while (!is_over) {
    ssize_t got = rd_kafka_consume_batch_queue(queue, 1, messages.data(), messages.size());
    int64_t now = now_ns();
    for (ssize_t i = 0; i < got; ++i) {
      rd_kafka_message_t* message = messages[static_cast<size_t>(i)];
      int64_t stamp = message->err == RD_KAFKA_RESP_ERR_NO_ERROR ? stamp_of(*message) : 0;
      if (stamp >= load.counted_from_ns) latencies.push_back(now - stamp);
      rd_kafka_message_destroy(message);
    }
  }
  return latencies;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 8) return 2;
  int64_t begin = now_ns();
  int64_t counted_from = begin + std::atol(argv[6]) * kSecond;
  Load load{argv[1],
            argv[2],
            argv[3],
            std::atoi(argv[4]),
            std::atol(argv[5]),
            begin,
            counted_from,
            counted_from + std::atol(argv[7]) * kSecond};
  std::atomic<bool> is_over = false;
  std::vector<int64_t> latencies;
  std::thread reader([&] { latencies = read(load, "read_committed", is_over); });
  write(load);
  std::this_thread::sleep_for(std::chrono::seconds(3));  // What is on its way arrives.
  is_over = true;
  reader.join();
  if (latencies.empty()) return 1;
  std::ranges::sort(latencies);
  auto percentile = [&](double share) {
    auto place = static_cast<size_t>(share * static_cast<double>(latencies.size() - 1));
    return static_cast<double>(latencies[place]) / 1e6;
  };
  std::printf("%zu messages, median %.2f ms, p90 %.2f ms, p99 %.2f ms, max %.2f ms\n", latencies.size(),
              percentile(0.5), percentile(0.9), percentile(0.99), percentile(1));
  std::fflush(stdout);
  std::_Exit(0);
}
