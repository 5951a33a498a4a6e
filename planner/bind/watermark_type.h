#pragma once
#include "planner/bind/session.h"

namespace sluice::planner {

// Whether a column or expression of the type can be a watermark: TIMESTAMP(p) or TIMESTAMP_LTZ(p) with p up to 3; what
// is none, or is of no known type, was reported.
bool can_be_watermark(const Type& type, SourceSpan span, BindSession& session);

}  // namespace sluice::planner
