-- Kafka in, Kafka out, exactly once: bids are read from the topic `bids`, counted per channel over windows of five
-- seconds, and the counts are written to the topic `channel_counts`.
--
-- Run it with: ./dev run examples/kafka.sql
-- which starts a broker on loopback, makes the topics, runs the job, and shows `channel_counts` until Ctrl-C. Against a
-- cluster of yours that has the topics: sluice run examples/kafka.sql --var KAFKA_BROKERS=host:9092

SET 'pipeline.name' = 'channel-counts';
SET 'execution.checkpointing.interval' = '1 s';

-- What fills the topic `bids`.
CREATE TABLE made_up (
  auction BIGINT,
  price   BIGINT,
  dice    INT
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '2000',
  'fields.auction.min' = '1',  'fields.auction.max' = '1000',
  'fields.price.min'   = '100', 'fields.price.max'  = '1000000',
  'fields.dice.min'    = '1',  'fields.dice.max'    = '6'
);

CREATE TABLE bids (
  auction    BIGINT,
  price      BIGINT,
  channel    STRING,
  `dateTime` TIMESTAMP(3),
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '1' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'bids',
  'properties.bootstrap.servers' = '${KAFKA_BROKERS}',
  'properties.group.id' = 'channel-counts',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);

CREATE TABLE channel_counts (
  window_start TIMESTAMP(3),
  channel      STRING,
  bids         BIGINT,
  highest      BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = 'channel_counts',
  'properties.bootstrap.servers' = '${KAFKA_BROKERS}',
  'format' = 'json',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'channel-counts'
);

EXECUTE STATEMENT SET BEGIN

INSERT INTO bids
SELECT auction, price, CASE WHEN dice <= 3 THEN 'web' WHEN dice <= 5 THEN 'app' ELSE 'shop' END, LOCALTIMESTAMP
FROM made_up;

INSERT INTO channel_counts
SELECT window_start, channel, COUNT(*), MAX(price)
FROM TUMBLE(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '5' SECOND)
GROUP BY window_start, window_end, channel;

END;
