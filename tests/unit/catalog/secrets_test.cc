#include <gtest/gtest.h>

#include "catalog/objects/table.h"

namespace sluice {
namespace {

TEST(Secrets, AreNotInWhatATableShows) {
  Table table;
  table.identity.path = {"c", "d", "t"};
  table.options = {{"connector", "kafka"}, {"properties.sasl.password", "hush"}};
  std::string shown = show_create(table);
  EXPECT_EQ(shown.find("hush"), std::string::npos) << shown;
  EXPECT_NE(shown.find("'properties.sasl.password' = '******'"), std::string::npos) << shown;
  EXPECT_NE(shown.find("'connector' = 'kafka'"), std::string::npos) << shown;
}

}  // namespace
}  // namespace sluice
