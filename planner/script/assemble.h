#pragma once
// A script from the texts of its files, settings given from outside, and values of `${NAME}`: what the compiler is
// called with, wherever the texts come from.
#include <map>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/source_text.h"
#include "catalog/objects/settings.h"

namespace sluice::planner {

struct ScriptFile {
  std::string name;  // As diagnostics shall call it.
  std::string text;
  bool operator==(const ScriptFile&) const = default;
};

struct ScriptParts {
  std::vector<ScriptFile> files;  // One script, in this order.
  std::map<std::string, std::string> settings;
  std::map<std::string, std::string> variables;
};

// A script that is ready to be compiled.
struct AssembledScript {
  SourceText original;            // What the diagnostics of assembling speak about.
  SourceText source;              // With variables replaced; what is compiled.
  std::vector<ScriptFile> files;  // What `source` was made of.
  Settings settings;
};

// What is wrong with settings and variables goes to `diagnostics`.
AssembledScript assemble(const ScriptParts& parts, Diagnostics& diagnostics);

}  // namespace sluice::planner
