#pragma once
// FormatDecl::check of each format.
#include <map>
#include <string>

#include "catalog/formats/formats.h"

namespace sluice {

Status check_csv(const RowSchema& columns, const std::map<std::string, std::string>& options, FormatUse use);
Status check_json(const RowSchema& columns, const std::map<std::string, std::string>& options, FormatUse use);
Status check_raw(const RowSchema& columns, const std::map<std::string, std::string>& options, FormatUse use);

// `\t`, `\n`, `\\` and \uXXXX as the character that they mean; nothing when the text is none.
std::string unescape_csv_option(const std::string& text);

}  // namespace sluice
