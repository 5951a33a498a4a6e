#include "grammar/ast/printer.h"

namespace sluice::ast {
namespace {

std::string print_temporary(bool temporary, bool system) {
  return temporary ? (system ? "TEMPORARY SYSTEM " : "TEMPORARY ") : "";
}
std::string print_exists(bool if_exists, bool if_not_exists) {
  return if_exists ? "IF EXISTS " : if_not_exists ? "IF NOT EXISTS " : "";
}
std::string print_comment(const std::optional<Text>& comment) { return comment ? "\nCOMMENT " + print(*comment) : ""; }
std::string_view print_execute(bool execute) { return execute ? "EXECUTE " : ""; }

std::string print_set(const StatementSet& set) {
  std::string out = fmt::format("{}STATEMENT SET BEGIN\n", print_execute(set.execute));
  for (const Insert& insert : set.inserts) out += print(insert) + "\n;\n";
  return out + "END";
}

std::string print_update(const Update& update) {
  std::string out = "UPDATE " + print(update.table) + print(update.hints);
  if (update.alias) out += " AS " + print(*update.alias);
  out += " SET " + joined(update.assignments, "\n, ", [](const Assignment& assignment) {
           return print(assignment.column) + " = " + print(*assignment.value);
         });
  return out + (update.where ? "\nWHERE " + print(*update.where) : "");
}

std::string print_delete(const Delete& remove) {
  std::string out = "DELETE FROM " + print(remove.table) + print(remove.hints);
  if (remove.alias) out += " AS " + print(*remove.alias);
  return out + (remove.where ? "\nWHERE " + print(*remove.where) : "");
}

std::string print_explain(const Explain& explain) {
  constexpr std::string_view kWords[] = {"JSON_EXECUTION_PLAN", "CHANGELOG_MODE", "PLAN_ADVICE", "ESTIMATED_COST"};
  std::string details = joined(explain.details, ", ",
                               [&](ExplainDetail detail) { return std::string(kWords[static_cast<size_t>(detail)]); });
  return fmt::format("EXPLAIN {}{}{}", details, details.empty() ? "" : " ", print(*explain.statement));
}

std::string print_describe(const Describe& describe) {
  std::string out = "DESCRIBE ";
  if (describe.object != ObjectKind::Table) out += fmt::format("{} ", word_of(describe.object));
  if (describe.extended) out += "EXTENDED ";
  return out + (describe.job ? print(*describe.job) : print(*describe.name));
}

std::string print_like(const LikeFilter& like) {
  return fmt::format(" {}{} {}", like.negated ? "NOT " : "", like.ignore_case ? "ILIKE" : "LIKE", print(like.pattern));
}

std::string print_show(const Show& show) {
  std::string out = "SHOW ";
  if (show.user) out += "USER ";
  if (show.full) out += "FULL ";
  out += word_of(show.what);
  if (show.object) {
    out += fmt::format(" {}{} {}", show.or_alter ? "OR ALTER " : "", word_of(*show.object), print(*show.name));
  } else if (show.what == ShowKind::Partitions) {
    out += " " + print(*show.name);
  } else if (show.name) {
    out += (show.in ? " IN " : " FROM ") + print(*show.name);
  }
  if (show.partition) out += " " + print(*show.partition);
  return out + (show.like ? print_like(*show.like) : "");
}

std::string print_analyze(const Analyze& analyze) {
  std::string out = "ANALYZE TABLE " + print(analyze.table);
  if (analyze.partition) out += " " + print(*analyze.partition);
  out += " COMPUTE STATISTICS";
  if (analyze.all_columns) return out + " FOR ALL COLUMNS";
  if (analyze.columns.empty()) return out;
  return out + " FOR COLUMNS " + joined(analyze.columns, ", ", [](const Identifier& name) { return print(name); });
}

std::string print_compile(const CompilePlan& compile) {
  return fmt::format("COMPILE {}PLAN {} {}FOR {}", compile.execute ? "AND EXECUTE " : "", print(compile.path),
                     print_exists(false, compile.if_not_exists), print(*compile.statement));
}

std::string print_stop(const StopJob& stop) {
  return fmt::format("STOP JOB {}{}{}", print(stop.job), stop.with_savepoint ? " WITH SAVEPOINT" : "",
                     stop.with_drain ? " WITH DRAIN" : "");
}

std::string print_client(const ClientCommand& command) {
  constexpr std::string_view kWords[] = {"HELP", "CLEAR", "QUIT"};
  return std::string(kWords[static_cast<size_t>(command.kind)]);
}

std::string print_insert_target(const Insert& insert) {
  std::string out(print_execute(insert.execute));
  out += insert.upsert ? "UPSERT INTO " : insert.overwrite ? "INSERT OVERWRITE " : "INSERT INTO ";
  out += print(insert.table) + print(insert.hints);
  if (!insert.extended_columns.empty()) {
    out += fmt::format(" EXTEND ({})",
                       joined(insert.extended_columns, ", ", [](const Column& column) { return print(column); }));
  }
  return out;
}

}  // namespace

std::string print(const Insert& insert) {
  std::string out = print_insert_target(insert);
  if (insert.partition) out += " " + print(*insert.partition) + "\n";
  if (!insert.columns.empty()) {
    out += fmt::format("{}({})", insert.partition ? "" : " ",
                       joined(insert.columns, ", ", [](const Name& name) { return print(name); }));
  }
  out += "\n" + print(*insert.query);
  if (insert.on_conflict) {
    constexpr std::string_view kWords[] = {"ERROR", "NOTHING", "DEDUPLICATE"};
    out += fmt::format("\nON CONFLICT DO {}", kWords[static_cast<size_t>(*insert.on_conflict)]);
  }
  return out;
}

std::string print(const CreateView& create) {
  std::string out = create.or_replace ? "CREATE OR REPLACE " : "CREATE ";
  out += print_temporary(create.temporary, false) + "VIEW " + print_exists(false, create.if_not_exists);
  out += print(create.name);
  if (!create.columns.empty()) out += " " + print(create.columns);
  return out + print_comment(create.comment) + "\nAS\n" + print(*create.query);
}

std::string print(const CreateNamespace& create) {
  return fmt::format("CREATE {} {}{}{}{}", word_of(create.object), print_exists(false, create.if_not_exists),
                     print(create.name), print_comment(create.comment), print_with(create.options));
}

std::string print(const CreateConnection& create) {
  return fmt::format("CREATE {}CONNECTION {}{}{}{}", print_temporary(create.temporary, create.system),
                     print_exists(false, create.if_not_exists), print(create.name), print_comment(create.comment),
                     print_with(create.options));
}

std::string print(const DefineFunction& define) {
  constexpr std::string_view kLanguages[] = {"JAVA", "SCALA", "SQL", "PYTHON"};
  std::string out = define.alter ? "ALTER " : "CREATE ";
  out += print_temporary(define.temporary, define.system) + "FUNCTION ";
  out += print_exists(define.if_exists, define.if_not_exists);
  out += print(define.name) + " AS " + print(define.class_name);
  if (define.language) out += fmt::format(" LANGUAGE {}", kLanguages[static_cast<size_t>(*define.language)]);
  if (!define.resources.empty()) {
    out += " USING " + joined(define.resources, ", ", [](const Resource& resource) {
             return (resource.kind == ResourceKind::Jar ? "JAR " : "ARTIFACT ") + print(resource.uri);
           });
  }
  return out + print_with(define.options);
}

std::string print(const Drop& drop) {
  std::string_view behavior = drop.object != ObjectKind::Database ? "" : drop.cascade ? " CASCADE" : " RESTRICT";
  return fmt::format("DROP {}{} {}{}{}", print_temporary(drop.temporary, drop.system), word_of(drop.object),
                     print_exists(drop.if_exists, false), print(drop.name), behavior);
}

std::string print(const Statement& statement) {
  auto list = [](const std::vector<Identifier>& names) {
    return joined(names, ", ", [](const Identifier& name) { return print(name); });
  };
  return match(
      statement.kind,
      [](const SelectStatement& select) {
        return fmt::format("{}{}", print_execute(select.execute), print(*select.query));
      },
      [](const Insert& insert) { return print(insert); }, [](const StatementSet& set) { return print_set(set); },
      [](const BeginStatementSet&) { return std::string("BEGIN STATEMENT SET"); },
      [](const EndStatementSet&) { return std::string("END"); },
      [](const Update& update) { return print_update(update); },
      [](const Delete& remove) { return print_delete(remove); },
      [](const Truncate& truncate) { return "TRUNCATE TABLE " + print(truncate.table); },
      [](const CallProcedure& call) { return "CALL " + print(*call.call); },
      [](const CreateTable& create) { return print(create); }, [](const CreateView& create) { return print(create); },
      [](const CreateMaterializedTable& create) { return print(create); },
      [](const CreateNamespace& create) { return print(create); },
      [](const DefineFunction& define) { return print(define); },
      [](const CreateModel& create) { return print(create); },
      [](const CreateConnection& create) { return print(create); }, [](const Alter& alter) { return print(alter); },
      [](const Drop& drop) { return print(drop); }, [](const Explain& explain) { return print_explain(explain); },
      [](const Describe& describe) { return print_describe(describe); },
      [](const Show& show) { return print_show(show); },
      [](const UseCatalog& use) { return "USE CATALOG " + print(use.name); },
      [](const UseDatabase& use) { return "USE " + print(use.name); },
      [&](const UseModules& use) { return "USE MODULES " + list(use.names); },
      [](const LoadModule& load) { return "LOAD MODULE " + print(load.name) + print_with(load.options); },
      [](const UnloadModule& unload) { return "UNLOAD MODULE " + print(unload.name); },
      [](const Set& set) { return set.option ? "SET " + print(*set.option) : std::string("SET"); },
      [](const Reset& reset) { return reset.key ? "RESET " + print(*reset.key) : std::string("RESET"); },
      [](const ChangeJar& jar) { return (jar.remove ? "REMOVE JAR " : "ADD JAR ") + print(jar.path); },
      [](const StopJob& stop) { return print_stop(stop); },
      [](const Analyze& analyze) { return print_analyze(analyze); },
      [](const CompilePlan& compile) { return print_compile(compile); },
      [](const ExecutePlan& execute) { return "EXECUTE PLAN " + print(execute.path); },
      [](const ClientCommand& command) { return print_client(command); });
}

}  // namespace sluice::ast
