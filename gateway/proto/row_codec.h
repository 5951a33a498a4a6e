#pragma once
// Types, values and rows <-> sluice.proto, for the gateway and its client. Messages may come from anywhere: decoding
// fails on what does not fit together.
#include <vector>

#include "base/result.h"
#include "base/row_kind.h"
#include "catalog/types/type.h"
#include "catalog/types/value.h"
#include "gateway/proto/sluice.pb.h"

namespace sluice::gateway {

void encode_columns(const RowSchema& columns, google::protobuf::RepeatedPtrField<v1::Column>& out);
Result<RowSchema> decode_columns(const google::protobuf::RepeatedPtrField<v1::Column>& columns);

void encode_values(const ValueList& values, google::protobuf::RepeatedPtrField<v1::Value>& out);
// Values of the columns' types, one for each column.
Result<ValueList> decode_values(const google::protobuf::RepeatedPtrField<v1::Value>& values, const RowSchema& columns);

v1::RowKind encode_kind(RowKind kind);
Result<RowKind> decode_kind(v1::RowKind kind);

}  // namespace sluice::gateway
