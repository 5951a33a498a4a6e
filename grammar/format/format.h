#pragma once
// A script in the house layout. Tokens and comments stay what they are: only blanks, line breaks and the case of
// keywords change, so the layout is a function of the tokens and comments, and formatting twice changes nothing.
#include <optional>
#include <string>

#include "base/diagnostics.h"
#include "base/source_text.h"

namespace sluice::grammar {

// Nothing, and reports, when a statement does not parse. ${NAME} may stand wherever a name may.
std::optional<std::string> format_script(const SourceText& source, Diagnostics& diagnostics);

}  // namespace sluice::grammar
