#pragma once
// The `raw` format: a message is the value of one column, in its bytes.
#include "runtime/formats/format.h"

namespace sluice::runtime {

Result<std::unique_ptr<Decoder>> make_raw_decoder(const DecoderSpec& spec, const FormatOptions& options,
                                                  const FormatContext& context);
Result<std::unique_ptr<Encoder>> make_raw_encoder(const EncoderSpec& spec, const FormatOptions& options,
                                                  const FormatContext& context);

}  // namespace sluice::runtime
