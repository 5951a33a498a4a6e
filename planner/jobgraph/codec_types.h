#pragma once
// The list of types of an encoded graph, and the numbers of enumerators; for codec_encode.cc and codec_decode.cc only.
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/row_kind.h"
#include "catalog/types/type.h"
#include "jobgraph.pb.h"

namespace sluice::jobgraph {

inline constexpr RowKind kRowKinds[] = {RowKind::Insert, RowKind::UpdateBefore, RowKind::UpdateAfter, RowKind::Delete};

proto::TypeRoot encode_root(TypeRoot root);

// Types as they are read, each over those before it.
class TypeList {
 public:
  // Null when the type is right, else what is wrong with it.
  const char* add(const proto::Type& in);
  // Null when there is none.
  const Type* find(uint32_t index) const { return index < types_.size() ? &types_[index] : nullptr; }

 private:
  const char* build(const proto::Type& in, std::vector<RowField> children);

  std::vector<Type> types_;
  std::vector<size_t> depths_, nodes_;
};

}  // namespace sluice::jobgraph
