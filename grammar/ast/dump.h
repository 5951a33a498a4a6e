#pragma once
// The AST as an indented outline, for `sluice explain --ast`: every node with its kind and its members, members that
// are empty, null, false or default left out.
#include <string>

#include "grammar/ast/statement.h"

namespace sluice::ast {

std::string dump(const Script& script);
std::string dump(const Statement& statement);
std::string dump(const Query& query);
std::string dump(const Expr& expr);
std::string dump(const Type& type);

}  // namespace sluice::ast
