#pragma once
// A handle on a node of the logical plan, and the words that nodes share.
#include <cstdint>
#include <memory>
#include <utility>

#include "planner/jobgraph/jobgraph.h"

namespace sluice::planner {

struct Node;

class Plan {
 public:
  explicit Plan(std::shared_ptr<const Node> node) : node_(std::move(node)) {}

  const Node& operator*() const { return *node_; }
  const Node* operator->() const { return node_.get(); }
  // Identity: two handles on one node. What WITH names is one node wherever it is used; a view is planned each time.
  const Node* id() const { return node_.get(); }
  bool operator==(const Plan& other) const;
  template <class N>
  const N* as() const;

 private:
  std::shared_ptr<const Node> node_;
};

using jobgraph::AggregateCall;
using jobgraph::FieldPath;
using jobgraph::TableRef;
using jobgraph::Window;

// Where a node stands in the script, for messages. It makes no difference between nodes.
struct Origin : SourceSpan {
  Origin() = default;
  Origin(SourceSpan span) : SourceSpan(span) {}
  bool operator==(const Origin&) const { return true; }
};

// One column of an ORDER BY. NULL is the smallest value where the query does not say.
struct SortKey {
  uint32_t column = 0;
  bool descending = false;
  bool nulls_last = false;
  bool operator==(const SortKey&) const = default;
};

}  // namespace sluice::planner
