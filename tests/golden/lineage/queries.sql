-- One job per kind of plan; what each column comes from, and why, is in queries.txt.
CREATE TABLE bids (auction BIGINT, bidder BIGINT, price BIGINT, url STRING, seen TIMESTAMP(3), ts TIMESTAMP(3),
  WATERMARK FOR ts AS seen - INTERVAL '1' SECOND) WITH ('connector' = 'datagen');
CREATE TABLE people (id BIGINT, name STRING, address ROW<city STRING, zip STRING>) WITH ('connector' = 'datagen');

CREATE TABLE plain (auction BIGINT, dear STRING) WITH ('connector' = 'blackhole');
INSERT INTO plain SELECT auction + 1, CASE WHEN price > 100 THEN url ELSE 'cheap' END FROM bids WHERE bidder <> 7;

CREATE TABLE per_window (w TIMESTAMP(3), n BIGINT, top BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO per_window SELECT window_start, COUNT(*) FILTER (WHERE url IS NOT NULL), MAX(price)
FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, bidder;

CREATE VIEW named AS SELECT b.auction, p.name, p.address.city AS city
FROM bids b LEFT JOIN people p ON b.bidder = p.id AND p.address.zip = '1';
CREATE TABLE joined (auction BIGINT, name STRING, city STRING) WITH ('connector' = 'blackhole');
CREATE TABLE cities (city STRING) WITH ('connector' = 'blackhole');
EXECUTE STATEMENT SET BEGIN
  INSERT INTO joined SELECT * FROM named;
  INSERT INTO cities SELECT city FROM named UNION ALL SELECT url FROM bids;
END;

CREATE TABLE ranked (auction BIGINT, total BIGINT, PRIMARY KEY (auction) NOT ENFORCED) WITH ('connector' = 'blackhole');
INSERT INTO ranked SELECT auction, SUM(price) OVER (PARTITION BY bidder ORDER BY ts) FROM bids;

CREATE TABLE patterns (w TIMESTAMP(3), first_price BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO patterns SELECT w, p FROM bids MATCH_RECOGNIZE (PARTITION BY auction ORDER BY ts
  MEASURES MATCH_ROWTIME() AS w, FIRST(A.price) AS p AFTER MATCH SKIP PAST LAST ROW PATTERN (A+ B)
  DEFINE A AS A.url IS NULL, B AS B.bidder > 3);

CREATE TABLE newest (auction BIGINT, url STRING) WITH ('connector' = 'blackhole');
INSERT INTO newest SELECT auction, url FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY ts DESC) AS n FROM bids) WHERE n = 1;

CREATE TABLE members (id BIGINT, kind STRING) WITH ('connector' = 'blackhole');
INSERT INTO members SELECT id, TYPEOF(name) FROM people WHERE id IN (SELECT bidder FROM bids WHERE price > 10);

CREATE TABLE rates (currency STRING, rate BIGINT, since TIMESTAMP(3), PRIMARY KEY (currency) NOT ENFORCED, WATERMARK FOR since AS since)
  WITH ('connector' = 'values', 'changelog-mode' = 'I,UA,D');
CREATE TABLE priced (auction BIGINT, amount BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO priced SELECT b.auction, b.price * r.rate
FROM bids AS b JOIN rates FOR SYSTEM_TIME AS OF b.ts AS r ON b.url = r.currency;
