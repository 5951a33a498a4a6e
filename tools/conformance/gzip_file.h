#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"

namespace sluice::conformance {

// The whole content of a gzip file.
Result<std::string> read_gzip(const std::string& path);

// CRC-32 of a text: names data by its content.
uint32_t crc32_of(const std::string& text);

}  // namespace sluice::conformance
