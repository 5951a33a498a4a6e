#pragma once
// SQL text -> AST. Nothing here knows a catalog, a type's limits or a plan.
#include <memory>

#include "base/diagnostics.h"
#include "base/source_text.h"
#include "grammar/ast/statement.h"

namespace sluice::grammar {

// Every statement of the script that parses, in order; of each one that does not, its errors. After an error the parser
// goes on with the next clause, and behind the next `;`; statements whose broken clauses could be left out are there.
ast::Script parse(const SourceText& source, Diagnostics& diagnostics);

// The text must be one query, expression or type. Null after an error. Spans are offsets into `source`.
ast::QueryPtr parse_query(const SourceText& source, Diagnostics& diagnostics);
ast::ExprPtr parse_expression(const SourceText& source, Diagnostics& diagnostics);
ast::TypePtr parse_type(const SourceText& source, Diagnostics& diagnostics);

}  // namespace sluice::grammar
