#pragma once
// Types in footers and savepoints. The numbers of the roots are written here once, so that the enumeration may change.
#include "catalog/types/type.h"
#include "runtime/checkpoint/byte_codec.h"

namespace sluice::runtime {

void write_type(ByteWriter& out, const Type& type);
// Rejects the reader when the bytes are no type.
Type read_type(ByteReader& in);

}  // namespace sluice::runtime
