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
  // 14xx: options.
  MissingOption = 1401,
  UnknownOption = 1402,
  BadOptionValue = 1403,
  UnknownConnector = 1404,
  UnknownFormat = 1405,
  // 19xx: correct Flink SQL that this version does not run. Parsed and bound as far as possible, then refused.
  NotSupportedYet = 1901,
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
};

}  // namespace sluice
