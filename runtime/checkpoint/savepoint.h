#pragma once
// Savepoint: portable, sorted per key group, with a schema header; independent of our memory layout and of every
// storage engine. Made from a complete checkpoint, in the background: tasks are not asked again.
#include <string>

#include "base/env/env.h"
#include "base/result.h"
#include "runtime/checkpoint/checkpoint_directory.h"

namespace sluice::runtime {

// Exports the state of a checkpoint to `path`, which must not exist yet; it appears whole or not at all. Blocks.
Status write_savepoint(Env env, const RestoreSource& checkpoint, const std::string& path);

}  // namespace sluice::runtime
