#pragma once
// The full name of a catalog object.
#include <compare>
#include <string>

namespace sluice {

struct ObjectPath {
  std::string catalog;
  std::string database;
  std::string name;

  auto operator<=>(const ObjectPath&) const = default;
  std::string dotted() const { return catalog + "." + database + "." + name; }
  std::string quoted() const { return "`" + catalog + "`.`" + database + "`.`" + name + "`"; }
};

}  // namespace sluice
