#include "grammar/format/words.h"

#include "grammar/lexer/words.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;
using P = SluiceParser;

bool is_one_of(auto value, auto... values) { return ((value == values) || ...); }

bool is_sign(const PlacedToken& token) {
  return is_one_of(token.kind, PLUS, MINUS) &&
         is_one_of(token.rule, P::RulePrefix, P::RuleInterval, P::RuleTableSample);
}

// CAST(..), TUMBLE(..), DECIMAL(10, 2), but IN (..), PARTITION (..).
bool is_call(const PlacedToken& word, const PlacedToken& parenthesis) {
  switch (parenthesis.rule) {
    case P::RulePostfix:
    case P::RulePrecisions:
    case P::RuleSpecialCall:
    case P::RuleJsonCall:
    case P::RuleTableCall:
    case P::RuleTypeCore:
    case P::RuleUnnest:
    case P::RuleHint:
    case P::RuleTableSample:
    case P::RuleStartMode:
      return true;
    case P::RulePrimary:
      return is_one_of(word.kind, K_CAST, K_TRY_CAST, K_ROW, K_ARRAY, K_MULTISET, MAP_CONSTRUCTOR);
    case P::RuleTablePrimary:
      return is_one_of(word.rule, P::RuleIdentifier, P::RuleNonReserved) || word.kind == K_TABLE;
    case P::RuleIdentifierList:
      return parenthesis.outer_rule == P::RuleDistribution && is_one_of(word.kind, K_HASH, K_RANGE);
    case P::RulePatternPrimary:
      return word.kind == K_PERMUTE;
    default:
      return false;
  }
}

bool is_type_bracket(const PlacedToken& token) {
  return token.rule == P::RuleTypeCore && is_one_of(token.kind, LT, GT, NE);
}

}  // namespace

PlacedToken place_of(antlr4::tree::TerminalNode* node) {
  auto* rule = static_cast<antlr4::ParserRuleContext*>(node->parent);
  auto* outer = static_cast<antlr4::ParserRuleContext*>(rule->parent);
  return {static_cast<TokenKind>(node->getSymbol()->getType()), rule->getRuleIndex(),
          outer ? outer->getRuleIndex() : rule->getRuleIndex()};
}

// CURRENT_DATE and its like; the other words that may stand for a function are names of columns.
bool is_name(const PlacedToken& token, std::string_view text) {
  if (token.rule != P::RulePrimary || !is_one_of(token.kind, NILADIC_FUNCTION, K_USER)) return false;
  return !is_time_function(to_upper(text));
}

std::string word_of(const PlacedToken& token, std::string_view text) {
  if (token.kind == DOT_STAR) return ".*";
  if (is_name(token, text)) return std::string(text);
  bool is_word =
      token.kind >= kKeywords[0].kind ||
      is_one_of(token.kind, TYPE_WORD, FUNCTION_NAME, NILADIC_FUNCTION, RESERVED_WORD, ARGUMENT_NULLS, ARGUMENT_ORDER,
                CONFLICT_ON, INTERVAL_TO, MAP_CONSTRUCTOR, TIME_ZONE_WITH, TIME_ZONE_WITHOUT);
  return is_word && token.rule != P::RuleNonReserved ? to_upper(text) : std::string(text);
}

bool is_blank_between(const PlacedToken& left, const PlacedToken& right) {
  if (is_one_of(right.kind, COMMA, SEMICOLON, RPAREN, RBRACKET, LBRACKET, DOT, DOT_STAR, COLON)) return false;
  if (is_one_of(left.kind, LPAREN, LPAREN_QUERY, LBRACKET, DOT)) return false;
  if (is_type_bracket(right)) return false;
  if (is_type_bracket(left) && left.kind == LT) return false;
  if (is_sign(left)) return is_one_of(right.kind, PLUS, MINUS);  // `--` would begin a comment.
  if (right.rule == P::RuleQuantifier) return false;
  bool is_exclusion = left.rule == P::RulePatternPrimary && right.rule == P::RulePatternPrimary;
  if (is_exclusion && (left.kind == LBRACE || right.kind == RBRACE)) return false;
  if (is_one_of(right.kind, LPAREN, LPAREN_QUERY)) return !is_call(left, right);
  return true;
}

}  // namespace sluice::grammar
