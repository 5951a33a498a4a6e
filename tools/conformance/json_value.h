#pragma once
// Input rows of the conformance data as values: README of the data, section 1.4.
#include <simdjson.h>

#include "base/result.h"
#include "catalog/types/value.h"

namespace sluice::conformance {

Result<Value> value_of_json(simdjson::dom::element json, const Type& type);

}  // namespace sluice::conformance
