#pragma once
// Every error code of the project, in one list. Numbers are part of the wire contract: add, never renumber.
// docs/errors.md is generated from it.
#include <cstdint>

namespace sluice {

enum class ErrorCode : uint16_t {
  // 10xx: text that is no statement.
  SyntaxError = 1001,
  StatementTooLarge = 1002,
  NestingTooDeep = 1003,
  BadLiteral = 1004,
  UndefinedVariable = 1005,
  UnterminatedText = 1006,  // A string, quoted name or comment that is not closed.
  ReservedWord = 1007,      // A keyword where a name is expected.
  NumberOutOfRange = 1008,  // A numeric literal that no type holds.
  DynamicParameter = 1009,  // `?`
  // 11xx: names.
  UnknownTable = 1101,
  UnknownColumn = 1102,
  UnknownFunction = 1103,
  UnknownCatalog = 1104,
  UnknownDatabase = 1105,
  AmbiguousColumn = 1106,
  DuplicateName = 1107,
  ObjectExists = 1108,
  UnknownType = 1109,
  UnknownSetting = 1110,
  DuplicateAlias = 1111,  // Two tables of one FROM under one name.
  UnknownField = 1112,    // Of a ROW.
  UnknownModule = 1113,
  UnknownProcedure = 1114,
  UnknownModel = 1115,
  UnknownWindow = 1116,  // Of a WINDOW clause.
  UnknownPatternVariable = 1117,
  UnknownMetadataKey = 1118,
  UnknownPartition = 1119,
  UnknownTimeFrame = 1120,  // `EXTRACT(FORTNIGHT FROM ts)`
  // 12xx: types and queries.
  TypeMismatch = 1201,
  WrongArguments = 1202,
  CannotCast = 1203,
  NotATimeAttribute = 1204,
  NotGrouped = 1205,
  MisplacedAggregate = 1206,
  ColumnCountMismatch = 1207,
  BadWindow = 1208,
  ConstantFails = 1209,  // A constant expression that fails whenever it is evaluated, such as CAST('a' AS INT).
  BadSetOperation = 1210,
  BadOverWindow = 1211,
  BadOrdering = 1212,  // ORDER BY and Top-N that an endless query cannot have.
  BadJoin = 1213,
  BadPattern = 1214,  // Of MATCH_RECOGNIZE.
  BadSubquery = 1215,
  NotACondition = 1216,  // WHERE, ON, HAVING or FILTER that is not BOOLEAN.
  NotARow = 1217,
  BadIndex = 1218,  // Of an ARRAY or a MAP.
  BadTypeParameter = 1219,
  NoCommonType = 1220,
  CannotCompare = 1221,
  WrongArgumentCount = 1222,
  BadTemporalJoin = 1223,
  BadTimeTravel = 1224,
  MisplacedWindowFunction = 1225,
  MisplacedGrouping = 1226,  // GROUPING and its like.
  NotAnAggregate = 1227,     // FILTER, OVER or WITHIN GROUP behind another function.
  BadTopN = 1228,
  BadWindowSize = 1229,
  BadFrame = 1230,
  BadGroupingSets = 1231,
  CannotAggregate = 1232,  // An argument whose type the aggregate does not take.
  NestedAggregate = 1233,
  BadLateral = 1234,
  BadUnnest = 1235,
  MissingJoinCondition = 1236,
  BadTableFunction = 1237,
  BadLimit = 1238,
  BadValues = 1239,
  BadNamedArgument = 1240,
  // 13xx: table definitions and changelogs.
  BadConstraint = 1301,
  BadWatermark = 1302,
  BadPartitioning = 1303,
  SinkCannotTakeUpdates = 1304,
  OperatorCannotTakeUpdates = 1305,
  BadComputedColumn = 1306,
  NotNullViolation = 1307,
  NotASink = 1308,
  NotASource = 1309,
  CannotAlter = 1310,
  BadLike = 1311,
  BadMetadataColumn = 1312,
  BadView = 1313,
  ColumnInUse = 1314,  // By a key, a watermark, a partition or a computed column.
  BadDistribution = 1315,
  WrongKindOfObject = 1316,  // A view where a table is expected.
  BadInsertTarget = 1317,
  BadStatementSet = 1318,
  MissingPrimaryKey = 1319,
  // 14xx: options.
  MissingOption = 1401,
  UnknownOption = 1402,
  BadOptionValue = 1403,
  UnknownConnector = 1404,
  UnknownFormat = 1405,
  BadHint = 1406,
  UnknownHint = 1407,
  UnknownStrategy = 1408,  // A value outside an option's list.
  // 19xx: correct Flink SQL that this version does not run. Parsed and bound as far as possible, then refused.
  NotSupportedYet = 1901,
  // What Flink refuses as well: UPDATE and DELETE of an endless query, MERGE, what only batch has.
  NotInStreaming = 1902,
  // 20xx: the world: retried, or the job fails with the cause.
  ConnectorUnavailable = 2001,
  FileSystemError = 2002,
  DiskFull = 2003,
  NetworkError = 2004,
  JobNotFound = 2005,
  GatewayUnavailable = 2006,
  WorkerLost = 2007,
  ConnectorRefused = 2008,  // Logged in or not, we may not do that.
  MessageTooLarge = 2009,   // For the system that is to take it.
  // 21xx: the data of a running job.
  RowExpressionFailed = 2101,  // CAST, division by zero and their like, with span and values.
  MalformedRecord = 2102,
  NullInNotNullColumn = 2103,
  WrongLength = 2104,  // Of a value for a CHAR, VARCHAR, BINARY or VARBINARY column.
  // 30xx: state.
  CorruptCheckpoint = 3001,
  NoCheckpoint = 3002,
  IncompatibleState = 3003,
  CheckpointFailed = 3004,
  CheckpointOutdated = 3005,  // A sink shows rows of a later one already.
  // 40xx: the engine itself.
  CodeGenerationFailed = 4001,
  JobCancelled = 4002,
  Fenced = 4003,  // A newer attempt of the same job has taken over.
  InvalidJobGraph = 4004,
  // 50xx: warnings about right SQL.
  UnboundedState = 5001,
  MissingWatermark = 5002,
  IdleSource = 5003,
  NondeterministicUpdate = 5004,
  SinkWithoutKey = 5005,
  SecretInPlainText = 5006,
  DeprecatedKey = 5007,
  UnusedSuppression = 5008,
};

// A warning keeps nothing from being started.
constexpr bool is_warning(ErrorCode code) { return static_cast<uint16_t>(code) / 100 == 50; }

}  // namespace sluice
