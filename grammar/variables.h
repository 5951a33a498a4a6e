#pragma once
// ${NAME} in a script, replaced before the script is parsed.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "base/source_text.h"

namespace sluice::grammar {

using Variables = std::map<std::string, std::string, std::less<>>;

// The text with every ${NAME} outside of comments replaced by its value, in strings and quoted names as well. A name
// that is not defined is reported, with what may have been meant, and left as it is. `offset` is where the text begins
// in the source that the diagnostics speak about.
// Values are not looked at again, so a value that holds ${X} stays as it is.
//
// The result is a new text: what is reported about it later refers to its own lines. A value without a line break keeps
// every line where it was.
std::string substitute(std::string_view text, uint32_t offset, const Variables& variables, Diagnostics& diagnostics);

}  // namespace sluice::grammar
