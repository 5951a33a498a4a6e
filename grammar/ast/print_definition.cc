// CREATE and ALTER of tables, and what the two share.
#include "grammar/ast/printer.h"

namespace sluice::ast {
namespace {

std::string print_constraint(const Constraint& constraint) {
  std::string out = constraint.name ? fmt::format("CONSTRAINT {} ", print(*constraint.name)) : "";
  out += constraint.kind == ConstraintKind::PrimaryKey ? "PRIMARY KEY" : "UNIQUE";
  if (!constraint.columns.empty()) out += " " + print(constraint.columns);
  if (constraint.enforced) out += *constraint.enforced ? " ENFORCED" : " NOT ENFORCED";
  return out;
}
std::string print_inline(const std::optional<Constraint>& constraint) {
  return constraint ? " " + print_constraint(*constraint) : "";
}

std::string print_metadata(const MetadataColumn& column) {
  std::string out = " " + print(*column.type) + " METADATA";
  if (column.key) out += " FROM " + print(*column.key);
  return out + (column.is_virtual ? " VIRTUAL" : "") + print_inline(column.constraint);
}

std::string print_columns(const std::vector<Column>& columns) {
  std::vector<std::string> lines;
  for (const Column& column : columns) lines.push_back(print(column));
  return print_lines(lines);
}

std::string print_like(const LikeClause& like) {
  constexpr std::string_view kStrategies[] = {"INCLUDING", "EXCLUDING", "OVERWRITING"};
  constexpr std::string_view kFeatures[] = {"ALL",      "CONSTRAINTS", "DISTRIBUTION", "GENERATED",
                                            "METADATA", "OPTIONS",     "PARTITIONS",   "WATERMARKS"};
  std::string out = "\nLIKE " + print(like.table);
  if (like.options.empty()) return out;
  out += " (";
  for (const LikeOption& option : like.options) {
    out += fmt::format("\n  {} {}", kStrategies[static_cast<size_t>(option.strategy)],
                       kFeatures[static_cast<size_t>(option.feature)]);
  }
  return out + "\n)";
}

std::string print_start_mode(const StartMode& mode) {
  constexpr std::string_view kWords[] = {"FROM_BEGINNING",           "FROM_NOW",           "FROM_TIMESTAMP",
                                         "RESUME_OR_FROM_BEGINNING", "RESUME_OR_FROM_NOW", "RESUME_OR_FROM_TIMESTAMP"};
  std::string argument = mode.argument ? fmt::format("({})", print(*mode.argument)) : "";
  return fmt::format("\nSTART_MODE = {}{}", kWords[static_cast<size_t>(mode.kind)], argument);
}

std::string_view print_mode(RefreshMode mode) { return mode == RefreshMode::Full ? "FULL" : "CONTINUOUS"; }

std::string print_exists(bool if_exists, bool if_not_exists) {
  return if_exists ? "IF EXISTS " : if_not_exists ? "IF NOT EXISTS " : "";
}

// " (\n..\n)\nCOMMENT ..\nDISTRIBUTED ..\nPARTITIONED BY .."
std::string print_layout(const TableSchema& schema, const std::optional<Text>& comment,
                         const std::optional<Distribution>& distribution, const std::vector<Identifier>& partitions) {
  std::string out;
  if (!schema.empty()) out += " " + print(schema);
  if (comment) out += "\nCOMMENT " + print(*comment);
  if (distribution) out += "\nDISTRIBUTED " + print(*distribution);
  if (!partitions.empty()) out += "\nPARTITIONED BY " + print(partitions);
  return out;
}

std::string print_query_clause(const QueryPtr& query) { return query ? "\nAS\n" + print(*query) : ""; }

std::string print_options(const std::vector<Option>& options) {
  std::vector<std::string> lines;
  for (const Option& option : options) lines.push_back(print(option));
  return print_lines(lines);
}

std::string print_partitions(const std::vector<PartitionSpec>& partitions, std::string_view separator) {
  return joined(partitions, separator, [](const PartitionSpec& partition) {
    std::string options = joined(partition.options, ", ", [](const Option& option) { return print(option); });
    return print(partition) + (options.empty() ? "" : fmt::format(" WITH ({})", options));
  });
}

std::string print_drop_columns(const DropColumns& drop) {
  std::vector<std::string> lines;
  for (const Name& name : drop.columns) lines.push_back(print(name));
  return " DROP " + print_lines(lines);
}

std::string print_reset(const ResetOptions& reset) {
  std::vector<std::string> lines;
  for (const Text& key : reset.keys) lines.push_back(print(key));
  return " RESET " + print_lines(lines);
}

std::string print_change(const Alter& alter) {
  return match(
      alter.change, [](const RenameTo& rename) { return " RENAME TO " + print(rename.name); },
      [](const RenameColumn& rename) { return fmt::format(" RENAME {} TO {}", print(rename.from), print(rename.to)); },
      [](const SetOptions& set) { return " SET " + print_options(set.options); },
      [](const ResetOptions& reset) { return print_reset(reset); },
      [](const SetComment& comment) { return " COMMENT " + print(comment.comment); },
      [](const ChangeSchema& change) { return (change.modify ? " MODIFY " : " ADD ") + print(change.schema); },
      [](const ChangeDistribution& change) {
        return (change.modify ? " MODIFY DISTRIBUTION " : " ADD DISTRIBUTION ") + print(change.distribution);
      },
      [](const AddPartitions& add) {
        return fmt::format("\nADD{}\n{}", add.if_not_exists ? " IF NOT EXISTS" : "",
                           print_partitions(add.partitions, "\n"));
      },
      [](const DropPartitions& drop) {
        return fmt::format("\nDROP{}\n{}", drop.if_exists ? " IF EXISTS" : "",
                           print_partitions(drop.partitions, ",\n"));
      },
      [](const DropColumns& drop) { return print_drop_columns(drop); },
      [](const DropConstraint& drop) { return " DROP CONSTRAINT " + print(drop.name); },
      [](const DropPrimaryKey&) { return std::string(" DROP PRIMARY KEY"); },
      [](const DropDistribution&) { return std::string(" DROP DISTRIBUTION"); },
      [](const DropWatermark&) { return std::string(" DROP WATERMARK"); },
      [](const ChangeQuery& change) { return "\nAS\n" + print(*change.query); },
      [](const Suspend&) { return std::string(" SUSPEND"); },
      [](const Resume& resume) { return " RESUME" + print_with(resume.options); },
      [](const Refresh& refresh) { return " REFRESH" + (refresh.partition ? " " + print(*refresh.partition) : ""); },
      [](const SetFreshness& set) { return " SET FRESHNESS = " + print(*set.freshness); },
      [](const SetRefreshMode& set) { return fmt::format(" SET REFRESH_MODE = {}", print_mode(set.mode)); });
}

}  // namespace

std::string print_lines(const std::vector<std::string>& lines) {
  std::string out = "(";
  for (size_t i = 0; i < lines.size(); ++i) out += (i == 0 ? "\n  " : ",\n  ") + lines[i];
  return out + "\n)";
}

std::string print(const Option& option) { return print(option.key) + " = " + print(option.value); }
std::string print_with(const std::vector<Option>& options) {
  return options.empty() ? "" : "\nWITH " + print_options(options);
}

std::string print(const Column& column) {
  std::string out = print(column.name);
  out += match(
      column.kind,
      [](const PhysicalColumn& physical) { return " " + print(*physical.type) + print_inline(physical.constraint); },
      [](const ComputedColumn& computed) { return " AS " + print(*computed.expr); },
      [](const MetadataColumn& metadata) { return print_metadata(metadata); },
      [](const UntypedColumn&) { return std::string(); });
  if (column.comment) out += " COMMENT " + print(*column.comment);
  if (column.position) out += column.position->after ? " AFTER " + print(*column.position->after) : " FIRST";
  return out;
}

std::string print(const TableSchema& schema) {
  std::vector<std::string> lines;
  for (const Column& column : schema.columns) lines.push_back(print(column));
  for (const Constraint& constraint : schema.constraints) lines.push_back(print_constraint(constraint));
  if (schema.watermark) {
    lines.push_back(
        fmt::format("WATERMARK FOR {} AS {}", print(schema.watermark->column), print(*schema.watermark->expr)));
  }
  return print_lines(lines);
}

std::string print(const Distribution& distribution) {
  std::string into = distribution.buckets ? fmt::format("INTO {} BUCKETS", *distribution.buckets) : "";
  if (distribution.columns.empty()) return into;
  constexpr std::string_view kWords[] = {"", "HASH", "RANGE"};
  std::string columns = print(distribution.columns);
  return fmt::format("BY {}{}{}{}", kWords[static_cast<size_t>(distribution.kind)], columns, into.empty() ? "" : " ",
                     into);
}

std::string print(const PartitionSpec& partition) {
  return fmt::format("PARTITION ({})", joined(partition.values, ", ", [](const PartitionValue& value) {
                       return print(value.key) + (value.value ? " = " + print(*value.value) : "");
                     }));
}

std::string print(const CreateTable& create) {
  constexpr std::string_view kModes[] = {"CREATE ", "CREATE OR REPLACE ", "REPLACE "};
  std::string out(kModes[static_cast<size_t>(create.mode)]);
  out += create.temporary ? "TEMPORARY TABLE " : "TABLE ";
  out += print_exists(false, create.if_not_exists) + print(create.name);
  out += print_layout(create.schema, create.comment, create.distribution, create.partitioned_by);
  if (create.connection) out += "\nUSING CONNECTION " + print(*create.connection);
  out += print_with(create.options);
  if (create.like) out += print_like(*create.like);
  return out + print_query_clause(create.query);
}

std::string print(const CreateMaterializedTable& create) {
  std::string out = create.or_alter ? "CREATE OR ALTER MATERIALIZED TABLE " : "CREATE MATERIALIZED TABLE ";
  out += print_exists(false, create.if_not_exists) + print(create.name);
  out += print_layout(create.schema, create.comment, create.distribution, create.partitioned_by);
  out += print_with(create.options);
  if (create.start_mode) out += print_start_mode(*create.start_mode);
  if (create.freshness) out += "\nFRESHNESS = " + print(*create.freshness);
  if (create.refresh_mode) out += fmt::format("\nREFRESH_MODE = {}", print_mode(*create.refresh_mode));
  return out + print_query_clause(create.query);
}

std::string print(const CreateModel& create) {
  std::string out = create.temporary ? "CREATE TEMPORARY MODEL " : "CREATE MODEL ";
  out += print_exists(false, create.if_not_exists) + print(create.name);
  if (!create.input.empty()) out += " INPUT " + print_columns(create.input);
  if (!create.output.empty()) out += " OUTPUT " + print_columns(create.output);
  if (create.comment) out += "\nCOMMENT " + print(*create.comment);
  return out + print_with(create.options) + print_query_clause(create.query);
}

std::string print(const Alter& alter) {
  return fmt::format("ALTER {} {}{}{}", word_of(alter.object), print_exists(alter.if_exists, false), print(alter.name),
                     print_change(alter));
}

}  // namespace sluice::ast
