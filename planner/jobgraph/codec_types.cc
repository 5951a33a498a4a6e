#include "planner/jobgraph/codec_types.h"

#include <algorithm>

#include "planner/jobgraph/codec.h"

namespace sluice::jobgraph {
namespace {

// Position = number in the proto.
constexpr TypeRoot kTypeRoots[] = {
    TypeRoot::Invalid,
    TypeRoot::Null,
    TypeRoot::Boolean,
    TypeRoot::TinyInt,
    TypeRoot::SmallInt,
    TypeRoot::Int,
    TypeRoot::BigInt,
    TypeRoot::Float,
    TypeRoot::Double,
    TypeRoot::Decimal,
    TypeRoot::Char,
    TypeRoot::VarChar,
    TypeRoot::Binary,
    TypeRoot::VarBinary,
    TypeRoot::Date,
    TypeRoot::Time,
    TypeRoot::Timestamp,
    TypeRoot::TimestampLtz,
    TypeRoot::IntervalYearMonth,
    TypeRoot::IntervalDayTime,
    TypeRoot::Array,
    TypeRoot::Map,
    TypeRoot::Multiset,
    TypeRoot::Row,
    TypeRoot::Raw,
    TypeRoot::Variant,
    TypeRoot::Bitmap,
    TypeRoot::Descriptor,
};

}  // namespace

proto::TypeRoot encode_root(TypeRoot root) {
  auto found = std::ranges::find(kTypeRoots, root);
  return static_cast<proto::TypeRoot>(found - std::begin(kTypeRoots));
}

// Sizes are added up, because a list of types that share children can stand for more nodes than there is memory.
const char* TypeList::add(const proto::Type& in) {
  std::vector<RowField> children;
  size_t depth = 0, nodes = 1;
  for (const proto::Field& child : in.children()) {
    const Type* type = find(child.type());
    if (type == nullptr) return "type out of range";
    children.push_back({child.name(), *type});
    depth = std::max(depth, depths_[child.type()]);
    nodes += nodes_[child.type()];
  }
  if (depth >= kTypeDepthMax || nodes > kTypeNodesMax) return "type too large";
  depths_.push_back(depth + 1);
  nodes_.push_back(nodes);
  return build(in, std::move(children));
}

const char* TypeList::build(const proto::Type& in, std::vector<RowField> children) {
  if (in.root() < 0 || static_cast<size_t>(in.root()) >= std::size(kTypeRoots)) return "unknown type";
  TypeRoot root = kTypeRoots[in.root()];
  size_t wanted = root == TypeRoot::Map ? 2 : root == TypeRoot::Array || root == TypeRoot::Multiset ? 1 : 0;
  if (root != TypeRoot::Row && children.size() != wanted) return "type with wrong children";
  Type type(root, true, in.precision(), in.scale());
  if (root == TypeRoot::Array) type = Type::array(children[0].type);
  if (root == TypeRoot::Multiset) type = Type::multiset(children[0].type);
  if (root == TypeRoot::Map) type = Type::map(children[0].type, children[1].type);
  if (root == TypeRoot::Row) type = Type::row(std::move(children));
  types_.push_back(type.with_nullability(!in.not_null()));
  return nullptr;
}

}  // namespace sluice::jobgraph
