#pragma once
// Formats of java.util.Formatter.
#include <optional>
#include <span>
#include <string>

#include "base/kernel_context.h"
#include "catalog/types/value.h"

namespace sluice {

// Nothing when the format is not valid, or a value does not go with its place.
std::optional<std::string> format_as_java(const std::string& format, std::span<const Value> values,
                                          std::span<const Type> types, KernelContext& context);

}  // namespace sluice
