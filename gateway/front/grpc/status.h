#pragma once
// Errors as gRPC states them. The one table from codes to gRPC's is here; the whole error travels in the details.
#include <grpcpp/support/status.h>

#include <optional>

#include "base/placed_error.h"

namespace sluice::gateway {

// An error that has a place in the script carries it along.
grpc::Status status_of(const PlacedError& error);
grpc::Status status_of(const Error& error);  // Without a place.

// The error inside a status of ours; nothing for a status that gRPC itself has made.
std::optional<PlacedError> error_in(const grpc::Status& status);

}  // namespace sluice::gateway
