#include "base/env/env.h"

namespace sluice {

FaultHook fault_hook = nullptr;

}  // namespace sluice
