#include "grammar/lexer/words.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sluice::grammar {
namespace {

// Which words are reserved was measured: `SELECT 1 AS word` on Flink 2.2.1.

constexpr std::string_view kTypeWords =
    "BIGINT BINARY BLOB BOOLEAN BYTES CHAR CHARACTER DEC DECIMAL DOUBLE FLOAT INT INTEGER NUMERIC REAL SMALLINT "
    "STRING TINYINT VARBINARY VARCHAR VARIANT";

// Functions that need no parentheses.
constexpr std::string_view kNiladicFunctions =
    "CURRENT_CATALOG CURRENT_DATE CURRENT_DEFAULT_TRANSFORM_GROUP CURRENT_PATH CURRENT_ROLE CURRENT_SCHEMA "
    "CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER LOCALTIME LOCALTIMESTAMP SESSION_USER SYSTEM_USER";

// Reserved, and a function in front of `(`. Those that the grammar knows as keywords, too, are LEFT and its like.
constexpr std::string_view kReservedFunctions =
    "ABS AVG CARDINALITY CHARACTER_LENGTH CHAR_LENGTH COALESCE COLLECT CONTAINS_SUBSTR COUNT COVAR_POP "
    "COVAR_SAMP CUME_DIST DATE_TRUNC DENSE_RANK ELEMENT EVERY EXP FIRST_VALUE FUSION GROUPING HOUR INTERSECTION "
    "LAG LAST_VALUE LEAD LEFT LN LOWER MAX MIN MINUTE MOD MONTH NEXT NTH_VALUE NTILE NULLIF OCTET_LENGTH "
    "PERCENTILE_CONT PERCENTILE_DISC PERCENT_RANK POWER PREV RANK REGR_COUNT REGR_SXX REGR_SYY RIGHT ROW_NUMBER "
    "SECOND SOME SQRT STDDEV_POP STDDEV_SAMP SUM TRANSLATE TRUNCATE UPPER VAR_POP VAR_SAMP YEAR";

// Reserved without a use in the grammar.
constexpr std::string_view kOtherReserved =
    "ALLOCATE ALLOW ARE ARRAY_CONCAT_AGG ASENSITIVE AT ATOMIC AUTHORIZATION BEGIN_FRAME BEGIN_PARTITION BIT "
    "CALLED CASCADED CHECK CLASSIFIER CLOB CLOSE COLLATE COLUMN COMMIT CONDITION CONNECT CONVERT CORR "
    "CORRESPONDING CURRENT_ROW CURRENT_TRANSFORM_GROUP_FOR_TYPE CURSOR CYCLE DATETIME DATETIME_TRUNC DEALLOCATE "
    "DECLARE DEREF DETERMINISTIC DISALLOW DISCONNECT DOT DYNAMIC EACH END_FRAME END_PARTITION EXEC EXTERNAL "
    "FOREIGN FRAME_ROW FREE FRIDAY GET GLOBAL GRANT GROUPS GROUP_CONCAT HOLD IDENTITY IMPORT INCLUDE INDICATOR "
    "INITIAL INOUT INSENSITIVE JSON_SCOPE LARGE LIKE_REGEX MATCHES MATCH_NUMBER MERGE METHOD MINUS MODIFIES "
    "MONDAY NATIONAL NCHAR NCLOB NEW NO NONE NORMALIZE OCCURRENCES_REGEX OLD OMIT OPEN ORDINAL OUT PARAMETER "
    "PERCENT PERIOD PIVOT PORTION POSITION_REGEX PREPARE PROCEDURE QUARTERS READS REF REFERENCES REFERENCING "
    "REGR_AVGX REGR_AVGY REGR_INTERCEPT REGR_R2 REGR_SLOPE REGR_SXY RELEASE RESULT RETURN RETURNS REVOKE "
    "ROLLBACK SAFE_CAST SAFE_OFFSET SAFE_ORDINAL SATURDAY SCOPE SCROLL SEARCH SEEK SENSITIVE SEPARATOR SPECIFIC "
    "SPECIFICTYPE SQLEXCEPTION SQLSTATE SQLWARNING START STATIC STREAM STRING_AGG SUBSTRING_REGEX SUNDAY "
    "THURSDAY TIMESTAMP_DIFF TIMESTAMP_TRUNC TIMEZONE_HOUR TIMEZONE_MINUTE TIME_DIFF TIME_TRUNC TRANSLATE_REGEX "
    "TRANSLATION TREAT TRIGGER TRIM_ARRAY TUESDAY UNPIVOT VALUE_OF VERSIONING WEDNESDAY WEEKS WHENEVER "
    "WIDTH_BUCKET";

// Reserved among the grammar's keywords; its other keywords may be names.
constexpr std::string_view kReservedKeywords =
    "ALL ALTER AND ANY ARRAY AS ASYMMETRIC BEGIN BETWEEN BOTH BUCKETS BY CALL CASE CAST CATALOGS CEIL CEILING "
    "COMMENT CONSTRAINT CONTAINS CONTINUOUS CREATE CROSS CUBE CURRENT DATABASES DATE DAY DEFAULT DEFINE DELETE "
    "DESCRIBE DISTINCT DISTRIBUTED DISTRIBUTION DROP ELSE EMPTY END EQUALS ESCAPE EXCEPT EXECUTE EXISTS EXPLAIN "
    "EXTEND EXTENDED EXTRACT FALSE FETCH FILTER FLOOR FOR FRESHNESS FROM FULL FUNCTION FUNCTIONS GROUP GROUPING "
    "HASH HAVING HOUR ILIKE IN INNER INSERT INTERSECT INTERVAL INTO IS JOIN JSON_ARRAY JSON_ARRAYAGG JSON_EXISTS "
    "JSON_OBJECT JSON_OBJECTAGG JSON_QUERY JSON_VALUE LANGUAGE LATERAL LEADING LEFT LIKE LIMIT LOCAL MATCH "
    "MATCH_RECOGNIZE MATERIALIZED MEASURES MEMBER MINUTE MODELS MODIFY MODULE MODULES MONTH MULTISET NATURAL "
    "NEXT NOT NULL OF OFFSET ON ONE ONLY OR ORDER OUTER OVER OVERLAPS OVERLAY PARTITION PATTERN PER PERMUTE "
    "POSITION PRECEDES PRECISION PRIMARY PROCEDURES QUALIFY RANGE RAW RECURSIVE REFRESH REFRESH_MODE RENAME "
    "RESET RESUME RIGHT RLIKE ROLLUP ROW ROWS RUNNING SAVEPOINT SCALA SECOND SELECT SET SHOW SIMILAR SKIP SOME SQL "
    "STATEMENT STRUCTURED SUBMULTISET SUBSET SUBSTRING SUCCEEDS SUSPEND SYMMETRIC SYSTEM SYSTEM_TIME TABLE "
    "TABLES TABLESAMPLE THEN TIME TIMESTAMP TIMESTAMP_LTZ TO TRAILING TRIM TRUE TRUNCATE TRY_CAST UESCAPE UNION "
    "UNIQUE UNKNOWN UNNEST UPDATE UPSERT USE USER USING VALUE VALUES VARYING VIEWS WATERMARK WATERMARKS WHEN "
    "WHERE WINDOW WITH WITHIN WITHOUT YEAR";

constexpr void for_each_word(std::string_view words, auto function) {
  while (!words.empty()) {
    size_t end = words.find(' ');
    function(words.substr(0, end));
    words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
  }
}

struct Entry {
  std::string_view word;
  Word meaning;
  bool reserved = false;
};

constexpr uint32_t hash_of(std::string_view word) {
  uint32_t hash = 2166136261u;
  for (char c : word) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
  return hash ^ (hash >> 15);
}

// Open addressing, made by the compiler: the process finds it ready.
class Table {
 public:
  constexpr Table() {
    for (const Keyword& keyword : kKeywords) at(keyword.word).meaning.kind = keyword.kind;
    for_each_word(kTypeWords, [&](std::string_view word) { reserve(word, TokenKind::TYPE_WORD); });
    for_each_word(kNiladicFunctions, [&](std::string_view word) { reserve(word, TokenKind::NILADIC_FUNCTION); });
    for_each_word(kOtherReserved, [&](std::string_view word) { reserve(word, TokenKind::RESERVED_WORD); });
    for_each_word(kReservedKeywords, [&](std::string_view word) { at(word).reserved = true; });
    for_each_word(kReservedFunctions, [&](std::string_view word) {
      if (at(word).meaning.kind == TokenKind::IDENTIFIER) at(word).meaning.kind = TokenKind::RESERVED_WORD;
      at(word).reserved = true;
      at(word).meaning.is_function = true;
    });
  }

  constexpr const Entry* find(std::string_view word) const {
    for (uint32_t slot = hash_of(word) % kSlots;; slot = (slot + 1) % kSlots) {
      if (slots_[slot].word == word) return &slots_[slot];
      if (slots_[slot].word.empty()) return nullptr;
    }
  }
  constexpr const auto& slots() const { return slots_; }

 private:
  static constexpr uint32_t kSlots = 2048;

  constexpr Entry& at(std::string_view word) {
    for (uint32_t slot = hash_of(word) % kSlots;; slot = (slot + 1) % kSlots) {
      if (slots_[slot].word.empty()) slots_[slot].word = word;
      if (slots_[slot].word == word) return slots_[slot];
    }
  }
  constexpr void reserve(std::string_view word, TokenKind kind) {
    at(word).meaning.kind = kind;
    at(word).reserved = true;
  }

  std::array<Entry, kSlots> slots_{};
};

constexpr Table kTable;
constexpr size_t kLongestWord = 40;

const Entry* find_entry(std::string_view text) {
  char upper[kLongestWord];
  if (text.size() > kLongestWord) return nullptr;
  std::ranges::transform(text, upper, [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return kTable.find({upper, text.size()});
}

}  // namespace

Word find_word(std::string_view text) {
  const Entry* entry = find_entry(text);
  return entry ? entry->meaning : Word{};
}

bool is_reserved(std::string_view text) {
  const Entry* entry = find_entry(text);
  return entry && entry->reserved;
}

const std::vector<std::string>& known_words() {
  static const std::vector<std::string> kWords = [] {
    std::vector<std::string> words;
    for (const Entry& entry : kTable.slots()) {
      if (!entry.word.empty()) words.emplace_back(entry.word);
    }
    std::ranges::sort(words);
    return words;
  }();
  return kWords;
}

std::string to_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

bool is_time_function(std::string_view word) {
  static constexpr std::string_view kTimes[] = {"CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME",
                                                "LOCALTIMESTAMP"};
  return std::ranges::find(kTimes, word) != std::end(kTimes);
}

}  // namespace sluice::grammar
