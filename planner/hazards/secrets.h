#pragma once
// SL5006: options whose names say that they are secret, with their values written into the script.
#include "base/diagnostics.h"
#include "base/source_text.h"

namespace sluice::planner {

// `script` as it was written, before variables were replaced: a value that is one is none.
void find_secrets(const SourceText& script, Diagnostics& diagnostics);

}  // namespace sluice::planner
