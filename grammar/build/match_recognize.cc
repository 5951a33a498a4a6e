#include "grammar/build/build.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;

ast::PatternPtr make_pattern(SourceSpan span, auto kind) {
  auto out = std::make_unique<ast::Pattern>();
  out->kind = std::move(kind);
  out->span = span;
  return out;
}

ast::PatternPtr build_pattern(P::PatternContext* context, Build& build);

ast::PatternPtr build_primary(P::PatternPrimaryContext* context, Build& build) {
  SourceSpan span = span_of(context);
  if (context->identifier())
    return make_pattern(span, ast::PatternVariable{build_identifier(context->identifier(), build)});
  if (context->LBRACE()) return make_pattern(span, ast::PatternExclusion{build_pattern(context->pattern(0), build)});
  if (!context->K_PERMUTE()) return build_pattern(context->pattern(0), build);
  ast::PatternPermutation out;
  for (auto* part : context->pattern()) out.parts.push_back(build_pattern(part, build));
  return make_pattern(span, std::move(out));
}

// * + ? {n} {n,} {n,m} {,m}, reluctant with another ?
ast::PatternPtr build_factor(P::PatternFactorContext* context, Build& build) {
  ast::PatternPtr part = build_primary(context->patternPrimary(), build);
  P::QuantifierContext* quantifier = context->quantifier();
  if (!quantifier) return part;
  ast::PatternRepetition out{.part = std::move(part)};
  auto numbers = quantifier->INTEGER_LITERAL();
  size_t questions = quantifier->QUESTION().size();
  if (quantifier->PLUS()) {
    out.min = 1;
  } else if (quantifier->LBRACE()) {
    bool has_min = child_kind(quantifier, 1) == INTEGER_LITERAL;
    if (has_min) out.min = build_number(numbers[0], build);
    if (!quantifier->COMMA()) out.max = out.min;
    if (numbers.size() > (has_min ? 1 : 0)) out.max = build_number(numbers.back(), build);
  } else if (!quantifier->STAR()) {
    out.max = 1;
    --questions;
  }
  out.reluctant = questions > 0;
  return make_pattern(span_of(context), std::move(out));
}

ast::PatternPtr build_sequence(P::PatternSequenceContext* context, Build& build) {
  auto factors = context->patternFactor();
  if (factors.size() == 1) return build_factor(factors[0], build);
  ast::PatternSequence out;
  for (auto* factor : factors) out.parts.push_back(build_factor(factor, build));
  return make_pattern(span_of(context), std::move(out));
}

ast::PatternPtr build_pattern(P::PatternContext* context, Build& build) {
  auto sequences = context->patternSequence();
  if (sequences.size() == 1) return build_sequence(sequences[0], build);
  ast::PatternAlternatives out;
  for (auto* sequence : sequences) out.parts.push_back(build_sequence(sequence, build));
  return make_pattern(span_of(context), std::move(out));
}

void build_skip(ast::MatchRecognize& out, P::SkipTargetContext* context, Build& build) {
  using enum ast::AfterMatch;
  if (context->K_PAST()) {
    out.after = PastLastRow;
  } else if (context->K_NEXT()) {
    out.after = NextRow;
  } else {
    out.after = context->K_FIRST() ? ToFirst : ToLast;  // TO v is TO LAST v.
    out.after_variable = build_identifier(context->identifier(), build);
  }
}

}  // namespace

ast::MatchRecognize build_match_recognize(P::MatchRecognizeContext* context, ast::TableRefPtr input, Build& build) {
  ast::MatchRecognize out{.input = std::move(input),
                          .partition_by = build_list(context->expressionList(), build),
                          .order_by = build_order_by(context->orderBy(), build)};
  for (auto* measure : context->measure()) {
    out.measures.push_back({build_identifier(measure->identifier(), build),
                            build_expression(measure->expression(), build), span_of(measure)});
  }
  if (context->K_PER()) out.rows_per_match = context->K_ONE() ? ast::RowsPerMatch::One : ast::RowsPerMatch::All;
  if (context->skipTarget()) build_skip(out, context->skipTarget(), build);
  out.pattern = build_pattern(context->pattern(), build);
  out.strict_start = context->CARET() != nullptr;
  out.strict_end = context->DOLLAR() != nullptr;
  out.within = build_optional(context->expression(), build);
  for (auto* subset : context->subset()) {
    out.subsets.push_back({build_identifier(subset->identifier(), build), build_list(subset->identifierList(), build)});
  }
  for (auto* definition : context->definition()) {
    out.defines.push_back({build_identifier(definition->identifier(), build),
                           build_expression(definition->expression(), build), span_of(definition)});
  }
  return out;
}

}  // namespace sluice::grammar
