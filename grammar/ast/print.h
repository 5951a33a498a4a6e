#pragma once
// AST -> SQL in Flink's normalised layout: keywords in upper case, names in back-ticks, one option per line, every
// operator in parentheses. print(parse(print(s))) is print(s).
#include <string>

#include "grammar/ast/statement.h"

namespace sluice::ast {

std::string print(const Statement& statement);
std::string print(const Query& query);
std::string print(const Expr& expr);
std::string print(const Type& type);
std::string print(const Name& name);  // `a`.`b`

}  // namespace sluice::ast
