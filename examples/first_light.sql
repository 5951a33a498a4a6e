-- First light: Nexmark's auction events, counted per channel over windows of ten seconds of event time.
-- Run it with: ./dev run examples/first_light.sql

CREATE TABLE events (
  event_type INT,
  person  ROW<id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR, state VARCHAR,
              `dateTime` TIMESTAMP(3), extra VARCHAR>,
  auction ROW<id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT,
              `dateTime` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra VARCHAR>,
  bid     ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, `dateTime` TIMESTAMP(3),
              extra VARCHAR>,
  `dateTime` AS CASE WHEN event_type = 0 THEN person.`dateTime`
                     WHEN event_type = 1 THEN auction.`dateTime`
                     ELSE bid.`dateTime` END,
  WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
) WITH (
  'connector' = 'nexmark',
  'events.num' = '2000000',
  'first-event.rate' = '50000',
  'base-time' = '1767225600000'
);

CREATE VIEW bids AS
SELECT bid.auction, bid.bidder, bid.price, bid.channel, `dateTime`
FROM events
WHERE event_type = 2;

SELECT
  window_start,
  channel,
  COUNT(*)                                   AS bids,
  COUNT(*) FILTER (WHERE price >= 1000000)   AS large_bids,
  MAX(price)                                 AS highest,
  CAST(AVG(price) * 0.01 AS DECIMAL(12, 2))  AS average_dollars
FROM TUMBLE(TABLE bids, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND)
WHERE channel IN ('Apple', 'Google', 'Facebook', 'Baidu')
GROUP BY window_start, window_end, channel;
