// From a complete statement to its first row, in a gateway that runs: what a client sees that is connected already.
//
//   first_row_bench HOST:PORT [RUNS]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "gateway/client/gateway_client.h"

namespace {

using namespace sluice;
using Clock = std::chrono::steady_clock;

constexpr const char* kScript =
    "CREATE TABLE ticks (id BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '100',"
    " 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '100');\n"
    "SELECT id, id * 2 AS twice FROM ticks WHERE id > 5;\n";

double first_row_ms(gateway::GatewayClient& client) {
  v1::ExecuteRequest request;
  v1::SourceFile& file = *request.add_files();
  file.set_name("first_row.sql");
  file.set_text(kScript);
  Clock::time_point begin = Clock::now();
  auto stream = client.execute(request);
  double ms = -1;
  v1::ExecuteEvent event;
  while (stream->next(event)) {
    if (ms < 0 && event.has_changes()) ms = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  }
  if (auto failure = stream->finish()) std::fputs(render(*failure).c_str(), stderr);
  return ms;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  int runs = argc > 2 ? std::atoi(argv[2]) : 20;
  auto client = gateway::GatewayClient::create(argv[1]);
  std::vector<double> all;
  for (int i = 0; i < runs; ++i) {
    double ms = first_row_ms(*client);
    if (ms < 0) return 1;
    all.push_back(ms);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));  // A person's pause.
  }
  std::ranges::sort(all);
  std::printf("first row after %.1f ms (median of %d; %.1f to %.1f)\n", all[all.size() / 2], runs, all.front(),
              all.back());
  return 0;
}
