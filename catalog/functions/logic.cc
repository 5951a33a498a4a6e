// Logic beside AND and OR, which are forms of the expression IR because they do not evaluate all of their arguments.
#include "catalog/functions/kernel_abi.h"

namespace sluice {

SLUICE_KERNEL bool sluice_not(bool value) noexcept { return !value; }
SLUICE_KERNEL bool sluice_is_true(const Nullable<bool>& value) noexcept { return !value.is_null && value.value; }
SLUICE_KERNEL bool sluice_is_not_true(const Nullable<bool>& value) noexcept { return value.is_null || !value.value; }
SLUICE_KERNEL bool sluice_is_false(const Nullable<bool>& value) noexcept { return !value.is_null && !value.value; }
SLUICE_KERNEL bool sluice_is_not_false(const Nullable<bool>& value) noexcept { return value.is_null || value.value; }

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/describe.h"
#include "catalog/functions/families.h"

namespace sluice {

std::vector<FunctionDecl> logic_functions() {
  return {
      scalar<sluice_not>("NOT").doc("TRUE for FALSE, FALSE for TRUE.").example("NOT TRUE", "FALSE"),
      scalar<sluice_is_true>("IS TRUE")
          .doc("Whether the condition is TRUE, and not FALSE or unknown.")
          .example("(1 = 2) IS TRUE", "FALSE"),
      scalar<sluice_is_not_true>("IS NOT TRUE")
          .doc("Whether the condition is FALSE or unknown.")
          .example("CAST(NULL AS BOOLEAN) IS NOT TRUE", "TRUE"),
      scalar<sluice_is_false>("IS FALSE")
          .doc("Whether the condition is FALSE, and not TRUE or unknown.")
          .example("(1 = 2) IS FALSE", "TRUE"),
      scalar<sluice_is_not_false>("IS NOT FALSE")
          .doc("Whether the condition is TRUE or unknown.")
          .example("(1 = 2) IS NOT FALSE", "FALSE"),
  };
}

}  // namespace sluice
#endif
