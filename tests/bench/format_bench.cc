// JSON of Nexmark's bids in memory -> columns, on one core:
//
//   format_bench [MESSAGES] [MILLISECONDS]
//
// The messages have Nexmark's wide schema (event_type, person, auction, bid) as its Kafka table writes it. What is read
// of them: nothing but the kind, q2's columns, all of the bid. `encode` is the way back.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "base/check.h"
#include "runtime/formats/format.h"

namespace sluice::runtime {
namespace {

Type bid_type() {
  return Type::row({{"auction", Type::bigint()},
                    {"bidder", Type::bigint()},
                    {"price", Type::bigint()},
                    {"channel", Type::string()},
                    {"url", Type::string()},
                    {"dateTime", Type::timestamp(3)},
                    {"extra", Type::string()}});
}

RowSchema wide_columns() {
  Type person = Type::row({{"id", Type::bigint()}, {"name", Type::string()}});
  Type auction = Type::row({{"id", Type::bigint()}, {"itemName", Type::string()}});
  return {{"event_type", Type::integer()}, {"person", person}, {"auction", auction}, {"bid", bid_type()}};
}

std::string letters(std::mt19937_64& random, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += static_cast<char>('a' + random() % 26);
  return out;
}

std::vector<std::string> bids(size_t count) {
  static const char* kChannels[] = {"Google", "Facebook", "Baidu", "Apple", "channel-4711"};
  std::mt19937_64 random(7);
  std::vector<std::string> out;
  for (size_t i = 0; i < count; ++i) {
    std::string channel = kChannels[random() % 5];
    out.push_back(fmt::format(
        "{{\"event_type\":2,\"person\":null,\"auction\":null,\"bid\":{{\"auction\":{},\"bidder\":{},\"price\":{},"
        "\"channel\":\"{}\",\"url\":\"https://www.nexmark.com/{}/{}/{}/item.htm?query=1&channel_id={}\","
        "\"dateTime\":\"2024-03-{:02} {:02}:{:02}:{:02}.{:03}\",\"extra\":\"{}\"}}}}",
        1000 + random() % 1'000'000, 1000 + random() % 400'000, 100 + random() % 99'999'900, channel,
        letters(random, 5), letters(random, 5), letters(random, 5), random() % 1'000'000'000, 1 + random() % 28,
        random() % 24, random() % 60, random() % 60, random() % 1000, letters(random, 60 + random() % 40)));
  }
  return out;
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

RowSchema schema_of(const RowSchema& columns, const std::vector<jobgraph::FieldPath>& paths) {
  RowSchema schema;
  for (const jobgraph::FieldPath& path : paths) {
    Type type = columns[path[0]].type;
    for (size_t depth = 1; depth < path.size(); ++depth) type = Type(type.child(path[depth]));
    schema.push_back({"c" + std::to_string(schema.size()), type});
  }
  return schema;
}

void report(const char* name, size_t messages, size_t bytes, double seconds) {
  std::printf("%-28s %8.2f M messages/s  %6.2f GB/s  %6.1f ns/message\n", name,
              static_cast<double>(messages) / seconds / 1e6, static_cast<double>(bytes) / seconds / 1e9,
              seconds / static_cast<double>(messages) * 1e9);
}

void bench_decode(const char* name, const std::vector<std::string>& messages,
                  const std::vector<jobgraph::FieldPath>& paths, double limit_seconds, BufferPool& pool, Batch* last) {
  SessionContext session;
  DecoderSpec spec;
  spec.columns = wide_columns();
  spec.paths = paths;
  auto factory = find_format_factory("json");
  SLUICE_CHECK(factory.has_value());
  auto decoder = (*factory)->decoder(spec, {}, {&session});
  SLUICE_CHECK(decoder.has_value());
  RowAppender rows(pool, schema_of(spec.columns, paths), &session);
  size_t count = 0, bytes = 0;
  double begin = seconds_now(), end = begin;
  while (end - begin < limit_seconds) {
    for (const std::string& message : messages) {
      auto error = (*decoder)->decode(message, rows);
      SLUICE_CHECK(!error);
      bytes += message.size();
      if (rows.has_full_batch()) *last = rows.take();
    }
    count += messages.size();
    end = seconds_now();
  }
  report(name, count, bytes, end - begin);
}

void bench_encode(const Batch& batch, const RowSchema& columns, double limit_seconds) {
  SessionContext session;
  auto factory = find_format_factory("json");
  EncoderSpec spec;
  spec.columns = columns;
  auto encoder = (*factory)->encoder(spec, {}, {&session});
  SLUICE_CHECK(encoder.has_value());
  BatchView view(batch);
  EncodedMessages out;
  size_t count = 0, bytes = 0;
  double begin = seconds_now(), end = begin;
  while (end - begin < limit_seconds) {
    out.clear();
    SLUICE_CHECK((*encoder)->encode({view.columns(), nullptr, nullptr, batch.rows}, out).has_value());
    count += batch.rows;
    bytes += out.bytes.size();
    end = seconds_now();
  }
  report("encode the bid's columns", count, bytes, end - begin);
}

int run(size_t count, double seconds) {
  std::vector<std::string> messages = bids(count);
  size_t bytes = 0;
  for (const std::string& message : messages) bytes += message.size();
  std::printf("%zu messages of %zu bytes on average\n", messages.size(), bytes / messages.size());
  BufferPool pool;
  Batch batch;
  std::vector<jobgraph::FieldPath> all = {{3, 0}, {3, 1}, {3, 2}, {3, 3}, {3, 4}, {3, 5}, {3, 6}};
  bench_decode("decode event_type", messages, {{0}}, seconds, pool, &batch);
  bench_decode("decode q2's columns", messages, {{0}, {3, 0}, {3, 2}}, seconds, pool, &batch);
  bench_decode("decode q0's columns", messages, {{0}, {3, 0}, {3, 1}, {3, 2}, {3, 5}, {3, 6}}, seconds, pool, &batch);
  bench_decode("decode all columns", messages, {{0}, {1}, {2}, {3}}, seconds, pool, &batch);
  bench_decode("decode the bid's columns", messages, all, seconds, pool, &batch);
  bench_encode(batch, schema_of(wide_columns(), all), seconds);
  return 0;
}

}  // namespace
}  // namespace sluice::runtime

int main(int argc, char** argv) {
  size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20'000;
  double ms = argc > 2 ? std::strtod(argv[2], nullptr) : 1000;
  return sluice::runtime::run(count, ms / 1000);
}
