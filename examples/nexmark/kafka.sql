-- Nexmark's source in a topic, as JSON. `kafka` reads it from its beginning to where it ends when the job starts.
-- `kafka_fill` writes it: INSERT INTO kafka_fill SELECT event_type, person, auction, bid FROM datagen.
-- Variables: BOOTSTRAP_SERVERS, TOPIC, GROUP_ID, and those of `ddl.sql`, which comes before.
CREATE TABLE kafka WITH (
  'connector' = 'kafka',
  'topic' = '${TOPIC}',
  'properties.bootstrap.servers' = '${BOOTSTRAP_SERVERS}',
  'properties.group.id' = '${GROUP_ID}',
  'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset',
  'format' = 'json'
) LIKE datagen (EXCLUDING OPTIONS);

CREATE TABLE kafka_fill WITH (
  'connector' = 'kafka',
  'topic' = '${TOPIC}',
  'properties.bootstrap.servers' = '${BOOTSTRAP_SERVERS}',
  'format' = 'json'
) LIKE datagen (EXCLUDING ALL);
