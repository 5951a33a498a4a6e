#include "gateway/front/grpc/status.h"

#include "gateway/proto/job_codec.h"

namespace sluice::gateway {
namespace {

constexpr const char* kDiagnosticType = "type.googleapis.com/sluice.v1.Diagnostic";

grpc::StatusCode code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::NotSupportedYet:
      return grpc::StatusCode::UNIMPLEMENTED;
    case ErrorCode::JobNotFound:
      return grpc::StatusCode::NOT_FOUND;
    case ErrorCode::DuplicateName:
      return grpc::StatusCode::ALREADY_EXISTS;
    case ErrorCode::WorkerLost:
    case ErrorCode::NetworkError:
    case ErrorCode::ConnectorUnavailable:
      return grpc::StatusCode::UNAVAILABLE;
    case ErrorCode::CheckpointFailed:
    case ErrorCode::NoCheckpoint:
    case ErrorCode::IncompatibleState:
      return grpc::StatusCode::FAILED_PRECONDITION;
    case ErrorCode::Fenced:
    case ErrorCode::JobCancelled:
      return grpc::StatusCode::ABORTED;
    case ErrorCode::DiskFull:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case ErrorCode::CorruptCheckpoint:
      return grpc::StatusCode::DATA_LOSS;
    default:
      return static_cast<int>(code) < 2000 ? grpc::StatusCode::INVALID_ARGUMENT : grpc::StatusCode::INTERNAL;
  }
}

}  // namespace

grpc::Status status_of(const PlacedError& error) {
  v1::Diagnostic diagnostic;
  encode_error(error, diagnostic);
  grpc::StatusCode code = code_of(error.code);
  v1::StatusDetails details;
  details.set_code(code);
  details.set_message(error.message);
  google::protobuf::Any& detail = *details.add_details();
  detail.set_type_url(kDiagnosticType);
  detail.set_value(diagnostic.SerializeAsString());
  return {code, fmt::format("SL{}: {}", static_cast<int>(error.code), error.message), details.SerializeAsString()};
}

grpc::Status status_of(const Error& error) {
  return status_of(PlacedError{error.code, error.message, error.hint, std::nullopt});
}

std::optional<PlacedError> error_in(const grpc::Status& status) {
  v1::StatusDetails details;
  if (!details.ParseFromString(status.error_details()) || details.details_size() == 0) return std::nullopt;
  v1::Diagnostic diagnostic;
  const google::protobuf::Any& detail = details.details(0);
  if (detail.type_url() != kDiagnosticType || !diagnostic.ParseFromString(detail.value())) return std::nullopt;
  return decode_error(diagnostic);
}

}  // namespace sluice::gateway
