#pragma once
// Options of the `blackhole` sink, which counts rows and forgets them.
#include "catalog/connectors/option_fields.h"

namespace sluice {

struct BlackholeOptions {
  static void fields(auto&, auto&&) {}
};

}  // namespace sluice
