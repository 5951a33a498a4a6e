#include "runtime/formats/format.h"

namespace sluice::runtime {

const std::vector<FormatFactory>& formats() {
  static const std::vector<FormatFactory> table = {};
  return table;
}

}  // namespace sluice::runtime
