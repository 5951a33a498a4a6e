// What brokers may answer, from librdkafka's mock cluster.
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <librdkafka/rdkafka_mock.h>

#include "base/env/real_env.h"
#include "runtime/connectors/kafka/offsets.h"
#include "runtime/connectors/kafka/producer.h"
#include "runtime/connectors/kafka/topic_view.h"

namespace sluice::runtime::kafka {
namespace {

constexpr const char* kTopic = "t";
constexpr int16_t kProduce = 0, kFetch = 1, kInitProducerId = 22, kEndTxn = 26;

class KafkaMock : public testing::Test {
 protected:
  void SetUp() override {
    char reason[256];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "log_level", "0", reason, sizeof(reason));
    host_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
    ASSERT_NE(host_, nullptr) << reason;
    cluster_ = rd_kafka_mock_cluster_new(host_, 2);
    ASSERT_EQ(rd_kafka_mock_topic_create(cluster_, kTopic, 1, 2), RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  void TearDown() override {
    env_.reset();
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(host_);
  }

  ClientSettings settings(ClientSettings more = {}) const {
    more.emplace("bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster_));
    return more;
  }
  std::shared_ptr<Producer> producer(ClientSettings more = {}) {
    auto made = Producer::make(env_->env(), settings(std::move(more)), kTopic);
    EXPECT_TRUE(made) << made.error().message;
    return *made;
  }
  static Status send(Producer& producer, int count) {
    Outgoing outgoing;
    for (int i = 0; i < count; ++i) {
      OutgoingMessage& message = outgoing.messages.emplace_back();
      message.value_at = outgoing.bytes.size();
      outgoing.bytes += std::to_string(i);
      message.value_size = static_cast<int32_t>(outgoing.bytes.size() - message.value_at);
    }
    for (size_t next = 0; next < outgoing.messages.size();) SLUICE_DO(producer.send_waiting(outgoing, next));
    return Done{};
  }
  void answer(int16_t request, rd_kafka_resp_err_t error, int times = 1) {
    for (int i = 0; i < times; ++i) rd_kafka_mock_push_request_errors(cluster_, request, 1, error);
  }
  void move_leader(int32_t broker) { rd_kafka_mock_partition_set_leader(cluster_, kTopic, 0, broker); }

  std::unique_ptr<RealEnv> env_ = std::make_unique<RealEnv>();
  rd_kafka_t* host_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

TEST_F(KafkaMock, ALeaderMayChangeWhileMessagesAreWrittenAndRead) {
  move_leader(1);
  auto writer = producer();
  ASSERT_TRUE(send(*writer, 100));
  ASSERT_TRUE(writer->flush());
  move_leader(2);
  ASSERT_TRUE(send(*writer, 100));
  Status written = writer->flush();
  ASSERT_TRUE(written) << written.error().message;

  auto view = TopicView::open(env_->env(), settings());
  ASSERT_TRUE(view);
  auto topic = (*view)->topic(kTopic);
  ASSERT_TRUE(topic) << topic.error().message;
  int count = 0;
  Status read = (*view)->read(*topic, {}, [&](const TopicMessage& message) {
    if (count == 50) move_leader(1);
    EXPECT_EQ(message.value, std::to_string(count % 100));
    return ++count < 200;
  });
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(count, 200);
}

TEST_F(KafkaMock, TemporaryErrorsAreTriedAgain) {
  answer(kProduce, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
  answer(kProduce, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT);
  answer(kFetch, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
  auto writer = producer();
  ASSERT_TRUE(send(*writer, 10));
  Status written = writer->flush();
  ASSERT_TRUE(written) << written.error().message;
}

TEST_F(KafkaMock, ATopicThatMayNotBeWrittenIsNamed) {
  answer(kProduce, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  auto writer = producer();
  ASSERT_TRUE(send(*writer, 1));
  Status written = writer->flush();
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::ConnectorRefused);
  EXPECT_NE(written.error().message.find("topic `t`"), std::string::npos) << written.error().message;
}

TEST_F(KafkaMock, AMessageThatIsTooLargeForTheBrokerIsNamed) {
  answer(kProduce, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  auto writer = producer();
  ASSERT_TRUE(send(*writer, 1));
  Status written = writer->flush();
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::MessageTooLarge);
}

TEST_F(KafkaMock, TopicsThatAreNotThereOrNotOursAreTold) {
  auto client = Client::consumer(env_->env(), settings());
  ASSERT_TRUE(client);
  rd_kafka_mock_topic_set_error(cluster_, "gone", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  auto gone = list_partitions(**client, {{"gone"}, ""});
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().message, "topic `gone` does not exist");
  rd_kafka_mock_topic_set_error(cluster_, "secret", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  auto refused = list_partitions(**client, {{"secret"}, ""});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::ConnectorRefused);
}

TEST_F(KafkaMock, ATransactionSurvivesTemporaryErrorsAndNamesOthers) {
  answer(kInitProducerId, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS);
  answer(kEndTxn, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS);
  auto writer = producer({{"transactional.id", "x"}});
  ASSERT_TRUE(writer->fence());
  ASSERT_TRUE(writer->begin());
  ASSERT_TRUE(send(*writer, 5));
  Status committed = writer->commit({"x", "t"}, {{"job", 7}, {}});
  ASSERT_TRUE(committed) << committed.error().message;

  answer(kInitProducerId, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
  auto other = producer({{"transactional.id", "y"}});
  Status fenced = other->fence();
  ASSERT_FALSE(fenced);
  EXPECT_EQ(fenced.error().code, ErrorCode::ConnectorRefused);
}

}  // namespace
}  // namespace sluice::runtime::kafka
