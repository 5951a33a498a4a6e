#include "gateway/front/grpc/grpc_server.h"

#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <chrono>

#include "gateway/front/grpc/services.h"

namespace sluice::gateway {
namespace {

class RunningServer final : public GrpcServer {
 public:
  explicit RunningServer(JobRegistry& jobs) : statements_(jobs), jobs_(jobs), lineage_(jobs) {}
  ~RunningServer() override { stop(); }

  Status start(const std::string& address) {
    gpr_set_log_function([](gpr_log_func_args*) {});  // What is wrong is in the results of calls.
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    builder.SetMaxReceiveMessageSize(kRequestBytesMax);
    grpc::ResourceQuota quota("gateway");
    quota.SetMaxThreads(kThreadsMax);
    builder.SetResourceQuota(quota);
    // Two gateways must not share a port.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port_);
    for (grpc::Service* service : std::initializer_list<grpc::Service*>{&statements_, &jobs_, &lineage_}) {
      builder.RegisterService(service);
    }
    server_ = builder.BuildAndStart();
    if (!server_ || port_ == 0) {
      return fail(ErrorCode::NetworkError, "cannot listen on `{}`", address)
          .hint("`--listen` takes the host and port to listen on; another process may use this one.");
    }
    return Done{};
  }

  int port() const override { return port_; }

  void stop() override {
    if (!server_) return;
    // A deadline in the past: calls under way are cancelled now, and their threads are waited for.
    server_->Shutdown(std::chrono::system_clock::time_point());
    server_->Wait();
    server_.reset();
  }

 private:
  StatementsService statements_;
  JobsService jobs_;
  LineageService lineage_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

Result<std::unique_ptr<GrpcServer>> GrpcServer::start(const GrpcServerOptions& options) {
  auto server = std::make_unique<RunningServer>(*options.jobs);
  SLUICE_DO(server->start(options.address));
  return std::unique_ptr<GrpcServer>(std::move(server));
}

}  // namespace sluice::gateway
