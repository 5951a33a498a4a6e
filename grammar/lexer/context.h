#pragma once
// Tells words and parentheses apart by their neighbours, so that the parser never has to look further than one token:
//   (            LPAREN_QUERY in front of a query, however many more parentheses stand between
//   . *          DOT_STAR
//   name =>      ARGUMENT_NAME
//   COUNT (      FUNCTION_NAME, when the word is reserved
//   DAYS         K_DAY, but only as the unit of an interval; the TO after it is INTERVAL_TO
//   PERIOD (     K_ROW: two points in time are a row
//   MAP          MAP_CONSTRUCTOR in front of [ or a query
//   IGNORE       ARGUMENT_NULLS in f(a IGNORE NULLS), as RESPECT; behind a `)` it belongs to the call that ends there
//   ORDER        ARGUMENT_ORDER in f(TABLE t PARTITION BY a ORDER BY b)
//   ON           CONFLICT_ON in ON CONFLICT DO
//   WITH         TIME_ZONE_WITH in WITH [LOCAL] TIME ZONE
// Words such as IF, KEY, MODEL or FINAL, which mean something in one place only, are identifiers in all others.
#include <string_view>
#include <vector>

#include "grammar/lexer/token.h"

namespace sluice::grammar {

void resolve_context(std::vector<Token>& tokens, std::string_view source);

}  // namespace sluice::grammar
