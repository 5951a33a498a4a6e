#pragma once
// INSERT, statement sets and SELECT -> jobs. Nothing after an error.
#include <optional>

#include "planner/bind/binder.h"
#include "planner/bind/session.h"

namespace sluice::planner {

// The plan of one INSERT, with its Sink on top.
std::optional<Plan> bind_insert(const ast::Insert& insert, BindSession& session);
// Several INSERTs as one job.
std::optional<BoundJob> bind_inserts(JobKind kind, const std::vector<const ast::Insert*>& inserts,
                                     BindSession& session);
// Names of a result or a view are unique: a, a0, a1.
std::vector<std::string> unique_names(const RowSchema& schema);

std::optional<BoundJob> bind_select(const ast::Query& query, SourceSpan span, BindSession& session);

}  // namespace sluice::planner
