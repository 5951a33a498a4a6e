#pragma once
// The native front end: sluice.proto over gRPC, with server reflection and the standard health service.
#include <memory>
#include <string>

#include "base/result.h"
#include "gateway/jobs/job_registry.h"

namespace sluice::gateway {

struct GrpcServerOptions {
  std::string address = "127.0.0.1:0";  // host:port; port 0 is any free one.
  JobRegistry* jobs = nullptr;          // Outlives the server.
};

class GrpcServer {
 public:
  static constexpr int kRequestBytesMax = 17 << 20;  // A script of kScriptBytesMax, and what is around it.
  static constexpr int kThreadsMax = 512;            // Calls at a time; more are refused as RESOURCE_EXHAUSTED.

  static Result<std::unique_ptr<GrpcServer>> start(const GrpcServerOptions& options);
  virtual ~GrpcServer() = default;
  virtual int port() const = 0;
  // Takes no more calls, ends those under way, and returns when none is left.
  virtual void stop() = 0;
};

}  // namespace sluice::gateway
