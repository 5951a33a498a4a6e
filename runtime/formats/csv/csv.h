#pragma once
// The `csv` format: one record per line, RFC 4180 with Flink's options and leniency.
#include "runtime/formats/format.h"

namespace sluice::runtime {

Result<std::unique_ptr<Decoder>> make_csv_decoder(const DecoderSpec& spec, const FormatOptions& options,
                                                  const FormatContext& context);
Result<std::unique_ptr<Encoder>> make_csv_encoder(const EncoderSpec& spec, const FormatOptions& options,
                                                  const FormatContext& context);

}  // namespace sluice::runtime
