import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.quota.*;
import org.apache.kafka.common.serialization.*;

/**
 * The tests' own view of a cluster, through Kafka's Java client: shares no code with the engine. Reads a command per
 * line, its words separated by tabs, and answers with one line, "ok ..." or "error ...". Files hold a message per line:
 * partition, offset, timestamp, key, value, headers, separated by tabs; \N is null; written by `consume`, read by
 * `produce` (where -1 leaves the choice to the client).
 */
public class KafkaSide {
  static final String NULL = "\\N";
  final String servers;
  final Admin admin;

  KafkaSide(String servers) {
    this.servers = servers;
    admin = Admin.create(Map.of("bootstrap.servers", servers));
  }

  static byte[] bytes(String text) {
    return text.equals(NULL) ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return bytes == null ? NULL : new String(bytes, StandardCharsets.UTF_8);
  }

  Map<String, Object> clientConfig() {
    return new HashMap<>(Map.of("bootstrap.servers", servers));
  }

  String produce(String topic, String file, String transactionalId) throws Exception {
    Map<String, Object> config = clientConfig();
    config.put("linger.ms", 20);
    config.put("batch.size", 200000);
    if (!transactionalId.isEmpty()) config.put("transactional.id", transactionalId);
    long count = 0;
    try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
         BufferedReader lines = Files.newBufferedReader(Path.of(file))) {
      if (!transactionalId.isEmpty()) {
        producer.initTransactions();
        producer.beginTransaction();
      }
      for (String line; (line = lines.readLine()) != null; ++count) {
        String[] f = line.split("\t", -1);
        int partition = Integer.parseInt(f[0]);
        long timestamp = Long.parseLong(f[2]);
        var record = new ProducerRecord<>(topic, partition < 0 ? null : Integer.valueOf(partition),
            timestamp < 0 ? null : Long.valueOf(timestamp), bytes(f[3]), bytes(f[4]));
        if (f.length > 5 && !f[5].isEmpty()) {
          for (String header : f[5].split(",")) {
            String[] pair = header.split("=", 2);
            record.headers().add(pair[0], bytes(pair[1]));
          }
        }
        producer.send(record);
      }
      producer.flush();
      if (transactionalId.endsWith("!abort")) producer.abortTransaction();
      else if (!transactionalId.isEmpty()) producer.commitTransaction();
    }
    return "ok " + count;
  }

  String consume(String topic, String file, String isolation) throws Exception {
    Map<String, Object> config = clientConfig();
    config.put("isolation.level", isolation);
    config.put("enable.auto.commit", false);
    long count = 0;
    try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
         BufferedWriter out = Files.newBufferedWriter(Path.of(file))) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (var info : consumer.partitionsFor(topic)) partitions.add(new TopicPartition(topic, info.partition()));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long deadline = System.currentTimeMillis() + 60000;
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        if (System.currentTimeMillis() > deadline) return "error the end was not reached in time";
        for (var r : consumer.poll(Duration.ofMillis(100))) {
          StringBuilder headers = new StringBuilder();
          for (Header h : r.headers()) {
            if (headers.length() > 0) headers.append(',');
            headers.append(h.key()).append('=').append(text(h.value()));
          }
          out.write(r.partition() + "\t" + r.offset() + "\t" + r.timestamp() + "\t" + text(r.key()) + "\t"
              + text(r.value()) + "\t" + headers + "\n");
          ++count;
        }
      }
    }
    return "ok " + count;
  }

  /**
   * Messages, and the sum of hashes of their values: the same for the same messages in any order. Of messages with keys
   * the last one of each key counts.
   */
  String digest(String topic) throws Exception {
    Map<String, Object> config = clientConfig();
    config.put("isolation.level", "read_committed");
    config.put("enable.auto.commit", false);
    Map<String, Long> byKey = new HashMap<>();
    long count = 0, sum = 0;
    try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (var info : consumer.partitionsFor(topic)) partitions.add(new TopicPartition(topic, info.partition()));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        for (var r : consumer.poll(Duration.ofMillis(100))) {
          long hash = r.value() == null ? 0 : Arrays.hashCode(r.value()) * 0x9E3779B97F4A7C15L;
          ++count;
          sum += hash;
          if (r.key() != null) sum -= Optional.ofNullable(byKey.put(text(r.key()), hash)).orElse(0L);
        }
      }
    }
    return "ok " + (byKey.isEmpty() ? count + " messages" : byKey.size() + " keys") + ", digest " + Long.toHexString(sum);
  }

  String run(String[] words) throws Exception {
    switch (words[0]) {
      case "create":
        var topic = new NewTopic(words[1], Integer.parseInt(words[2]), (short) 1);
        Map<String, String> configs = new HashMap<>();
        for (int i = 3; i < words.length; ++i) configs.put(words[i].split("=")[0], words[i].split("=")[1]);
        admin.createTopics(List.of(topic.configs(configs))).all().get();
        return "ok";
      case "delete":
        admin.deleteTopics(List.of(words[1])).all().get();
        return "ok";
      case "partitions":
        admin.createPartitions(Map.of(words[1], NewPartitions.increaseTo(Integer.parseInt(words[2])))).all().get();
        return "ok";
      case "delete-before":
        admin.deleteRecords(Map.of(new TopicPartition(words[1], Integer.parseInt(words[2])),
            RecordsToDelete.beforeOffset(Long.parseLong(words[3])))).all().get();
        return "ok";
      case "produce":
        return produce(words[1], words[2], words.length > 3 ? words[3] : "");
      case "consume":
        return consume(words[1], words[2], words[3]);
      case "digest":
        return digest(words[1]);
      case "ends":
        Map<TopicPartition, OffsetSpec> specs = new TreeMap<>(Comparator.comparing(TopicPartition::toString));
        for (int i = 0; i < Integer.parseInt(words[2]); ++i) specs.put(new TopicPartition(words[1], i), OffsetSpec.latest());
        var ends = admin.listOffsets(specs).all().get();
        StringJoiner joined = new StringJoiner(" ");
        specs.keySet().forEach(p -> joined.add(Long.toString(ends.get(p).offset())));
        return "ok " + joined;
      case "group":
        StringJoiner offsets = new StringJoiner(" ");
        var of = admin.listConsumerGroupOffsets(words[1]).partitionsToOffsetAndMetadata().get();
        new TreeMap<TopicPartition, OffsetAndMetadata>(Comparator.comparing(TopicPartition::toString)) {{ putAll(of); }}
            .forEach((p, o) -> offsets.add(p + "=" + o.offset()));
        return "ok " + offsets;
      case "commit":  // group, topic, partition, offset
        admin.alterConsumerGroupOffsets(words[1], Map.of(new TopicPartition(words[2], Integer.parseInt(words[3])),
            new OffsetAndMetadata(Long.parseLong(words[4])))).all().get();
        return "ok";
      case "quota":  // Bytes per second of every producer.
        var everyone = new ClientQuotaEntity(Collections.singletonMap(ClientQuotaEntity.CLIENT_ID, null));
        var rate = new ClientQuotaAlteration.Op("producer_byte_rate", Double.valueOf(words[1]));
        admin.alterClientQuotas(List.of(new ClientQuotaAlteration(everyone, List.of(rate)))).all().get();
        return "ok";
      case "delete-group":
        admin.deleteConsumerGroups(List.of(words[1])).all().get();
        return "ok";
      case "groups":
        StringJoiner groups = new StringJoiner(" ");
        for (var g : admin.listConsumerGroups().all().get()) groups.add(g.groupId());
        return "ok " + groups;
      default:
        return "error unknown command " + words[0];
    }
  }

  public static void main(String[] arguments) throws Exception {
    KafkaSide side = new KafkaSide(arguments[0]);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null;) {
      String answer;
      try {
        answer = side.run(line.split("\t", -1));
      } catch (Exception e) {
        answer = "error " + String.valueOf(e.getMessage()).replace('\n', ' ');
      }
      System.out.println(answer);
      System.out.flush();
    }
  }
}
