#include "runtime/formats/json/plan.h"

namespace sluice::runtime::json {
namespace {

// What is read of a value: the whole of it by `targets`, or some of its fields.
struct Demand {
  std::vector<uint32_t> targets;
  std::map<uint32_t, Demand> fields;
};

ObjectPlan plan_object(const std::vector<RowField>& fields, const std::map<uint32_t, Demand>& demands);

ValuePlan plan_whole(const Type& type, uint32_t column) {
  ValuePlan plan;
  plan.type = type;
  plan.column = column;
  switch (type.root()) {
    case TypeRoot::TinyInt:
    case TypeRoot::SmallInt:
    case TypeRoot::Int:
    case TypeRoot::BigInt:
      plan.kind = ValuePlan::Kind::Integer;
      break;
    case TypeRoot::Char:
    case TypeRoot::VarChar:
      plan.kind = ValuePlan::Kind::Text;
      break;
    case TypeRoot::Timestamp:
    case TypeRoot::TimestampLtz:
      plan.kind = ValuePlan::Kind::Timestamp;
      break;
    case TypeRoot::Array:
      plan.kind = ValuePlan::Kind::Array;
      plan.children.push_back(plan_whole(type.child(0), 0));
      break;
    case TypeRoot::Map:
    case TypeRoot::Multiset:
      plan.kind = ValuePlan::Kind::Map;
      plan.children.push_back(plan_whole(type.child(0), 0));
      plan.children.push_back(plan_whole(type.is(TypeRoot::Map) ? type.child(1) : Type::integer().not_null(), 1));
      break;
    case TypeRoot::Row: {
      plan.kind = ValuePlan::Kind::Row;
      std::map<uint32_t, Demand> all;
      for (uint32_t i = 0; i < type.child_count(); ++i) all[i].targets = {i};
      plan.object = std::make_unique<ObjectPlan>(plan_object(type.fields(), all));
      break;
    }
    default:
      break;
  }
  return plan;
}

// False: one of them is nested.
bool add_flat_columns(const ObjectPlan& object, std::vector<FlatColumn>& out) {
  for (const FieldPlan& field : object.fields) {
    for (const ValuePlan& value : field.values) {
      if (value.kind == ValuePlan::Kind::ProjectedRow) {
        if (!add_flat_columns(*value.object, out)) return false;
        continue;
      }
      if (value.object != nullptr || !value.children.empty()) return false;
      out.push_back({value.column, static_cast<uint32_t>(value.type.width())});
    }
  }
  return true;
}

ObjectPlan plan_object(const std::vector<RowField>& fields, const std::map<uint32_t, Demand>& demands) {
  ObjectPlan plan;
  for (uint32_t i = 0; i < fields.size(); ++i) {
    FieldPlan& field = plan.fields.emplace_back();
    field.name = fields[i].name;
    plan.by_name.emplace(field.name, i);
    auto demand = demands.find(i);
    if (demand == demands.end()) continue;
    for (uint32_t target : demand->second.targets) field.values.push_back(plan_whole(fields[i].type, target));
    if (demand->second.fields.empty()) continue;
    ValuePlan& projected = field.values.emplace_back();
    projected.kind = ValuePlan::Kind::ProjectedRow;
    projected.type = fields[i].type;
    projected.object = std::make_unique<ObjectPlan>(plan_object(fields[i].type.fields(), demand->second.fields));
    if (!add_flat_columns(*projected.object, projected.flat)) projected.flat.clear();
  }
  return plan;
}

}  // namespace

ObjectPlan plan_of(const DecoderSpec& spec) {
  std::map<uint32_t, Demand> demands;
  for (uint32_t i = 0; i < spec.paths.size(); ++i) {
    const jobgraph::FieldPath& path = spec.paths[i];
    Demand* demand = &demands[path[0]];
    for (size_t depth = 1; depth < path.size(); ++depth) demand = &demand->fields[path[depth]];
    demand->targets.push_back(spec.targets.empty() ? i : spec.targets[i]);
  }
  return plan_object(spec.columns, demands);
}

}  // namespace sluice::runtime::json
