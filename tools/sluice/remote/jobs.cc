// `sluice jobs ls|show|results|cancel|stop`: looks at a gateway's jobs and ends them.
#include <chrono>

#include "planner/lineage/lineage.h"
#include "tools/sluice/commands.h"
#include "tools/sluice/exit_code.h"
#include "tools/sluice/interrupt.h"
#include "tools/sluice/remote/gateway_argument.h"
#include "tools/sluice/remote/job_text.h"
#include "tools/sluice/remote/result_printer.h"

namespace sluice::tools {
namespace {

constexpr int64_t kLateMs = 100;
// For the gateway's answer that the time is over: it waits for so much less than the call may take.
constexpr int64_t kAnswerMs = 1000;

struct JobsArguments {
  GatewayArgument gateway;
  std::string id;
  bool is_json = false;
  bool is_lineage = false;
  std::string savepoint_directory;
  int64_t timeout_s = 60;
  std::string format = "table";
  int64_t from = -1;
};

int64_t now_ms() {
  auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count();
}

int list(gateway::GatewayClient& client, const JobsArguments& arguments) {
  v1::ListJobsResponse response;
  if (auto failure = client.list_jobs(response)) return report(*failure);
  if (!arguments.is_json) {
    std::fputs(job_table(response, now_ms()).c_str(), stdout);
    return kOk;
  }
  std::string out;
  for (const v1::Job& job : response.jobs()) out += (out.empty() ? "\n  " : ",\n  ") + job_json(job);
  std::printf("[%s]\n", (out.empty() ? out : out + "\n").c_str());
  return kOk;
}

int show_lineage(gateway::GatewayClient& client, const JobsArguments& arguments) {
  v1::GetJobLineageResponse response;
  if (auto failure = client.get_lineage(arguments.id, response)) return report(*failure);
  std::vector<jobgraph::LineageEdge> edges;
  for (const v1::LineageEdge& edge : response.edges()) edges.push_back(gateway::decode_lineage(edge));
  std::string text = arguments.is_json ? planner::lineage_json(edges) + "\n" : planner::lineage_text(edges);
  std::fputs(text.c_str(), stdout);
  return kOk;
}

int show(gateway::GatewayClient& client, const JobsArguments& arguments) {
  if (arguments.is_lineage) return show_lineage(client, arguments);
  v1::Job job;
  if (auto failure = client.get_job(arguments.id, job)) return report(*failure);
  std::string text = arguments.is_json ? job_json(job) + "\n" : job_details(job, now_ms());
  std::fputs(text.c_str(), stdout);
  return kOk;
}

int cancel(gateway::GatewayClient& client, const JobsArguments& arguments) {
  v1::Job job;
  if (auto failure = client.cancel_job(arguments.id, job)) return report(*failure);
  std::fputs(job_summary(job).c_str(), stdout);
  if (job.state() == v1::JOB_STATE_CANCELLING) {
    std::fputs("its worker does not answer: it ends as soon as it does, or with its process\n", stderr);
  }
  return kOk;
}

PlacedError no_savepoint_yet(const JobsArguments& arguments) {
  return {
      ErrorCode::CheckpointFailed,
      fmt::format("no savepoint of `{}`: it was not complete after {} s", arguments.id, arguments.timeout_s),
      fmt::format("The job ends as soon as it is; `--timeout` waits longer, `sluice jobs cancel {}` ends it without.",
                  arguments.id),
      std::nullopt};
}

int stop(gateway::GatewayClient& client, const JobsArguments& arguments) {
  v1::StopJobRequest request;
  request.set_id(arguments.id);
  request.set_savepoint_directory(arguments.savepoint_directory);
  v1::Job job;
  int64_t begin_ms = now_ms();
  if (auto failure = client.stop_job(request, arguments.timeout_s * 1000 + kAnswerMs, job)) {
    // Whichever of the two processes gave up first.
    bool is_late = now_ms() - begin_ms >= arguments.timeout_s * 1000 - kLateMs;
    return report(is_late ? no_savepoint_yet(arguments) : *failure);
  }
  std::printf("%ssavepoint: %s\n%s", job_summary(job).c_str(), job.savepoint().c_str(),
              continuation(job, arguments.gateway.address).c_str());
  return kOk;
}

int results(gateway::GatewayClient& client, const JobsArguments& arguments) {
  v1::StreamResultsRequest request;
  request.set_id(arguments.id);
  if (arguments.from >= 0) request.set_from(static_cast<uint64_t>(arguments.from));
  auto stream = client.stream_results(request);
  ResultPrinter printer(row_format_of(arguments.format), arguments.gateway.address);
  Interrupt interrupt([&](int) {
    printer.expect_cancel();
    stream->cancel();
  });
  return printer.print(*stream);
}

using JobsFunction = int (*)(gateway::GatewayClient&, const JobsArguments&);

// Each verb with the arguments that it takes.
std::map<CLI::App*, JobsFunction> add_verbs(CLI::App& app, JobsArguments& arguments) {
  auto verb = [&](const char* name, const char* help, bool takes_id) {
    CLI::App* sub = app.add_subcommand(name, help);
    arguments.gateway.add_to(*sub);
    if (takes_id) sub->add_option("ID", arguments.id, "The job's id, its first digits, or its name")->required();
    return sub;
  };
  CLI::App* ls = verb("ls", "List the jobs, newest last", false);
  ls->add_flag("--json", arguments.is_json, "As a JSON array");
  CLI::App* shows = verb("show", "Show one job: checkpoints, operators, failure, savepoint", true);
  shows->add_flag("--json", arguments.is_json, "As a JSON object");
  shows->add_flag("--lineage", arguments.is_lineage, "Which columns of sinks come from which of sources");
  CLI::App* reads = verb("results", "Stream the rows of a SELECT; Ctrl-C leaves the job running", true);
  reads->add_option("--format", arguments.format, "How rows are written")
      ->check(CLI::IsMember({"table", "changelog", "csv", "json"}))
      ->capture_default_str();
  reads->add_option("--from", arguments.from, "Position of the first row; else what nobody has read yet");
  CLI::App* cancels = verb("cancel", "End a job at once, without a savepoint", true);
  CLI::App* stops = verb("stop", "Take a savepoint and end the job behind it", true);
  stops->add_option("--savepoint-dir", arguments.savepoint_directory,
                    "Else the job's execution.checkpointing.savepoint-dir");
  stops->add_option("--timeout", arguments.timeout_s, "Seconds to wait for it")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
  return {{ls, list}, {shows, show}, {reads, results}, {cancels, cancel}, {stops, stop}};
}

}  // namespace
}  // namespace sluice::tools

extern "C" int sluice_command_jobs(int argc, char** argv) {
  using namespace sluice::tools;
  CLI::App app("Looks at the jobs of a gateway and ends them.", "sluice jobs");
  app.require_subcommand(1);
  JobsArguments arguments;
  auto verbs = add_verbs(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  auto client = sluice::gateway::GatewayClient::create(arguments.gateway.address);
  for (CLI::App* verb : app.get_subcommands()) return verbs.at(verb)(*client, arguments);
  return kUsage;
}
