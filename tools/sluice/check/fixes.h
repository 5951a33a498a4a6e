#pragma once
// Changes of the text that mend findings.
#include <optional>
#include <string>

#include "base/source_text.h"
#include "tools/sluice/check/finding.h"

namespace sluice::tools {

// Of a misspelt name for which the hint has another: that name in its place, quoted as it has to be.
std::optional<Note> change_of_hint(const Error& error, const SourceText& source);

// `text` with the changes made; of two that overlap, the first. Counts them in `made`.
std::string with_changes(std::string text, const CheckedFile& file, size_t& made);

}  // namespace sluice::tools
