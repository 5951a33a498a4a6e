#include "operator_script.h"

namespace sluice::runtime {
namespace {

jobgraph::Operator materialize(std::vector<uint32_t> upsert_keys) {
  jobgraph::Operator op;
  op.name = "SinkMaterialize[1]";
  op.output = schema_of({Type::string(), Type::integer(), Type::integer()});
  op.changelog = ChangelogMode{RowKind::Insert, RowKind::UpdateAfter, RowKind::Delete};
  op.kind = jobgraph::SinkMaterialize{{0}, std::move(upsert_keys), false, 0};
  return op;
}

TEST(SinkMaterialize, WithAnUpsertKey) {
  auto op = materialize({2});
  run_script(op, op.output,
             {rows({"+I[lamp, 7, 3]", "+I[lamp, -2, 5]", "+I[mug, 4, 4]", "-D[mug, 4, 4]", "-U[lamp, 7, 3]",
                    "+U[mug, null, 3]", "-U[mug, null, 3]", "-D[lamp, -2, 5]"},
                   {"+I[lamp, 7, 3]", "+U[lamp, -2, 5]", "+I[mug, 4, 4]", "-D[mug, 4, 4]", "+I[mug, null, 3]",
                    "-D[mug, null, 3]", "-D[lamp, -2, 5]"}),
              barrier({}),
              rows({"+I[a, 1, 1]", "+I[a, 2, 2]", "+I[a, 3, 1]", "-D[a, 9, 2]", "-D[a, 7, 8]"},
                   {"+I[a, 1, 1]", "+U[a, 2, 2]", "+U[a, 3, 1]", "+U[a, 3, 1]"}),
              end({})});
}

TEST(SinkMaterialize, WithoutOneRowsAreFoundByAllColumns) {
  auto op = materialize({});
  run_script(op, op.output,
             {rows({"+I[a text of many letters, 1, 1]", "+I[a text of many letters, 1, 1]",
                    "+I[a text of many letters, 2, 1]", "-D[a text of many letters, 3, 1]"},
                   {"+I[a text of many letters, 1, 1]", "+U[a text of many letters, 1, 1]",
                    "+U[a text of many letters, 2, 1]"}),
              rows({"-D[a text of many letters, 2, 1]", "-D[a text of many letters, 1, 1]",
                    "-D[a text of many letters, 1, 1]"},
                   {"+U[a text of many letters, 1, 1]", "-D[a text of many letters, 1, 1]"})});
}

}  // namespace
}  // namespace sluice::runtime
