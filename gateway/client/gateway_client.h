#pragma once
// The other end of sluice.proto: what `sluice submit` and `sluice jobs` stand on. Failures carry what the gateway said;
// a gateway that is not there is GatewayUnavailable.
#include <memory>
#include <optional>
#include <string>

#include "base/placed_error.h"
#include "gateway/proto/sluice.pb.h"

namespace sluice::gateway {

// Where `sluice serve` listens unless it is told otherwise.
inline constexpr const char* kDefaultGateway = "127.0.0.1:7340";

// Of all files of one script; a gateway takes no more.
inline constexpr size_t kScriptBytesMax = 16 << 20;

// Events of one call, in order. Another thread may cancel.
template <class Event>
class EventStream {
 public:
  virtual ~EventStream() = default;
  virtual bool next(Event& event) = 0;  // Blocks; false: no more will come.
  virtual void cancel() = 0;
  // After the last event: what the call ended with. A script that was rejected is no failure: its event has come.
  virtual std::optional<PlacedError> finish() = 0;
};

class GatewayClient {
 public:
  static std::unique_ptr<GatewayClient> create(const std::string& address);
  virtual ~GatewayClient() = default;

  virtual std::unique_ptr<EventStream<v1::ExecuteEvent>> execute(const v1::ExecuteRequest& request) = 0;
  virtual std::unique_ptr<EventStream<v1::ResultEvent>> stream_results(const v1::StreamResultsRequest& request) = 0;

  // Nothing: the response is filled in.
  using Outcome = std::optional<PlacedError>;
  virtual Outcome list_jobs(v1::ListJobsResponse& response) = 0;
  virtual Outcome get_job(const std::string& id, v1::Job& response) = 0;
  virtual Outcome cancel_job(const std::string& id, v1::Job& response) = 0;
  virtual Outcome stop_job(const v1::StopJobRequest& request, int64_t timeout_ms, v1::Job& response) = 0;
  virtual Outcome get_lineage(const std::string& id, v1::GetJobLineageResponse& response) = 0;
};

}  // namespace sluice::gateway
