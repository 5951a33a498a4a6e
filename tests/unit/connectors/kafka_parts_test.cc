// The parts of the Kafka connectors that need no broker.
#include <gtest/gtest.h>

#include "catalog/connectors/kafka.h"
#include "runtime/connectors/kafka/client_properties.h"
#include "runtime/connectors/kafka/lineage.h"
#include "runtime/connectors/kafka/marker.h"
#include "runtime/connectors/kafka/outgoing.h"
#include "runtime/connectors/kafka/partition_position.h"
#include "runtime/connectors/kafka/transactions.h"

namespace sluice::runtime::kafka {
namespace {

using Texts = std::map<std::string, std::string>;

TEST(KafkaProperties, NamesOfTheJavaClientBecomeThoseOfLibrdkafka) {
  auto translated = translate_properties({{"max.request.size", "5"},
                                          {"security.protocol", "SASL_SSL"},
                                          {"auto.offset.reset", "none"},
                                          {"key.deserializer", "x.Y"},
                                          {"client.id", "me"}});
  ASSERT_TRUE(translated);
  EXPECT_EQ(*translated, (Texts{{"message.max.bytes", "5"},
                                {"security.protocol", "sasl_ssl"},
                                {"auto.offset.reset", "error"},
                                {"client.id", "me"}}));
}

TEST(KafkaProperties, TextsOfPemArePassed) {
  auto translated = translate_properties({{"ssl.keystore.type", "PEM"},
                                          {"ssl.keystore.key", "k"},
                                          {"ssl.keystore.certificate.chain", "c"},
                                          {"ssl.key.password", "p"},
                                          {"ssl.truststore.type", "PEM"},
                                          {"ssl.truststore.certificates", "t"}});
  ASSERT_TRUE(translated) << translated.error().message;
  EXPECT_EQ(
      *translated,
      (Texts{{"ssl.key.pem", "k"}, {"ssl.certificate.pem", "c"}, {"ssl.key.password", "p"}, {"ssl.ca.pem", "t"}}));
  auto of_file = translate_properties({{"ssl.keystore.type", "PEM"}, {"ssl.keystore.location", "f.pem"}});
  ASSERT_TRUE(of_file);
  EXPECT_EQ(*of_file, (Texts{{"ssl.key.location", "f.pem"}, {"ssl.certificate.location", "f.pem"}}));
  for (const Texts& wrong :
       {Texts{{"ssl.truststore.certificates", "t"}},
        Texts{{"ssl.keystore.type", "JKS"}, {"ssl.keystore.key", "k"}, {"ssl.keystore.certificate.chain", "c"}},
        Texts{{"ssl.keystore.type", "PEM"}, {"ssl.keystore.key", "k"}},
        Texts{
            {"ssl.truststore.type", "PEM"}, {"ssl.truststore.certificates", "t"}, {"ssl.truststore.location", "f"}}}) {
    auto refused = translate_properties(wrong);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("properties.ssl."), std::string::npos) << refused.error().message;
  }
}

TEST(KafkaProperties, WhatOnlyTheJavaClientCanDoIsRefusedByName) {
  std::string prefix = "org.apache.kafka.clients.producer.";
  auto spread = producer_settings({{"partitioner.class", prefix + "UniformStickyPartitioner"}});
  ASSERT_TRUE(spread);
  EXPECT_EQ(spread->at("partitioner"), "random");
  auto plain = producer_settings({{"partitioner.class", prefix + "internals.DefaultPartitioner"}});
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->at("partitioner"), "murmur2_random");
  auto refused = producer_settings({{"partitioner.class", "com.example.Mine"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "option `properties.partitioner.class` cannot be `com.example.Mine`");
  EXPECT_TRUE(translate_properties({{"partitioner.class", "com.example.Mine"}})->empty());
  EXPECT_TRUE(check_auto_commit({{"enable.auto.commit", "false"}}));
  EXPECT_FALSE(check_auto_commit({{"enable.auto.commit", "true"}}));
  EXPECT_FALSE(translate_properties({{"bootstrap.servers", ""}}));
  EXPECT_TRUE(translate_properties({{"enable.metrics.push", "false"}})->empty());
}

TEST(KafkaProperties, ALoginIsReadFromItsModule) {
  auto translated =
      translate_properties({{"sasl.jaas.config", "a.PlainLoginModule required username=\"u\" password = \"p;w\";"}});
  ASSERT_TRUE(translated);
  EXPECT_EQ(*translated, (Texts{{"sasl.username", "u"}, {"sasl.password", "p;w"}}));
  EXPECT_FALSE(translate_properties({{"sasl.jaas.config", "a.Krb5LoginModule required;"}}));
  auto bare =
      translate_properties({{"sasl.jaas.config", "a.PlainLoginModule required\n username=u\n password=\"a\\\"b\";"}});
  EXPECT_EQ(*bare, (Texts{{"sasl.password", "a\"b"}, {"sasl.username", "u"}}));
}

TEST(KafkaProperties, JavaKeyStoresAreRefused) {
  auto refused = translate_properties({{"ssl.truststore.location", "/etc/trust.JKS"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::BadOptionValue);
  EXPECT_FALSE(translate_properties({{"ssl.truststore.type", "PKCS12"}, {"ssl.truststore.location", "/etc/trust"}}));
  EXPECT_FALSE(translate_properties({{"ssl.keystore.type", "JKS"}, {"ssl.keystore.location", "/etc/keys"}}));
  EXPECT_TRUE(translate_properties({{"ssl.keystore.type", "PKCS12"}, {"ssl.keystore.location", "/etc/keys"}}));
}

// As in the Java client, what does not go with idempotence turns it off, unless it was asked for.
TEST(KafkaProperties, IdempotenceGivesWayWhereItWasNotAskedFor) {
  auto of = [](const Texts& properties) { return producer_settings(properties)->at("enable.idempotence"); };
  EXPECT_EQ(of({}), "true");
  EXPECT_EQ(of({{"acks", "all"}, {"retries", "3"}, {"max.in.flight.requests.per.connection", "5"}}), "true");
  for (const Texts& against : {Texts{{"acks", "1"}}, Texts{{"acks", "0"}}, Texts{{"retries", "0"}},
                               Texts{{"max.in.flight.requests.per.connection", "6"}}}) {
    EXPECT_EQ(of(against), "false") << against.begin()->first;
    Texts asked = against;
    asked["enable.idempotence"] = "true";
    EXPECT_EQ(of(asked), "true");
    EXPECT_EQ(transaction_settings(*producer_settings(against)).at("enable.idempotence"), "true");
    EXPECT_FALSE(transaction_settings(*producer_settings(against)).contains(against.begin()->first));
  }
}

TEST(KafkaPosition, RoundTrip) {
  Split split = split_of({"a:b", 3}, {42, 5, 100});
  EXPECT_EQ(split.id, "a:b:3");
  auto id = partition_of(split);
  auto position = position_of(split);
  ASSERT_TRUE(id && position);
  EXPECT_EQ(*id, (PartitionId{"a:b", 3}));
  EXPECT_EQ(position->offset, 42);
  EXPECT_EQ(position->rows, 5U);
  EXPECT_EQ(position->end, 100);
}

TEST(KafkaPosition, MalformedOnesAreCorrupt) {
  for (const char* text : {"", "1", "1:2", "1:2:x", "1:2:3:4", "a:0:0"}) {
    auto position = position_of({"t:0", text});
    ASSERT_FALSE(position) << text;
    EXPECT_EQ(position.error().code, ErrorCode::CorruptCheckpoint);
  }
  EXPECT_FALSE(partition_of({"t", ""}));
  EXPECT_FALSE(partition_of({"t:", ""}));
}

Outgoing some_messages() {
  Outgoing outgoing;
  outgoing.bytes = "valuekeyheaders";
  OutgoingMessage message;
  message.value_size = 5;
  message.key_at = 5;
  message.key_size = 3;
  message.headers_at = 8;
  message.headers_size = 7;
  message.partition = 2;
  message.timestamp_ms = 17;
  outgoing.messages = {message, OutgoingMessage{}};
  outgoing.is_plain = false;
  return outgoing;
}

TEST(KafkaStagedRows, FramesRoundTripAndAreCutShortNowhere) {
  Outgoing outgoing = some_messages();
  std::string bytes;
  append_frame(outgoing, bytes);
  size_t first = bytes.size();
  append_frame(outgoing, bytes);
  Outgoing taken;
  for (size_t size = 0; size < first; ++size) {
    std::string_view part = std::string_view(bytes).substr(0, size);
    auto whole = take_frame(part, taken);
    ASSERT_TRUE(whole);
    EXPECT_FALSE(*whole);
  }
  std::string_view rest = bytes;
  for (int i = 0; i < 2; ++i) {
    auto whole = take_frame(rest, taken);
    ASSERT_TRUE(whole && *whole);
    EXPECT_EQ(taken.bytes, outgoing.bytes);
    ASSERT_EQ(taken.messages.size(), 2U);
    EXPECT_EQ(taken.messages[0].partition, 2);
    EXPECT_EQ(taken.messages[0].timestamp_ms, 17);
    EXPECT_EQ(taken.messages[1].value_size, OutgoingMessage::kNull);
    EXPECT_FALSE(taken.is_plain);
  }
  EXPECT_TRUE(rest.empty());
}

TEST(KafkaStagedRows, AFlippedBitIsFound) {
  std::string bytes;
  append_frame(some_messages(), bytes);
  bytes[bytes.size() - 3] ^= 1;
  std::string_view rest = bytes;
  Outgoing taken;
  auto whole = take_frame(rest, taken);
  ASSERT_FALSE(whole);
  EXPECT_EQ(whole.error().code, ErrorCode::CorruptCheckpoint);
}

TEST(KafkaStagedRows, AppendMovesPlaces) {
  Outgoing both = some_messages();
  append(some_messages(), both);
  ASSERT_EQ(both.messages.size(), 4U);
  const OutgoingMessage& moved = both.messages[2];
  EXPECT_EQ(both.bytes.substr(moved.value_at, 5), "value");
  EXPECT_EQ(both.bytes.substr(moved.key_at, 3), "key");
  EXPECT_EQ(both.bytes.substr(moved.headers_at, 7), "headers");
}

TEST(KafkaMarker, TextAndOffsetRoundTrip) {
  Marker plain{{"job", 7}, {}};
  EXPECT_EQ(parse_marker(7, marker_text(plain)), plain);
  Marker taken_over{{"job", 0}, CheckpointMark{"older", 12}};
  EXPECT_EQ(parse_marker(0, marker_text(taken_over)), taken_over);
  taken_over.subtasks = 12;
  EXPECT_EQ(parse_marker(0, marker_text(taken_over)), taken_over);
  plain.subtasks = 3;
  EXPECT_EQ(parse_marker(7, marker_text(plain)), plain);
  EXPECT_FALSE(parse_marker(3, ""));
  EXPECT_FALSE(parse_marker(-1, "job"));
}

TEST(KafkaCommittable, RoundTripAndDamage) {
  TransactionCommittable committable{"job.1", "topic", {"a-0", "a-1"}, 1,
                                     "file",  99,      "/staged",      Lineage({{"older", 4}, {"old", 9}})};
  std::string bytes = encode(committable);
  auto decoded = decode_transaction(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, committable);
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_transaction(bytes.substr(0, size)));
  auto of_both_guarantees = decode_transactions({"", bytes});
  ASSERT_TRUE(of_both_guarantees);
  EXPECT_EQ(*of_both_guarantees, std::vector<TransactionCommittable>{committable});
  auto of_another_connector = decode_transaction("\x03\0\0\0abc");
  ASSERT_FALSE(of_another_connector);
  EXPECT_EQ(of_another_connector.error().code, ErrorCode::IncompatibleState);
  committable.slot = 2;
  EXPECT_FALSE(decode_transaction(encode(committable)));
  TransactionCommittable of_plain_sink{.before = Lineage({{"old", 9}})};
  auto plain = decode_transaction(encode(of_plain_sink));
  ASSERT_TRUE(plain);
  EXPECT_EQ(*plain, of_plain_sink);
}

TEST(KafkaLineage, HoldsCheckpointsOfEachJobUpToWhereTheNextWentOn) {
  Lineage line = Lineage().with({"a", 5}).with({"b", 8}).with({"b", 9});
  EXPECT_EQ(line.ends().size(), 2U);
  for (CheckpointMark mark : {CheckpointMark{"a", 0}, {"a", 5}, {"b", 1}, {"b", 9}}) EXPECT_TRUE(line.contains(mark));
  for (CheckpointMark mark : {CheckpointMark{"a", 6}, {"b", 10}, {"c", 0}}) EXPECT_FALSE(line.contains(mark));
  EXPECT_TRUE(line.is_later({"b", 0}, {"a", 5}));
  EXPECT_TRUE(line.is_later({"a", 5}, {"a", 4}));
  EXPECT_FALSE(line.is_later({"a", 5}, {"a", 5}));
  EXPECT_FALSE(line.is_later({"a", 5}, {"b", 0}));
}

TEST(KafkaLineage, ForgetsTheOldest) {
  Lineage line;
  for (int i = 0; i < 1200; ++i) line = line.with({fmt::format("job.{}", i), 1});
  EXPECT_EQ(line.ends().size(), 1000U);
  EXPECT_FALSE(line.contains({"job.199", 1}));
  EXPECT_TRUE(line.is_old({"job.200", 0}));
  EXPECT_FALSE(line.is_old({"job.1199", 1}));
  EXPECT_FALSE(line.is_old({"other", 1}));
}

TEST(KafkaLineage, TheRestoredCheckpointSaysWhichRunTookIt) {
  std::vector<std::string> none;
  TransactionCommittable first{.run = "job.2", .before = Lineage({{"job.1", 5}})};
  RestorePoint point = restore_point_of({9, "job", none, false}, {first, TransactionCommittable{.run = "job.2"}});
  EXPECT_EQ(point.checkpoint, (CheckpointMark{"job.2", 9}));
  EXPECT_EQ(point.line(), Lineage({{"job.1", 5}, {"job.2", 9}}));
  EXPECT_EQ(restore_point_of({9, "job", none, false}, {}).checkpoint, (CheckpointMark{"job", 9}));
}

// The line is that of checkpoint 9 of `b`, which went on from checkpoint 5 of `a`.
TEST(KafkaLineage, MarkersBesideTheLineAreFound) {
  Lineage line({{"a", 5}, {"b", 9}});
  struct Case {
    Marker marker;
    std::optional<CheckpointMark> beside;
  };
  const Case cases[] = {
      {{{"b", 9}, {}}, {}},
      {{{"b", 10}, {}}, CheckpointMark{"b", 10}},
      {{{"a", 5}, {}}, {}},
      {{{"a", 6}, {}}, CheckpointMark{"a", 6}},
      {{{"c", 10}, {}}, CheckpointMark{"c", 10}},
      {{{"c", 0}, {}}, {}},
      {{{"c", 0}, CheckpointMark{"b", 9}}, {}},
      {{{"c", 0}, CheckpointMark{"b", 10}}, CheckpointMark{"b", 10}},
      {{{"c", 0}, CheckpointMark{"d", 1}}, CheckpointMark{"d", 1}},
      // `b` knew of it when it took the id over.
      {{{"b", 0}, CheckpointMark{"d", 1}}, {}},
  };
  for (const Case& one : cases) EXPECT_EQ(checkpoint_beside(line, one.marker), one.beside) << marker_text(one.marker);
  EXPECT_TRUE(tells_of({{"b", 9}, {}}, {"b", 9}));
  EXPECT_TRUE(tells_of({{"c", 0}, CheckpointMark{"b", 9}}, {"b", 9}));
  EXPECT_FALSE(tells_of({{"b", 0}, CheckpointMark{"a", 5}}, {"b", 9}));
}

TEST(KafkaTransactionalIds, HaveABeginningASubtaskAndASlot) {
  std::string id = transactional_id("some-prefix-0123", 12, 1);
  EXPECT_EQ(id, "some-prefix-0123-12-1");
  EXPECT_EQ(base_of(id), "some-prefix-0123");
  EXPECT_EQ(base_of("other"), "");
}

TEST(KafkaOptions, ListsAndOffsets) {
  EXPECT_EQ(split_list(" a; b;;c "), (std::vector<std::string>{"a", "b", "c"}));
  auto offsets = parse_partition_offsets("partition:0,offset:42;partition:1,offset:300");
  ASSERT_TRUE(offsets);
  ASSERT_EQ(offsets->size(), 2U);
  EXPECT_EQ((*offsets)[1].partition, 1);
  EXPECT_EQ((*offsets)[1].offset, 300);
  for (const char* text : {"", "0:42", "partition:0", "partition:0,offset:", "partition:0,offset:1,x"}) {
    EXPECT_FALSE(parse_partition_offsets(text)) << text;
  }
}

}  // namespace
}  // namespace sluice::runtime::kafka
