#include "catalog/objects/secrets.h"

#include <gtest/gtest.h>

#include "catalog/objects/table.h"

namespace sluice {
namespace {

TEST(Secrets, AreKnownByTheirNames) {
  for (const char* key :
       {"password", "properties.sasl.jaas.config", "properties.sasl.password", "properties.ssl.key.pem",
        "properties.SSL.Keystore.Password", "properties.ssl.keystore.key", "s3.secret-key", "auth.token",
        "properties.sasl.oauthbearer.client.secret", "properties.basic.auth.user.info"}) {
    EXPECT_TRUE(is_secret(key)) << key;
    EXPECT_EQ(shown_value(key, "x"), "******");
  }
  for (const char* key : {"topic", "key.fields", "key.format", "properties.ssl.key.location", "json.map-null-key.mode",
                          "properties.sasl.oauthbearer.token.endpoint.url", "properties.group.id"}) {
    EXPECT_FALSE(is_secret(key)) << key;
    EXPECT_EQ(shown_value(key, "x"), "x");
  }
}

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
