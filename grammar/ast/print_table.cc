// FROM and MATCH_RECOGNIZE.
#include "grammar/ast/printer.h"

namespace sluice::ast {
namespace {

std::string print_pattern(const Pattern& pattern);

std::string print_patterns(const std::vector<PatternPtr>& parts, std::string_view separator) {
  return joined(parts, separator, [](const PatternPtr& part) { return print_pattern(*part); });
}

std::string print_repetition(const PatternRepetition& repetition) {
  std::string out = print_pattern(*repetition.part);
  bool open = !repetition.max;
  if (open && repetition.min == 0) {
    out += "*";
  } else if (open && repetition.min == 1) {
    out += "+";
  } else if (open) {
    out += fmt::format("{{{},}}", repetition.min);
  } else if (repetition.min == 0 && *repetition.max == 1) {
    out += "?";
  } else {
    out += fmt::format("{{{},{}}}", repetition.min, *repetition.max);
  }
  return out + (repetition.reluctant ? "?" : "");
}

std::string print_pattern(const Pattern& pattern) {
  return match(
      pattern.kind, [](const PatternVariable& variable) { return print(variable.name); },
      [](const PatternSequence& sequence) { return fmt::format("({})", print_patterns(sequence.parts, " ")); },
      [](const PatternAlternatives& any) { return fmt::format("({})", print_patterns(any.parts, " | ")); },
      [](const PatternPermutation& all) { return fmt::format("PERMUTE ({})", print_patterns(all.parts, ", ")); },
      [](const PatternExclusion& exclusion) { return fmt::format("{{- {} -}}", print_pattern(*exclusion.part)); },
      [](const PatternRepetition& repetition) { return print_repetition(repetition); });
}

std::string print_skip(const MatchRecognize& match) {
  switch (match.after) {
    case AfterMatch::Default:
      return {};
    case AfterMatch::NextRow:
      return "\nAFTER MATCH SKIP TO NEXT ROW";
    case AfterMatch::PastLastRow:
      return "\nAFTER MATCH SKIP PAST LAST ROW";
    case AfterMatch::ToFirst:
      return "\nAFTER MATCH SKIP TO FIRST " + print(*match.after_variable);
    case AfterMatch::ToLast:
      return "\nAFTER MATCH SKIP TO LAST " + print(*match.after_variable);
  }
  return {};
}

// The outermost sequence stands in PATTERN's own parentheses.
std::string print_whole_pattern(const MatchRecognize& match) {
  auto* sequence = std::get_if<PatternSequence>(&match.pattern->kind);
  std::string inner = sequence ? print_patterns(sequence->parts, " ") : print_pattern(*match.pattern);
  return fmt::format("\nPATTERN ({}{}{})", match.strict_start ? "^ " : "", inner, match.strict_end ? " $" : "");
}

std::string print_match(const MatchRecognize& match) {
  std::string out = print(*match.input) + " MATCH_RECOGNIZE(";
  if (!match.partition_by.empty()) out += "\nPARTITION BY " + print(match.partition_by);
  if (!match.order_by.empty()) out += "\nORDER BY " + print(match.order_by);
  if (!match.measures.empty()) {
    out += "\nMEASURES " + joined(match.measures, ", ", [](const Definition& measure) {
             return print(*measure.expr) + " AS " + print(measure.name);
           });
  }
  if (match.rows_per_match == RowsPerMatch::One) out += "\nONE ROW PER MATCH";
  if (match.rows_per_match == RowsPerMatch::All) out += "\nALL ROWS PER MATCH";
  out += print_skip(match) + print_whole_pattern(match);
  if (match.within) out += " WITHIN " + print(*match.within);
  if (!match.subsets.empty()) {
    out += "\nSUBSET " + joined(match.subsets, ", ", [](const PatternSubset& subset) {
             return print(subset.name) + " = " + print(subset.variables);
           });
  }
  out += "\nDEFINE " + joined(match.defines, ", ", [](const Definition& definition) {
           return print(definition.name) + " AS " + print(*definition.expr);
         });
  return out + ")";
}

std::string print_join(const Join& join) {
  bool nested = std::holds_alternative<Join>(join.right->kind);
  std::string right = nested ? fmt::format("({})", print(*join.right)) : print(*join.right);
  if (join.kind == JoinKind::Comma) return fmt::format("{},\n{}", print(*join.left), right);
  std::string out = print(*join.left);
  constexpr std::string_view kWords[] = {"INNER", "LEFT", "RIGHT", "FULL", "CROSS"};
  out += fmt::format("\n{}{} JOIN {}", join.natural ? "NATURAL " : "", kWords[static_cast<size_t>(join.kind)], right);
  if (join.on) out += " ON " + print(*join.on);
  if (!join.using_columns.empty()) out += " USING " + print(join.using_columns);
  return out;
}

std::string print_sample(const TableSample& sample) {
  std::string_view method = sample.method == SampleMethod::Bernoulli ? "BERNOULLI" : "SYSTEM";
  std::string seed = sample.seed ? fmt::format(" REPEATABLE({})", *sample.seed) : "";
  return fmt::format(" TABLESAMPLE {}({}){}", method, sample.percentage, seed);
}

}  // namespace

std::string print(const TableRef& table) {
  std::string out = match(
      table.kind, [](const NamedTable& named) { return print(named.name) + print(named.hints); },
      [](const DerivedTable& derived) {
        return fmt::format("{}({})", derived.lateral ? "LATERAL " : "", print(*derived.query));
      },
      [](const TableFunction& function) {
        return fmt::format("{}TABLE({})", function.lateral ? "LATERAL " : "", print(*function.call));
      },
      [](const Unnest& unnest) {
        auto* query = unnest.args.size() == 1 ? std::get_if<ScalarSubquery>(&unnest.args[0]->kind) : nullptr;
        std::string args = query ? print(*query->query) : print(unnest.args);
        return fmt::format("UNNEST({}){}", args, unnest.with_ordinality ? " WITH ORDINALITY" : "");
      },
      [](const Join& join) { return print_join(join); },
      [](const MatchRecognize& match) { return print_match(match); });
  if (table.system_time) out += " FOR SYSTEM_TIME AS OF " + print(*table.system_time);
  if (table.alias) {
    out += " AS " + print(table.alias->name);
    if (!table.alias->columns.empty()) out += " " + print(table.alias->columns);
  }
  if (table.sample) out += print_sample(*table.sample);
  return out;
}

}  // namespace sluice::ast
