// One operand: a primary, and what follows it. Names, fields, calls and subscripts look alike to the parser; they are
// told apart here, from left to right.
#include <algorithm>

#include "grammar/build/build.h"
#include "grammar/lexer/words.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;

bool is_table_query(const ast::Query& query) {
  return std::holds_alternative<ast::ExplicitTable>(query.body) && query.with.empty() && query.order_by.empty() &&
         !query.offset && !query.limit;
}

// (TABLE t) as an argument is the table, not a subquery with one value.
ast::ExprPtr query_argument(ast::QueryPtr query, SourceSpan span, bool of_table_function) {
  ast::TableArgument table;
  if (is_table_query(*query)) {
    table.table = std::move(std::get<ast::ExplicitTable>(query->body).name);
    return make(span, std::move(table));
  }
  if (!of_table_function) return make(span, ast::ScalarSubquery{std::move(query)});
  table.query = std::move(query);
  return make(span, std::move(table));
}

ast::ExprPtr as_argument(ast::ExprPtr expr, bool of_table_function) {
  auto* subquery = std::get_if<ast::ScalarSubquery>(&expr->kind);
  if (!subquery) return expr;
  return query_argument(std::move(subquery->query), expr->span, of_table_function);
}

// The columns of PARTITION BY (a, b), or the one of PARTITION BY a.
std::vector<ast::ExprPtr> partition_columns(ast::ExprPtr expr) {
  auto* row = std::get_if<ast::Call>(&expr->kind);
  if (row && row->form == ast::CallForm::Row) return std::move(row->args);
  return list_of(std::move(expr));
}

ast::ExprPtr build_table_argument(P::TableArgumentContext* context, Build& build) {
  ast::TableArgument out;
  if (context->name()) {
    out.table = build_name(context->name(), build);
  } else {
    out.query = build_query(context->query(), build);
  }
  return make(span_of(context), std::move(out));
}

ast::ExprPtr build_argument(P::ArgumentContext* context, bool of_table_function, Build& build) {
  SourceSpan span = span_of(context);
  ast::ExprPtr value;
  if (context->expression()) {
    value = as_argument(build_expression(context->expression(), build), of_table_function);
  } else if (auto* star = context->STAR()) {
    value = make(span_of(star), ast::Star{});
  } else if (auto* word = context->K_DEFAULT()) {
    value = make(span_of(word), ast::DefaultArgument{});
  } else if (context->tableArgument()) {
    value = build_table_argument(context->tableArgument(), build);
  } else {
    value = make(span, ast::ModelArgument{build_name(context->name(), build)});
  }
  auto* table = std::get_if<ast::TableArgument>(&value->kind);
  if (auto* partition = context->argumentPartition()) {
    if (!table) build.not_expected(span_of(partition->getStart()), "Only a table argument is partitioned.");
    auto columns = partition_columns(build_expression(partition->expression(), build));
    if (table) table->partition_by = std::move(columns);
  }
  if (auto* order = context->argumentOrder()) {
    for (auto* item : order->orderItem()) {
      if (table) table->order_by.push_back(build_order_item(item, build));
    }
  }
  if (table) value->span.end = span.end;
  if (!context->ARGUMENT_NAME()) return value;
  return make(span, ast::NamedArgument{identifier_of(context->ARGUMENT_NAME(), build), std::move(value)});
}

bool takes_order(std::string_view function) {
  constexpr std::string_view kOrdered[] = {"ARRAY_AGG", "ARRAY_CONCAT_AGG", "GROUP_CONCAT", "STRING_AGG"};
  return std::ranges::find(kOrdered, function) != std::end(kOrdered);
}

void fill_arguments(ast::Call& call, P::ArgumentsContext* context, bool of_table_function, Build& build) {
  if (!context) return;
  if (context->K_DISTINCT()) call.quantifier = ast::SetQuantifier::Distinct;
  if (context->K_ALL()) call.quantifier = ast::SetQuantifier::All;
  if (context->argument(0)->STAR() && context->COMMA(0)) build.not_expected(span_of(context->COMMA(0)));
  for (auto* argument : context->argument()) {
    call.args.push_back(build_argument(argument, of_table_function, build));
    bool is_wrong_star = argument != context->argument(0) || call.quantifier != ast::SetQuantifier::None;
    if (argument->STAR() && is_wrong_star) build.not_expected(span_of(argument->STAR()));
  }
  if (auto* nulls = context->ARGUMENT_NULLS()) {
    bool ignore = to_upper(build.text(span_of(nulls))) == "IGNORE";
    call.nulls = ignore ? ast::NullTreatment::Ignore : ast::NullTreatment::Respect;
    bool takes_nulls = takes_order(to_upper(call.function.parts.back().text));
    if (!takes_nulls) build.not_expected(span_of(nulls), "It belongs behind the call.");
  }
  call.order_by = build_order_by(context->orderBy(), build);
  if (context->orderBy() && !takes_order(to_upper(call.function.parts.back().text))) {
    build.not_expected(span_of(context->orderBy()->getStart()), "This function has no order of its rows.");
  }
}

void set_lookup(ast::Call& call) {
  if (call.function.parts.size() == 1) call.lookup = to_upper(call.function.parts[0].text);
}

// What has been read of an operand. A name stays a name until something other than a dot follows it.
class Operand {
 public:
  explicit Operand(Build& build) : build_(build) {}

  ast::ExprPtr run(P::PrimaryContext* primary, const std::vector<P::PostfixContext*>& postfixes) {
    begin(primary);
    for (auto* postfix : postfixes) follow(postfix);
    end_name();
    return std::move(expr_);
  }

 private:
  void begin(P::PrimaryContext* primary) {
    if (auto* identifier = primary->identifier()) {
      return begin_name(build_identifier(identifier, build_));
    }
    switch (first_kind(primary)) {
      case FUNCTION_NAME:
        return begin_name(identifier_of(primary->FUNCTION_NAME(), build_));
      case NILADIC_FUNCTION:
        return niladic(primary->NILADIC_FUNCTION());
      case K_USER:
        return niladic(primary->K_USER());
      default:
        expr_ = build_primary(primary);
    }
  }
  void begin_name(ast::Identifier identifier) {
    SourceSpan span = identifier.span;
    name_ = ast::Name{{std::move(identifier)}, span};
  }
  // Of these words Flink has functions for the times only: the others are names of columns.
  void niladic(antlr4::tree::TerminalNode* word) {
    ast::Call call{.function = {{identifier_of(word, build_)}, span_of(word)}, .form = ast::CallForm::Niladic};
    set_lookup(call);
    if (is_time_function(call.lookup)) {
      expr_ = make(span_of(word), std::move(call));
    } else {
      expr_ = make(span_of(word), ast::ColumnRef{std::move(call.function)});
    }
  }

  void end_name() {
    if (!name_) return;
    SourceSpan span = name_->span;
    expr_ = make(span, ast::ColumnRef{std::move(*name_)});
    name_.reset();
  }

  void follow(P::PostfixContext* postfix) {
    SourceSpan span = span_of(postfix);
    switch (first_kind(postfix)) {
      case DOT:
        return dot(build_identifier(postfix->identifier(), build_));
      case DOT_STAR:
        return star(span);
      case LPAREN:
      case LPAREN_QUERY:
        return call(postfix);
      case LBRACKET: {
        end_name();
        ast::ExprPtr index = build_expression(postfix->expression(), build_);
        SourceSpan whole = join(expr_->span, span);
        expr_ = operator_call(whole, "ITEM", ast::CallForm::Item, list_of(std::move(expr_), std::move(index)));
        return;
      }
      default:
        if (postfix->differenceUnit()) return difference(postfix->differenceUnit());
        return suffix(postfix->callSuffix());
    }
  }

  void dot(ast::Identifier field) {
    if (name_) {
      name_->span.end = field.span.end;
      name_->parts.push_back(std::move(field));
      return;
    }
    SourceSpan span = join(expr_->span, field.span);
    expr_ = make(span, ast::FieldAccess{std::move(expr_), std::move(field)});
  }

  void star(SourceSpan span) {
    if (!name_) return build_.not_expected(span);
    SourceSpan whole = join(name_->span, span);
    expr_ = make(whole, ast::Star{std::move(name_)});
    name_.reset();
  }

  void call(P::PostfixContext* postfix) {
    SourceSpan span = span_of(postfix);
    ast::Call* niladic = expr_ ? std::get_if<ast::Call>(&expr_->kind) : nullptr;
    bool callable = name_ || (niladic && niladic->form == ast::CallForm::Niladic);
    if (!callable) return build_.not_expected({span.begin, span.begin + 1});
    ast::Call out{.function = name_ ? std::move(*name_) : std::move(niladic->function)};
    name_.reset();
    set_lookup(out);
    if (postfix->query()) {
      out.args.push_back(query_argument(build_query(postfix->query(), build_), span_of(postfix->query()), false));
    } else {
      fill_arguments(out, postfix->arguments(), false, build_);
    }
    SourceSpan whole = join(out.function.span, span);
    expr_ = make(whole, std::move(out));
  }

  // (a - b) DAY TO SECOND: the difference of two times as an interval of that range.
  void difference(P::DifferenceUnitContext* context) {
    SourceSpan span = span_of(context);
    ast::Call* minus = expr_ && !name_ ? std::get_if<ast::Call>(&expr_->kind) : nullptr;
    if (!minus || minus->lookup != "-" || minus->form != ast::CallForm::Infix) {
      return build_.not_expected(span_of(context->getStart()), "A unit follows a difference: (a - b) DAY.");
    }
    ast::IntervalRange range{.first = build_unit(context->intervalUnit(0)), .span = span};
    if (auto* last = context->intervalUnit(1)) range.last = build_unit(last);
    std::vector<ast::ExprPtr> args = std::move(minus->args);
    args.push_back(make(span, ast::IntervalLiteral{.range = range}));
    SourceSpan whole = join(expr_->span, span);
    expr_ = operator_call(whole, "MINUS_DATE", ast::CallForm::Function, std::move(args));
  }

  void suffix(P::CallSuffixContext* context) {
    SourceSpan span = span_of(context);
    SourceSpan word = span_of(context->getStart());
    ast::Call* call = expr_ && !name_ ? std::get_if<ast::Call>(&expr_->kind) : nullptr;
    bool is_function = call && (call->form == ast::CallForm::Function || call->form == ast::CallForm::Niladic);
    if (!is_function) return build_.not_expected(word, "It belongs behind a function call.");
    expr_->span.end = span.end;
    if (context->K_WITHIN()) {
      call->within_group = build_order_by(context->orderBy(), build_);
    } else if (context->nullTreatment()) {
      bool ignore = context->nullTreatment()->K_IGNORE() != nullptr;
      call->nulls = ignore ? ast::NullTreatment::Ignore : ast::NullTreatment::Respect;
    } else if (context->K_FILTER()) {
      call->filter = build_expression(context->expression(), build_);
    } else if (context->windowSpec()) {
      call->over = std::make_unique<ast::Over>(build_window(context->windowSpec(), build_));
    } else {
      call->over = std::make_unique<ast::Over>(build_identifier(context->identifier(), build_));
    }
  }

  ast::ExprPtr build_primary(P::PrimaryContext* primary) {
    SourceSpan span = span_of(primary);
    switch (first_kind(primary)) {
      case QUESTION:
        return make(span, ast::Parameter{build_.parameters++});
      case LPAREN:
        return parenthesis(primary);
      case LBRACE:
        return escape(primary);
      case LPAREN_QUERY:
        return make(span, ast::ScalarSubquery{build_query(primary->query(), build_)});
      case K_CASE:
        return build_case(primary);
      case K_CAST:
      case K_TRY_CAST:
        return build_cast(primary);
      case K_EXISTS:
        return make(span, ast::Exists{build_query(primary->query(), build_)});
      case K_ARRAY:
        return collection(primary, ast::CollectionKind::Array, "ARRAY");
      case K_MULTISET:
        return collection(primary, ast::CollectionKind::Multiset, "MULTISET");
      case MAP_CONSTRUCTOR:
        return collection(primary, ast::CollectionKind::Map, "MAP");
      case K_ROW:
        return operator_call(span, "ROW", ast::CallForm::Row, build_list(primary->expressionList(), build_));
      default:
        break;
    }
    if (primary->jsonCall()) return build_json_call(primary->jsonCall(), build_);
    return build_special_call(primary->specialCall(), build_);
  }

  // (a) is a; (a, b) is a row; () is the empty grouping, which only GROUP BY takes.
  ast::ExprPtr parenthesis(P::PrimaryContext* primary) {
    SourceSpan span = span_of(primary);
    if (primary->K_MODEL()) return make(span, ast::ModelArgument{build_name(primary->name(), build_)});
    std::vector<ast::ExprPtr> parts = build_list(primary->expressionList(), build_);
    if (parts.size() == 1) {
      parts[0]->span = span;
      return std::move(parts[0]);
    }
    if (parts.empty()) build_.not_expected(span_of(primary->RPAREN()));
    return operator_call(span, "ROW", ast::CallForm::Row, std::move(parts));
  }

  // JDBC's {d '..'}, {t '..'}, {ts '..'} and {fn f(..)}.
  ast::ExprPtr escape(P::PrimaryContext* primary) {
    SourceSpan word = span_of(primary->IDENTIFIER());
    std::string kind = to_upper(build_.text(word));
    ast::ExprPtr inner = build_folded_operand(primary->operand(), build_);
    inner->span = span_of(primary);
    if (kind == "FN" && std::holds_alternative<ast::Call>(inner->kind)) return inner;
    auto* text = std::get_if<ast::StringLiteral>(&inner->kind);
    std::optional<ast::TypeName> type;
    if (kind == "D") type = ast::TypeName::Date;
    if (kind == "T") type = ast::TypeName::Time;
    if (kind == "TS") type = ast::TypeName::Timestamp;
    if (text && type) {
      std::string value = std::move(text->value);
      inner->kind = ast::TemporalLiteral{*type, std::move(value)};
    } else {
      build_.not_expected(word, "Between braces stand {d '..'}, {t '..'}, {ts '..'} or {fn f(..)}.");
    }
    return inner;
  }

  ast::ExprPtr build_case(P::PrimaryContext* primary) {
    ast::Case out;
    bool has_operand = child_kind(primary, 1) == End && dynamic_cast<P::ExpressionContext*>(primary->children[1]);
    if (has_operand) out.operand = build_expression(primary->expression(0), build_);
    for (auto* when : primary->whenClause()) {
      auto conditions = build_list(when->expressionList(), build_);
      if (!has_operand && conditions.size() > 1) build_.not_expected(span_of(when->expressionList()->COMMA(0)));
      out.whens.push_back({std::move(conditions), build_expression(when->expression(), build_)});
    }
    if (primary->K_ELSE()) out.otherwise = build_expression(primary->expression().back(), build_);
    return make(span_of(primary), std::move(out));
  }

  ast::ExprPtr build_cast(P::PrimaryContext* primary) {
    ast::Cast out{.operand = build_expression(primary->expression(0), build_),
                  .type = build_type(primary->type(), build_),
                  .is_try = primary->K_TRY_CAST() != nullptr};
    if (out.type->nullable) {
      build_.not_expected(span_of(primary->type()->typeSuffix().back()), "A cast keeps whether its operand is NULL.");
    }
    return make(span_of(primary), std::move(out));
  }

  ast::ExprPtr collection(P::PrimaryContext* primary, ast::CollectionKind kind, std::string_view word) {
    SourceSpan span = span_of(primary);
    if (primary->query()) return make(span, ast::CollectionQuery{kind, build_query(primary->query(), build_)});
    return operator_call(span, word, ast::CallForm::Constructor, build_list(primary->expressionList(), build_));
  }

  Build& build_;
  std::optional<ast::Name> name_;
  ast::ExprPtr expr_;
};

}  // namespace

ast::ExprPtr build_operand(P::OperandContext* context, Build& build) {
  if (context->literal()) {
    ast::Expr literal = build_literal(context->literal(), build);
    return std::make_unique<ast::Expr>(std::move(literal));
  }
  return Operand(build).run(context->primary(), context->postfix());
}

ast::ExprPtr build_table_call(P::NameContext* name, P::ArgumentsContext* arguments, SourceSpan span, Build& build) {
  ast::Call call{.function = build_name(name, build)};
  set_lookup(call);
  fill_arguments(call, arguments, true, build);
  return make(span, std::move(call));
}

}  // namespace sluice::grammar
