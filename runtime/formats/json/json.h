#pragma once
// The `json` format: one object per message, or an array of them.
#include "runtime/formats/format.h"

namespace sluice::runtime {

Result<std::unique_ptr<Decoder>> make_json_decoder(const DecoderSpec& spec,
                                                   const std::map<std::string, std::string>& options,
                                                   const FormatContext& context);
Result<std::unique_ptr<Encoder>> make_json_encoder(const RowSchema& columns,
                                                   const std::map<std::string, std::string>& options,
                                                   const FormatContext& context);

}  // namespace sluice::runtime
