-- Bids per auction in windows of 10 s: the inner count of q5, over TUMBLE.
CREATE TABLE nexmark_kafka_tumble (
  auction BIGINT,
  num BIGINT,
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3)
) WITH (
  'connector' = 'blackhole'
);

INSERT INTO nexmark_kafka_tumble
SELECT auction, COUNT(*) AS num, window_start, window_end
FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
GROUP BY auction, window_start, window_end;
