// An expression arrives as a flat list: operand, then tails of an operator and its operand. Here it is folded by
// precedence, which is Calcite's: twice its numbers, so that a left-associative operator binds one tighter to its
// right.
#include <algorithm>
#include <array>

#include "grammar/build/build.h"
#include "grammar/build/expected_words.h"
#include "grammar/lexer/words.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;

constexpr int kOr = 44, kAnd = 48, kNot = 52, kIs = 56, kComparison = 60, kBetween = 64, kAdditive = 80,
              kMultiplicative = 120, kUnary = 160, kMultisetUnion = 28, kMultisetIntersect = 36, kEscape = 0;

// How tightly a tail binds to what stands on its left.
int binding_of(P::TailContext* tail) {
  switch (first_kind(tail)) {
    case K_OR:
      return kOr;
    case K_AND:
      return kAnd;
    case K_IS:
      return tail->isTest()->K_DISTINCT() ? kAdditive : kIs;
    case K_FORMAT:
      return kIs;
    case K_NOT:
    case K_BETWEEN:
    case K_LIKE:
    case K_ILIKE:
    case K_RLIKE:
    case K_SIMILAR:
    case K_IN:
      return kBetween;
    case PLUS:
    case MINUS:
      return kAdditive;
    case STAR:
    case SLASH:
    case PERCENT:
    case CONCAT:
      return kMultiplicative;
    case K_MULTISET:
      return tail->K_INTERSECT() ? kMultisetIntersect : kMultisetUnion;
    case K_ESCAPE:
      return kEscape;
    default:
      return kComparison;
  }
}

// What the parser took a token for: of a misspelt keyword, behind which it went on, the one that was meant.
std::string word_of(TokenKind kind, SourceSpan span, Build& build) {
  std::string_view keyword = keyword_of(kind);
  return keyword.empty() ? to_upper(build.text(span)) : std::string(keyword);
}

std::string symbol_of(P::TailContext* tail, Build& build) {
  return word_of(first_kind(tail), span_of(tail->getStart()), build);
}

bool is_call(const ast::Expr& expr, std::string_view lookup) {
  auto* call = std::get_if<ast::Call>(&expr.kind);
  return call && call->form == ast::CallForm::Infix && call->lookup == lookup;
}

class Fold {
 public:
  Fold(std::vector<P::TailContext*> tails, Build& build) : tails_(std::move(tails)), build_(build) {}

  ast::ExprPtr run(P::OperandContext* first) {
    ast::ExprPtr out = operand(first, 0, 1);
    if (at_ < tails_.size()) build_.not_expected(span_of(tails_[at_]->getStart()));  // An ESCAPE without a LIKE.
    return out;
  }

 private:
  // The operand with its prefixes from `prefix` on, and all tails that bind to it at least as tightly as `min`.
  ast::ExprPtr operand(P::OperandContext* context, size_t prefix, int min) {
    auto prefixes = context->prefix();
    ast::ExprPtr left;
    if (prefix < prefixes.size()) {
      SourceSpan span = span_of(prefixes[prefix]);
      std::string name = to_upper(build_.text(span));
      ast::ExprPtr inner = operand(context, prefix + 1, name == "NOT" ? kNot : kUnary);
      SourceSpan whole = join(span, inner->span);
      left = operator_call(whole, name, ast::CallForm::Prefix, list_of(std::move(inner)));
    } else {
      left = build_operand(context, build_);
    }
    while (at_ < tails_.size() && binding_of(tails_[at_]) >= min) left = apply(std::move(left), tails_[at_++]);
    return left;
  }
  ast::ExprPtr right_side(P::TailContext* tail, int binding) { return operand(tail->operand(), 0, binding + 1); }

  ast::ExprPtr infix(std::string_view lookup, ast::ExprPtr left, ast::ExprPtr right) {
    SourceSpan span = join(left->span, right->span);
    return operator_call(span, lookup, ast::CallForm::Infix, list_of(std::move(left), std::move(right)));
  }
  ast::ExprPtr postfix(std::string_view lookup, ast::ExprPtr left, P::TailContext* tail) {
    SourceSpan span = join(left->span, span_of(tail));
    return operator_call(span, lookup, ast::CallForm::Postfix, list_of(std::move(left)));
  }

  ast::ExprPtr apply(ast::ExprPtr left, P::TailContext* tail) {
    switch (first_kind(tail)) {
      case K_OR:
      case K_AND:
        return chain(std::move(left), tail);
      case K_IS:
        return is_test(std::move(left), tail);
      case K_NOT:
      case K_BETWEEN:
      case K_LIKE:
      case K_ILIKE:
      case K_RLIKE:
      case K_SIMILAR:
      case K_IN:
        return negatable(std::move(left), tail);
      case K_FORMAT:
        return postfix("FORMAT JSON", std::move(left), tail);
      case EQ:
      case NE:
      case LT:
      case GT:
      case LE:
      case GE:
        if (tail->quantified()) return quantified(std::move(left), tail);
        break;
      default:
        break;
    }
    int binding = binding_of(tail);
    std::string name = words_of(tail);
    return infix(name, std::move(left), right_side(tail, binding));
  }

  // The operator's words: everything before the operand.
  std::string words_of(antlr4::ParserRuleContext* context) {
    std::string out;
    for (auto* child : context->children) {
      auto* node = dynamic_cast<antlr4::tree::TerminalNode*>(child);
      if (!node) break;
      if (kind_of(node) == K_DISTINCT) continue;  // MULTISET UNION DISTINCT is the default.
      out += (out.empty() ? "" : " ") + word_of(kind_of(node), span_of(node), build_);
    }
    return out;
  }

  // a AND b AND c is one call.
  ast::ExprPtr chain(ast::ExprPtr left, P::TailContext* tail) {
    std::string name = symbol_of(tail, build_);
    ast::ExprPtr right = right_side(tail, binding_of(tail));
    if (!is_call(*left, name)) return infix(name, std::move(left), std::move(right));
    left->span.end = right->span.end;
    std::get<ast::Call>(left->kind).args.push_back(std::move(right));
    return left;
  }

  ast::ExprPtr is_test(ast::ExprPtr left, P::TailContext* tail) {
    P::IsTestContext* test = tail->isTest();
    std::string name = tail->K_NOT() ? "IS NOT " : "IS ";
    if (test->K_DISTINCT()) {
      ast::ExprPtr right = operand(test->operand(), 0, kAdditive + 1);
      return infix(name + "DISTINCT FROM", std::move(left), std::move(right));
    }
    return postfix(name + words_of(test), std::move(left), tail);
  }

  ast::ExprPtr negatable(ast::ExprPtr left, P::TailContext* tail) {
    std::string name = tail->K_NOT() ? "NOT " : "";
    if (tail->K_BETWEEN()) return between(std::move(left), tail, name + "BETWEEN");
    if (tail->K_IN()) return in(std::move(left), tail);
    name += tail->K_SIMILAR() ? "SIMILAR TO" : like_word(tail);
    ast::ExprPtr out = infix(name, std::move(left), right_side(tail, kBetween));
    if (at_ < tails_.size() && tails_[at_]->K_ESCAPE()) {
      ast::ExprPtr escape = right_side(tails_[at_++], kBetween);
      out->span.end = escape->span.end;
      std::get<ast::Call>(out->kind).args.push_back(std::move(escape));
    }
    return out;
  }

  static const char* like_word(P::TailContext* tail) {
    if (tail->K_LIKE()) return "LIKE";
    return tail->K_ILIKE() ? "ILIKE" : "RLIKE";
  }

  // The lower bound goes up to the AND that stands in the list behind it.
  ast::ExprPtr between(ast::ExprPtr left, P::TailContext* tail, std::string name) {
    if (tail->K_SYMMETRIC()) name += " SYMMETRIC";
    SourceSpan word = span_of(tail->K_BETWEEN());
    ast::ExprPtr low = right_side(tail, kAnd);
    ast::ExprPtr high;
    if (at_ < tails_.size() && tails_[at_]->K_AND()) {
      high = right_side(tails_[at_++], kBetween);
    } else {
      build_.reject(word, "BETWEEN has no AND", "Write BETWEEN low AND high.");
      high = make(low->span, ast::NullLiteral{});
    }
    SourceSpan span = join(left->span, high->span);
    return operator_call(span, name, ast::CallForm::Infix, list_of(std::move(left), std::move(low), std::move(high)));
  }

  void fill(P::InListContext* list, std::vector<ast::ExprPtr>& values, ast::QueryPtr& query) {
    if (list->query()) {
      query = build_query(list->query(), build_);
    } else {
      values = build_list(list->expressionList(), build_);
    }
  }
  ast::ExprPtr in(ast::ExprPtr left, P::TailContext* tail) {
    SourceSpan span = join(left->span, span_of(tail));
    ast::In out{.value = std::move(left), .negated = tail->K_NOT() != nullptr};
    fill(tail->inList(), out.list, out.query);
    return make(span, std::move(out));
  }
  ast::ExprPtr quantified(ast::ExprPtr left, P::TailContext* tail) {
    P::QuantifiedContext* right = tail->quantified();
    SourceSpan span = join(left->span, span_of(tail));
    ast::QuantifiedComparison out{.value = std::move(left), .op = symbol_of(tail, build_)};
    out.quantifier = right->K_ALL() ? ast::Quantifier::All : ast::Quantifier::Some;
    fill(right->inList(), out.list, out.query);
    return make(span, std::move(out));
  }

  std::vector<P::TailContext*> tails_;
  Build& build_;
  size_t at_ = 0;
};

}  // namespace

ast::ExprPtr operator_call(SourceSpan span, std::string_view lookup, ast::CallForm form,
                           std::vector<ast::ExprPtr> args) {
  ast::Call call;
  call.function = {{{std::string(lookup), span}}, span};
  call.lookup = lookup;
  call.form = form;
  call.args = std::move(args);
  return make(span, std::move(call));
}

ast::ExprPtr build_folded_operand(P::OperandContext* context, Build& build) { return Fold({}, build).run(context); }

ast::ExprPtr build_expression(P::ExpressionContext* context, Build& build) {
  return Fold(context->tail(), build).run(context->operand());
}

ast::ExprPtr build_optional(P::ExpressionContext* context, Build& build) {
  return context ? build_expression(context, build) : nullptr;
}

std::vector<ast::ExprPtr> build_expressions(const std::vector<P::ExpressionContext*>& contexts, Build& build) {
  std::vector<ast::ExprPtr> out;
  out.reserve(contexts.size());
  for (auto* context : contexts) out.push_back(build_expression(context, build));
  return out;
}

std::vector<ast::ExprPtr> build_list(P::ExpressionListContext* context, Build& build) {
  return context ? build_expressions(context->expression(), build) : std::vector<ast::ExprPtr>{};
}

}  // namespace sluice::grammar
