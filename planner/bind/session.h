#pragma once
// What all parts of the binder share while one script is bound. Internal to planner/bind.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/source_text.h"
#include "catalog/connectors/option_fields.h"
#include "catalog/objects/catalog.h"
#include "catalog/objects/settings.h"
#include "grammar/ast/statement.h"
#include "planner/plan/logical.h"

namespace sluice::planner {

// A column of an outer query while the inner one is bound: a call of kOuter, whose version is the position in the
// columns that the inner query reads of it, with the outer scope's number as its argument.
inline constexpr const char* kOuter = "$OUTER";

// A query inside of an expression: see subquery.h.
struct Subquery {
  enum class Kind : uint8_t { Scalar, Exists, In, Compared };
  Kind kind{};
  Plan plan;
  uint32_t scope = 0;      // Number of the scope around it.
  size_t values = 0;       // How many arguments of the call are values to compare; columns of the outer row follow.
  std::string comparison;  // Of Compared: value <comparison> SOME (query).
  SourceSpan span;
};
inline constexpr const char* kSubquery = "$SUBQUERY";

// Where an object of this script is created.
struct Definition {
  SourceSpan name;
  std::map<std::string, SourceSpan> columns;
  WithClause options = {};
};

// "Did you mean `x`?"; where no name is near, those that there are, of many the first ones.
inline std::string names_hint(const std::string& wrong, const std::vector<std::string>& known) {
  constexpr size_t kListedMax = 8;
  std::string hint = did_you_mean(wrong, known);
  if (!hint.empty() || known.empty()) return hint;
  std::string list;
  for (size_t i = 0; i < std::min(known.size(), kListedMax); ++i) list += (i > 0 ? ", " : "") + known[i];
  return fmt::format("There are: {}{}.", list, known.size() > kListedMax ? ", .." : "");
}

struct BindSession {
  const SourceText* source = nullptr;
  Diagnostics* diagnostics = nullptr;
  Catalog catalog;
  Settings settings;
  // Queries of the views that this script creates, so that spans in them stay those of the script.
  std::map<std::string, const ast::Query*> views;  // By id.
  // Where this script creates tables and views, for notes that point there.
  std::map<ObjectPath, Definition> definitions;
  // What was said about the options of a table: it is said once, however often the table is used.
  std::set<std::pair<ObjectPath, std::string>> told_of_options;
  // Tables of FROM that stand behind the place that is being bound, and cannot be named there.
  std::vector<ast::Identifier> tables_behind;
  std::vector<Subquery> subqueries;
  uint32_t scopes = 0;  // Numbers given to scopes so far.
  // Objects whose CREATE had errors: not finding them is not another mistake. One whose columns are known all the same
  // is in the catalog, so that what is wrong with its uses is told, too.
  std::set<ObjectPath> broken;
  // Functions (in lower case) and models that this script creates, which is refused: a use of one is told no more.
  std::set<std::string> refused_functions, refused_models;
  bool uses_broken = false;  // The statement that is being bound: it is checked, and does not go on.
  int view_depth = 0;
  // A limit of the statement that is being bound was reported: what is left of it is not looked at.
  bool is_too_large = false;
  // While a view's stored text is bound: the place in the script where the view is named, for all that comes from it.
  std::optional<SourceSpan> place;

  bool is_refused_function(const ast::Name& name) const {
    return !name.parts.empty() && refused_functions.contains(to_lower(name.parts.back().text));
  }
  bool is_refused_model(const ast::Name& name) const {
    return !name.parts.empty() && refused_models.contains(name.parts.back().text);
  }
  static std::string to_lower(std::string text) {
    for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return text;
  }

  template <class... Args>
  void error(ErrorCode code, SourceSpan span, fmt::format_string<Args...> format, Args&&... args) {
    diagnostics->report(fail(code, span, format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void not_supported(SourceSpan span, fmt::format_string<Args...> format, Args&&... args) {
    diagnostics->report(fail(ErrorCode::NotSupportedYet, span, "{} is not supported yet",
                             fmt::format(format, std::forward<Args>(args)...)));
  }
  void report(Failure failure, SourceSpan span) {
    if (!failure.error.span) failure.error.span = span;
    diagnostics->report(std::move(failure));
  }
  // The failure with a note at the place where the object, or its column, is defined by this script.
  Failure with_definition(Failure failure, const ObjectPath& path, const std::string& column, std::string text) const {
    auto found = definitions.find(path);
    if (found == definitions.end()) return failure;
    SourceSpan span = found->second.name;
    if (auto place = found->second.columns.find(column); place != found->second.columns.end()) span = place->second;
    return std::move(failure).note(span, std::move(text));
  }
  std::string text(SourceSpan span) const { return std::string(source->text(span)); }
};

}  // namespace sluice::planner
