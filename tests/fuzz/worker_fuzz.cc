// What a worker and a gateway read from each other: frames, messages and rows of any bytes are read or refused. The
// first byte chooses which.
#include "runtime/worker/frame_reader.h"
#include "runtime/worker/result_rows.h"
#include "runtime/worker/wire.h"
#include "tests/fuzz/bytes_target.h"
#include "tests/unit/codegen/random_rows.h"

namespace sluice::testing {
namespace {

constexpr size_t kMessageBytesMax = 1000;

RowSchema schema_of(uint8_t choice) {
  RowSchema schema;
  std::vector<Type> types = RandomRows::scalar_types();
  for (size_t i = 0; i < 3; ++i) schema.push_back({"c" + std::to_string(i), types[(choice + i * 5) % types.size()]});
  schema.push_back({"a", Type::array(Type::row({{"x", Type::bigint()}, {"y", Type::string()}}))});
  schema.push_back({"m", Type::map(Type::string(), Type::float64())});
  return schema;
}

// However a stream of bytes is cut, the same messages come out of it, and then the same error.
bool check_frames(std::string_view bytes) {
  std::vector<std::string> whole;
  for (size_t piece : {bytes.size() + 1, size_t{1}, size_t{7}}) {
    runtime::FrameReader reader(kMessageBytesMax);
    std::vector<std::string> messages;
    bool is_broken = false;
    for (size_t at = 0; at < bytes.size() && !is_broken; at += piece) {
      reader.feed(bytes.substr(at, piece));
      for (;;) {
        auto next = reader.next();
        is_broken = !next;
        if (is_broken || !*next) break;
        if ((*next)->size() > kMessageBytesMax) return false;
        messages.push_back(**std::move(next));
      }
    }
    messages.push_back(is_broken ? "broken" : "good");
    if (whole.empty()) whole = messages;
    if (messages != whole) return false;
  }
  return true;
}

bool check_messages(std::string_view bytes) {
  google::protobuf::LogSilencer silence;
  runtime::wire::FromWorker answer;
  if (answer.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    auto report = runtime::read_report(answer.report());
    auto columns = runtime::read_columns(answer.welcome());
    if (!report && report.error().message.empty()) return false;
    if (!columns && columns.error().message.empty()) return false;
  }
  runtime::wire::ToWorker request;
  return !request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || request.ByteSizeLong() < SIZE_MAX;
}

bool check_rows(std::string_view bytes) {
  if (bytes.size() < 2) return true;
  RowSchema schema = schema_of(static_cast<uint8_t>(bytes[0]));
  uint32_t count = static_cast<uint8_t>(bytes[1]) % 8;
  auto rows = runtime::decode_rows(bytes.substr(2), count, schema);
  return rows ? rows->size() == count : !rows.error().message.empty();
}

std::string rows_sample(Draw& draw) {
  auto choice = static_cast<uint8_t>(draw.bits());
  uint32_t count = draw.below(8);
  RowSchema schema = schema_of(choice);
  RandomRows random(draw.bits());
  BufferPool pool;
  Arena arena(pool);
  runtime::Batch batch = random.batch(pool, arena, schema, count);
  return std::string{2, static_cast<char>(choice), static_cast<char>(count)} +
         runtime::encode_rows(batch, schema).bytes;
}

}  // namespace

std::string fuzz_sample(Draw& draw) {
  std::string out(1, static_cast<char>(draw.below(2)));
  if (out[0] == 0) {
    for (uint32_t i = draw.below(5); i > 0; --i) out += runtime::frame_of(std::string(draw.below(1200), 'x'));
    return out;
  }
  if (draw.one_in(2)) return rows_sample(draw);
  runtime::wire::FromWorker answer;
  if (draw.one_in(2)) {
    runtime::WorkerReport report;
    report.status.name = "job";
    runtime::write_report(report, *answer.mutable_report());
  } else {
    runtime::write_columns(schema_of(static_cast<uint8_t>(draw.bits())), *answer.mutable_welcome());
  }
  return out + answer.SerializeAsString();
}

bool fuzz_check(std::string_view bytes) {
  if (bytes.empty()) return true;
  auto kind = static_cast<uint8_t>(bytes[0]) % 3;
  bytes.remove_prefix(1);
  return kind == 0 ? check_frames(bytes) : kind == 1 ? check_messages(bytes) : check_rows(bytes);
}

}  // namespace sluice::testing
