#pragma once
// table.exec.sink.type-length-enforcer: values of CHAR(n), VARCHAR(n), BINARY(n) and VARBINARY(n) columns are cut and
// padded to their type, or fail the job. Values come from a query with the right length; it is sources whose rows do
// not keep to their declared types that make the difference. Columns inside ROW, ARRAY and MAP are left alone, as in
// Flink.
//
// NULL in a CHAR or BINARY column counts as a text of no characters, as in Flink: it is padded, or fails the job.
#include <vector>

#include "runtime/abi/batch.h"
#include "runtime/task/operator_context.h"

namespace sluice::runtime {

class LengthEnforcer {
 public:
  void open(OperatorContext& context, const jobgraph::Sink& sink);
  Result<Batch> enforce(Batch batch);

 private:
  // A column of the sink with its type there, which has a length.
  struct Limit {
    uint32_t column = 0;
    Type type;
    bool pads = false;
    bool is_binary = false;
    size_t length = 0;
  };
  bool fits(const Limit& limit, const Value& value) const;
  Value fitted(const Limit& limit, const Value& value) const;
  Status enforce(const Limit& limit, Batch& batch);

  OperatorContext* context_ = nullptr;
  const jobgraph::Sink* sink_ = nullptr;
  std::vector<Limit> limits_;
};

}  // namespace sluice::runtime
