#include "gateway/client/gateway_client.h"

#include <grpc/support/log.h>
#include <grpc/support/time.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>

#include <chrono>

#include "gateway/front/grpc/status.h"
#include "gateway/proto/sluice.grpc.pb.h"

namespace sluice::gateway {
namespace {

constexpr int kEventBytesMax = 64 << 20;

PlacedError not_there(const std::string& address, const std::string& why) {
  return {ErrorCode::GatewayUnavailable, fmt::format("there is no gateway at `{}`: {}", address, why),
          "Start one with `sluice serve`, or name another one with `--gateway HOST:PORT` or in SLUICE_GATEWAY.",
          std::nullopt};
}

// Nothing for success.
std::optional<PlacedError> failure_in(const grpc::Status& status, const std::string& address) {
  if (status.ok()) return std::nullopt;
  if (auto error = error_in(status)) return error;
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      return not_there(address, status.error_message());
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return PlacedError{ErrorCode::NetworkError, fmt::format("the gateway at `{}` did not answer in time", address),
                         "What was asked for may still happen: look at the job again.", std::nullopt};
    case grpc::StatusCode::CANCELLED:
      return PlacedError{ErrorCode::JobCancelled, "the call was cancelled", {}, std::nullopt};
    case grpc::StatusCode::UNIMPLEMENTED:
      return PlacedError{ErrorCode::NotSupportedYet,
                         fmt::format("what answers at `{}` is no gateway of this version", address),
                         {},
                         std::nullopt};
    default:
      return PlacedError{ErrorCode::NetworkError,
                         fmt::format("the gateway at `{}` failed: {}", address, status.error_message()),
                         {},
                         std::nullopt};
  }
}

template <class Event>
class ReadingStream final : public EventStream<Event> {
 public:
  explicit ReadingStream(const std::string& address) : address_(address) {}
  grpc::ClientContext& context() { return context_; }
  void set_reader(std::unique_ptr<grpc::ClientReader<Event>> reader) { reader_ = std::move(reader); }

  bool next(Event& event) override {
    if (!reader_->Read(&event)) return false;
    if constexpr (std::is_same_v<Event, v1::ExecuteEvent>) is_rejected_ |= event.has_rejected();
    return true;
  }
  void cancel() override { context_.TryCancel(); }
  std::optional<PlacedError> finish() override {
    grpc::Status status = reader_->Finish();
    if (is_rejected_ && status.error_code() == grpc::StatusCode::INVALID_ARGUMENT) return std::nullopt;
    return failure_in(status, address_);
  }

 private:
  std::string address_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<Event>> reader_;
  bool is_rejected_ = false;
};

class ChannelClient final : public GatewayClient {
 public:
  explicit ChannelClient(const std::string& address) : address_(address) {
    gpr_set_log_function([](gpr_log_func_args*) {});  // What is wrong is in the results of calls.
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kEventBytesMax);
    // A gateway on this or another machine is reached directly, whatever proxy the environment names for the web.
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    auto channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
    statements_ = v1::Statements::NewStub(channel);
    jobs_ = v1::Jobs::NewStub(channel);
    lineage_ = v1::Lineage::NewStub(channel);
  }

  std::unique_ptr<EventStream<v1::ExecuteEvent>> execute(const v1::ExecuteRequest& request) override {
    auto stream = std::make_unique<ReadingStream<v1::ExecuteEvent>>(address_);
    stream->set_reader(statements_->Execute(&stream->context(), request));
    return stream;
  }

  std::unique_ptr<EventStream<v1::ResultEvent>> stream_results(const v1::StreamResultsRequest& request) override {
    auto stream = std::make_unique<ReadingStream<v1::ResultEvent>>(address_);
    stream->set_reader(jobs_->StreamResults(&stream->context(), request));
    return stream;
  }

  Outcome list_jobs(v1::ListJobsResponse& response) override {
    return call(kTimeoutMs, [&](auto* context) { return jobs_->ListJobs(context, {}, &response); });
  }

  Outcome get_job(const std::string& id, v1::Job& response) override {
    v1::GetJobRequest request;
    request.set_id(id);
    return call(kTimeoutMs, [&](auto* context) { return jobs_->GetJob(context, request, &response); });
  }

  Outcome cancel_job(const std::string& id, v1::Job& response) override {
    v1::CancelJobRequest request;
    request.set_id(id);
    return call(kTimeoutMs, [&](auto* context) { return jobs_->CancelJob(context, request, &response); });
  }

  Outcome stop_job(const v1::StopJobRequest& request, int64_t timeout_ms, v1::Job& response) override {
    return call(timeout_ms, [&](auto* context) { return jobs_->StopJob(context, request, &response); });
  }

  Outcome get_lineage(const std::string& id, v1::GetJobLineageResponse& response) override {
    v1::GetJobLineageRequest request;
    request.set_id(id);
    return call(kTimeoutMs, [&](auto* context) { return lineage_->GetJobLineage(context, request, &response); });
  }

 private:
  static constexpr int64_t kTimeoutMs = 30'000;

  template <class Call>
  Outcome call(int64_t timeout_ms, const Call& invoke) {
    grpc::ClientContext context;
    context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_REALTIME), gpr_time_from_millis(timeout_ms, GPR_TIMESPAN)));
    return failure_in(invoke(&context), address_);
  }

  std::string address_;
  std::unique_ptr<v1::Statements::Stub> statements_;
  std::unique_ptr<v1::Jobs::Stub> jobs_;
  std::unique_ptr<v1::Lineage::Stub> lineage_;
};

}  // namespace

std::unique_ptr<GatewayClient> GatewayClient::create(const std::string& address) {
  return std::make_unique<ChannelClient>(address);
}

}  // namespace sluice::gateway
