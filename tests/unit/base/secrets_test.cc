#include "base/secrets.h"

#include <gtest/gtest.h>

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

TEST(Secrets, AreFoundInScripts) {
  struct Case {
    const char* text;
    const char* shown;
  };
  const Case cases[] = {
      {"WITH ('topic' = 't', 'a.password' = 'x''y', 'b'='c')",
       "WITH ('topic' = 't', 'a.password' = '******', 'b'='c')"},
      {"'p.jaas.config'\n=\n'M required\nusername=\"u\" password=\"p\";')", "'p.jaas.config'\n=\n'******')"},
      {"'jas.config'='M password=\"p\" user=\"u\";'", "'jas.config'='M password=\"******\" user=\"u\";'"},
      {"'a.password'='x, 'b'='c'", "'a.password'='******'b'='c'"},
      {"'a.password'='x", "'a.password'='******"},
      {"'a.password' 'x'", "'a.password' '******'"},
      {"'a.password'=x, 'b'='c'", "'a.password'=******, 'b'='c'"},
      {"SET 'a.token'='x';", "SET 'a.token'='******';"},
      {"/*+ OPTIONS('a.password'='x') */", "/*+ OPTIONS('a.password'='******') */"},
      {"WHERE token = 'x' AND `password` <> y", "WHERE token = 'x' AND `password` <> y"},
      {"SELECT token, 'x' FROM t", "SELECT token, 'x' FROM t"},
      {"SELECT `password`, name FROM t", "SELECT `password`, name FROM t"},
      {"'a.password' = x y, 'b'='c'", "'a.password' = ******, 'b'='c'"},
      {"SET sasl.password=x;", "SET sasl.password=******;"},
      {"WITH (sasl.password = 'x')", "WITH (sasl.password = '******')"},
      {"`a.password` = 'x'", "`a.password` = '******'"},
      {"'a.password' == 'x'", "'a.password' == '******'"},
      {"'a.password' => 'x'", "'a.password' => '******'"},
      {"'a.password' : 'x'", "'a.password' : '******'"},
      {"'a.password', 'x'", "'a.password', '******'"},
      {"'a.password' /* c */ = -- d\n 'x'", "'a.password' /* c */ = -- d\n '******'"},
      {"'a.password' = U&'x y'", "'a.password' = U&'******'"},
      {"'properties.sasl.pasword' = 'x'", "'properties.sasl.pasword' = '******'"},
      {"'properties.sasl.mechanism' = 'PLAIN'", "'properties.sasl.mechanism' = 'PLAIN'"},
      {"'a.password' /* x", "'a.password' /* x"},
      {"'password'", "'password'"},
      {"' a.password '='x'", "' a.password '='******'"},
      {"SELECT 'token' AS t, 'x'", "SELECT 'token' AS t, 'x'"},
      {"'properties.bootstrap.servers' = 'bob:x@host:9092,h:9093'",
       "'properties.bootstrap.servers' = 'bob:******@host:9092,h:9093'"},
      {"'a' = 'jdbc://bob:x:y@z@host/db'", "'a' = 'jdbc://bob:******@host/db'"},
      {"'a' = 'https://host:80/p', 'b' = 'me@home'", "'a' = 'https://host:80/p', 'b' = 'me@home'"},
      {"'a.password' = 'b:c@d'", "'a.password' = '******'"},
      {"cannot resolve bob:x@host:9092/bootstrap", "cannot resolve bob:******@host:9092/bootstrap"},
      {"", ""},
  };
  for (const Case& one : cases) EXPECT_EQ(without_secrets(one.text), one.shown) << one.text;
}

}  // namespace
}  // namespace sluice
