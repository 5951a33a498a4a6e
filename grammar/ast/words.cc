// The SQL words of the AST's enumerations.
#include "grammar/ast/statement.h"

namespace sluice::ast {

std::string_view word_of(TypeName name) {
  switch (name) {
    case TypeName::Boolean:
      return "BOOLEAN";
    case TypeName::Tinyint:
      return "TINYINT";
    case TypeName::Smallint:
      return "SMALLINT";
    case TypeName::Integer:
      return "INTEGER";
    case TypeName::Bigint:
      return "BIGINT";
    case TypeName::Float:
      return "FLOAT";
    case TypeName::Double:
      return "DOUBLE";
    case TypeName::Decimal:
      return "DECIMAL";
    case TypeName::Char:
      return "CHAR";
    case TypeName::Varchar:
      return "VARCHAR";
    case TypeName::String:
      return "STRING";
    case TypeName::Binary:
      return "BINARY";
    case TypeName::Varbinary:
      return "VARBINARY";
    case TypeName::Bytes:
      return "BYTES";
    case TypeName::Date:
      return "DATE";
    case TypeName::Time:
      return "TIME";
    case TypeName::Timestamp:
      return "TIMESTAMP";
    case TypeName::TimestampLtz:
      return "TIMESTAMP_LTZ";
    case TypeName::TimestampWithTimeZone:
      return "TIMESTAMP WITH TIME ZONE";
    case TypeName::Variant:
      return "VARIANT";
    case TypeName::Bitmap:
      return "BITMAP";
    case TypeName::Null:
      return "NULL";
  }
  return {};
}

std::string_view word_of(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::Year:
      return "YEAR";
    case TimeUnit::Quarter:
      return "QUARTER";
    case TimeUnit::Month:
      return "MONTH";
    case TimeUnit::Week:
      return "WEEK";
    case TimeUnit::Day:
      return "DAY";
    case TimeUnit::Hour:
      return "HOUR";
    case TimeUnit::Minute:
      return "MINUTE";
    case TimeUnit::Second:
      return "SECOND";
    case TimeUnit::Millisecond:
      return "MILLISECOND";
    case TimeUnit::Microsecond:
      return "MICROSECOND";
    case TimeUnit::Nanosecond:
      return "NANOSECOND";
  }
  return {};
}

std::string_view word_of(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::Table:
      return "TABLE";
    case ObjectKind::View:
      return "VIEW";
    case ObjectKind::MaterializedTable:
      return "MATERIALIZED TABLE";
    case ObjectKind::Catalog:
      return "CATALOG";
    case ObjectKind::Database:
      return "DATABASE";
    case ObjectKind::Function:
      return "FUNCTION";
    case ObjectKind::Model:
      return "MODEL";
    case ObjectKind::Connection:
      return "CONNECTION";
    case ObjectKind::Job:
      return "JOB";
  }
  return {};
}

std::string_view word_of(ShowKind kind) {
  switch (kind) {
    case ShowKind::Catalogs:
      return "CATALOGS";
    case ShowKind::CurrentCatalog:
      return "CURRENT CATALOG";
    case ShowKind::Databases:
      return "DATABASES";
    case ShowKind::CurrentDatabase:
      return "CURRENT DATABASE";
    case ShowKind::Tables:
      return "TABLES";
    case ShowKind::Views:
      return "VIEWS";
    case ShowKind::MaterializedTables:
      return "MATERIALIZED TABLES";
    case ShowKind::Columns:
      return "COLUMNS";
    case ShowKind::Partitions:
      return "PARTITIONS";
    case ShowKind::Functions:
      return "FUNCTIONS";
    case ShowKind::Procedures:
      return "PROCEDURES";
    case ShowKind::Modules:
      return "MODULES";
    case ShowKind::Models:
      return "MODELS";
    case ShowKind::Connections:
      return "CONNECTIONS";
    case ShowKind::Jars:
      return "JARS";
    case ShowKind::Jobs:
      return "JOBS";
    case ShowKind::Create:
      return "CREATE";
  }
  return {};
}

}  // namespace sluice::ast
