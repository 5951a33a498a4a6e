#pragma once
// The `json` format: one object per message, or an array of them.
#include "catalog/formats/json.h"
#include "runtime/formats/format.h"

namespace sluice::runtime {

Result<std::unique_ptr<Decoder>> make_json_decoder(const DecoderSpec& spec, const FormatOptions& options,
                                                   const FormatContext& context);
Result<std::unique_ptr<Encoder>> make_json_encoder(const EncoderSpec& spec, const FormatOptions& options,
                                                   const FormatContext& context);

}  // namespace sluice::runtime
