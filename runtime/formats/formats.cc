#include "runtime/formats/csv/csv.h"
#include "runtime/formats/format.h"
#include "runtime/formats/json/json.h"
#include "runtime/formats/raw/raw.h"

namespace sluice::runtime {

const std::vector<FormatFactory>& formats() {
  static const std::vector<FormatFactory> table = {
      {"csv", make_csv_decoder, make_csv_encoder},
      {"json", make_json_decoder, make_json_encoder},
      {"raw", make_raw_decoder, make_raw_encoder},
  };
  return table;
}

}  // namespace sluice::runtime
