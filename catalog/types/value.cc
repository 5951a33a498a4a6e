#include "catalog/types/value.h"

namespace sluice {

bool Value::operator==(const Value& other) const {
  if (data.index() != other.data.index()) return false;
  if (auto* list = std::get_if<std::shared_ptr<const ValueList>>(&data)) {
    return **list == *std::get<std::shared_ptr<const ValueList>>(other.data);
  }
  if (auto* map = std::get_if<std::shared_ptr<const ValueMap>>(&data)) {
    return **map == *std::get<std::shared_ptr<const ValueMap>>(other.data);
  }
  return data == other.data;
}

}  // namespace sluice
