#pragma once
// The services of sluice.proto: they translate, and decide nothing. One thread per call.
#include "gateway/jobs/job_registry.h"
#include "gateway/proto/sluice.grpc.pb.h"

namespace sluice::gateway {

class StatementsService final : public v1::Statements::Service {
 public:
  explicit StatementsService(JobRegistry& jobs) : jobs_(jobs) {}
  grpc::Status Execute(grpc::ServerContext* context, const v1::ExecuteRequest* request,
                       grpc::ServerWriter<v1::ExecuteEvent>* writer) override;

 private:
  JobRegistry& jobs_;
};

class JobsService final : public v1::Jobs::Service {
 public:
  explicit JobsService(JobRegistry& jobs) : jobs_(jobs) {}
  grpc::Status ListJobs(grpc::ServerContext* context, const v1::ListJobsRequest* request,
                        v1::ListJobsResponse* response) override;
  grpc::Status GetJob(grpc::ServerContext* context, const v1::GetJobRequest* request, v1::Job* response) override;
  grpc::Status StreamResults(grpc::ServerContext* context, const v1::StreamResultsRequest* request,
                             grpc::ServerWriter<v1::ResultEvent>* writer) override;
  grpc::Status CancelJob(grpc::ServerContext* context, const v1::CancelJobRequest* request, v1::Job* response) override;
  grpc::Status StopJob(grpc::ServerContext* context, const v1::StopJobRequest* request, v1::Job* response) override;

 private:
  JobRegistry& jobs_;
};

class LineageService final : public v1::Lineage::Service {
 public:
  explicit LineageService(JobRegistry& jobs) : jobs_(jobs) {}
  grpc::Status GetJobLineage(grpc::ServerContext* context, const v1::GetJobLineageRequest* request,
                             v1::GetJobLineageResponse* response) override;

 private:
  JobRegistry& jobs_;
};

}  // namespace sluice::gateway
