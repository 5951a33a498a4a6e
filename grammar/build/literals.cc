// Literals: strings are decoded, everything else keeps its digits and text.
#include <charconv>

#include "grammar/build/build.h"
#include "grammar/lexer/words.h"

namespace sluice::grammar {
namespace {

void append_utf8(std::string& out, uint32_t code) {
  auto byte = [&](uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      byte(0xE0 | code >> 12);
    } else {
      byte(0xF0 | code >> 18);
      byte(0x80 | (code >> 12 & 0x3F));
    }
    byte(0x80 | (code >> 6 & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

std::optional<uint32_t> hex(std::string_view digits) {
  uint32_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return {};
  return value;
}

// Reads the escapes of one string. UTF-16 surrogates that follow each other are one character.
class Escapes {
 public:
  Escapes(std::string_view text, SourceSpan span, Build& build) : text_(text), span_(span), build_(build) {}

  // U&'\0041\+01F600': four digits, or six after a plus.
  std::string unicode(char escape) {
    while (at_ < text_.size()) {
      char c = text_[at_++];
      if (c != escape) {
        out_ += c;
      } else if (at_ < text_.size() && text_[at_] == escape) {
        out_ += text_[at_++];
      } else {
        bool six = at_ < text_.size() && text_[at_] == '+';
        if (six) ++at_;
        code_point(six ? 6 : 4);
      }
    }
    return std::move(out_);
  }

  // E'a\tb\101\x41\u0041'
  std::string c_style() {
    while (at_ < text_.size()) {
      char c = text_[at_++];
      if (c != '\\' || at_ == text_.size()) {
        out_ += c;
        continue;
      }
      c = text_[at_++];
      switch (c) {
        case 'b':
          out_ += '\b';
          break;
        case 'f':
          out_ += '\f';
          break;
        case 'n':
          out_ += '\n';
          break;
        case 'r':
          out_ += '\r';
          break;
        case 't':
          out_ += '\t';
          break;
        case 'u':
          code_point(4);
          break;
        case 'U':
          code_point(8);
          break;
        case 'x':
          if (!up_to(2, 16)) out_ += 'x';
          break;
        default:
          if (c >= '0' && c <= '7') {
            --at_;
            up_to(3, 8);
          } else {  // An escape that does not exist keeps its backslash.
            if (c != '\\' && c != '\'' && c != '"') out_ += '\\';
            out_ += c;
          }
      }
    }
    return std::move(out_);
  }

 private:
  void code_point(size_t digits) {
    auto code = hex(text_.substr(std::min(at_, text_.size()), digits));
    if (!code || at_ + digits > text_.size() || *code > 0x10FFFF) {
      build_.report(fail(ErrorCode::BadLiteral, span_, "the string has an escape that is no character")
                        .hint("A Unicode escape has four hexadecimal digits."));
      at_ = text_.size();
      return;
    }
    at_ += digits;
    if (high_ && *code >= 0xDC00 && *code < 0xE000) {
      append_utf8(out_, 0x10000 + ((*high_ - 0xD800) << 10) + (*code - 0xDC00));
      high_.reset();
    } else if (*code >= 0xD800 && *code < 0xDC00) {
      high_ = code;
    } else {
      append_utf8(out_, *code);
    }
  }
  // False when no digit stands here.
  bool up_to(size_t digits, int base) {
    uint32_t value = 0;
    const char* begin = text_.data() + at_;
    auto [end, error] = std::from_chars(begin, begin + std::min(digits, text_.size() - at_), value, base);
    if (error != std::errc{}) return false;
    at_ += static_cast<size_t>(end - begin);
    append_utf8(out_, value);
    return true;
  }

  std::string_view text_;
  SourceSpan span_;
  Build& build_;
  size_t at_ = 0;
  std::optional<uint32_t> high_;
  std::string out_;
};

ast::StringLiteral build_string(P::LiteralContext* context, Build& build) {
  char escape = '\\';
  auto parts = context->STRING_LITERAL();
  if (context->K_UESCAPE()) {
    std::string_view text = build.text(span_of(parts.back()));
    if (text.size() != 3) {
      build.report(fail(ErrorCode::BadLiteral, span_of(parts.back()), "UESCAPE takes one character"));
    }
    escape = text[1];
    parts.pop_back();
  }
  ast::StringLiteral out;
  for (size_t i = 0; i < parts.size(); ++i) {
    SourceSpan span = span_of(parts[i]);
    if (i > 0 && !build.text({span_of(parts[i - 1]).end, span.begin}).contains('\n')) {
      build.reject(span, "a string goes on in the same line", "Use `||`, or begin a new line before the second part.");
    }
    out.value += decode_string(build.text(span), span, escape, build);
  }
  return out;
}

ast::BinaryLiteral build_binary(P::LiteralContext* context, Build& build) {
  ast::BinaryLiteral out;
  for (auto* part : context->BINARY_STRING()) {
    SourceSpan span = span_of(part);
    std::string_view digits = build.text(span);
    digits = digits.substr(2, digits.size() - 3);
    if (digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
      build.report(fail(ErrorCode::BadLiteral, span, "a binary literal has hexadecimal digits only"));
    }
    out.hex += to_upper(digits);
  }
  if (out.hex.size() % 2 != 0) {
    build.report(
        fail(ErrorCode::BadLiteral, span_of(context), "a binary literal has an even number of hexadecimal digits"));
  }
  return out;
}

ast::TemporalLiteral build_temporal(P::LiteralContext* context, ast::TypeName type, Build& build) {
  SourceSpan span = span_of(context->STRING_LITERAL(0));
  return {type, decode_string(build.text(span), span, '\\', build)};
}

ast::TypeName timestamp_type(P::TimeZoneContext* zone) {
  if (!zone || has(zone, TokenKind::TIME_ZONE_WITHOUT)) return ast::TypeName::Timestamp;
  return zone->K_LOCAL() ? ast::TypeName::TimestampLtz : ast::TypeName::TimestampWithTimeZone;
}

}  // namespace

std::string decode_string(std::string_view token, SourceSpan span, char unicode_escape, Build& build) {
  size_t quote = token.find('\'');
  std::string text;
  for (size_t i = quote + 1; i + 1 < token.size(); ++i) {
    text += token[i];
    if (token[i] == '\'') ++i;
  }
  char prefix = quote == 0 ? '\0' : static_cast<char>(token[0] | 0x20);
  if (prefix == 'u') return Escapes(text, span, build).unicode(unicode_escape);
  if (prefix != 'e') return text;
  std::string_view raw = token.substr(quote + 1, token.size() - quote - 2);  // Where a quote may follow a backslash.
  std::string unquoted;
  for (size_t i = 0; i < raw.size(); ++i) {
    unquoted += raw[i];
    if ((raw[i] == '\\' || raw[i] == '\'') && i + 1 < raw.size()) {
      if (raw[i] == '\\') unquoted += raw[i + 1];
      ++i;
    }
  }
  return Escapes(unquoted, span, build).c_style();
}

uint32_t build_number(antlr4::tree::TerminalNode* node, Build& build) {
  SourceSpan span = span_of(node);
  std::string_view digits = build.text(span);
  uint32_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc()) {
    build.report(fail(ErrorCode::BadLiteral, span, "the number `{}` is too large here", digits));
  }
  return value;
}

ast::TimeUnit build_unit(P::IntervalUnitContext* unit) {
  using enum TokenKind;
  switch (first_kind(unit)) {
    case K_YEAR:
      return ast::TimeUnit::Year;
    case K_QUARTER:
      return ast::TimeUnit::Quarter;
    case K_MONTH:
      return ast::TimeUnit::Month;
    case K_WEEK:
      return ast::TimeUnit::Week;
    case K_DAY:
      return ast::TimeUnit::Day;
    case K_HOUR:
      return ast::TimeUnit::Hour;
    case K_MINUTE:
      return ast::TimeUnit::Minute;
    default:
      return ast::TimeUnit::Second;
  }
}

namespace {

// YEAR TO MONTH, or from a larger to a smaller one of DAY, HOUR, MINUTE and SECOND.
bool is_range(ast::TimeUnit first, ast::TimeUnit last) {
  if (first == ast::TimeUnit::Year) return last == ast::TimeUnit::Month;
  return first >= ast::TimeUnit::Day && first < last;
}

}  // namespace

ast::IntervalRange build_range(P::IntervalRangeContext* context, Build& build) {
  ast::IntervalRange range{.first = build_unit(context->intervalUnit(0)), .span = span_of(context)};
  if (auto* last = context->intervalUnit(1)) {
    range.last = build_unit(last);
    if (!is_range(range.first, *range.last)) {
      build.not_expected(span_of(context->INTERVAL_TO()), "An interval is YEAR TO MONTH or within DAY TO SECOND.");
    }
  }
  for (auto* precisions : context->precisions()) {
    auto numbers = precisions->INTEGER_LITERAL();
    bool of_last = context->INTERVAL_TO() && span_of(precisions).begin > span_of(context->INTERVAL_TO()).begin;
    if (of_last) {
      range.fraction_precision = build_number(numbers[0], build);
    } else {
      range.precision = build_number(numbers[0], build);
      if (numbers.size() > 1) range.fraction_precision = build_number(numbers[1], build);
    }
    if (numbers.size() > 1 && (of_last || range.first != ast::TimeUnit::Second)) {
      build.not_expected(span_of(numbers[1]), "Only SECOND takes a second precision.");
    }
  }
  return range;
}

ast::Expr build_interval(P::IntervalContext* context, Build& build) {
  ast::Expr out{.kind = ast::NullLiteral{}, .span = span_of(context)};
  ast::IntervalRange range = build_range(context->intervalRange(), build);
  bool negative = context->MINUS() != nullptr;
  if (auto* text = context->STRING_LITERAL()) {
    SourceSpan span = span_of(text);
    out.kind = ast::IntervalLiteral{negative, decode_string(build.text(span), span, '\\', build), range};
    return out;
  }
  // INTERVAL 1 DAY is the literal; INTERVAL (a + 1) DAY is a function of an expression and a unit.
  antlr4::tree::TerminalNode* number = context->INTEGER_LITERAL();
  if (!number) number = context->NUMBER_LITERAL();
  if (number && !range.last) {
    out.kind = ast::IntervalLiteral{negative, std::string(build.text(span_of(number))), range};
    return out;
  }
  ast::ExprPtr value;
  if (context->name()) {
    ast::Name name = build_name(context->name(), build);
    SourceSpan span = name.span;
    value = make(span, ast::ColumnRef{std::move(name)});
  } else if (context->expression()) {
    value = build_expression(context->expression(), build);
  }
  if (range.last || !value) {
    build.reject(range.span, "an interval of two units needs a string", "Write INTERVAL '1 2' DAY TO HOUR.");
    return out;
  }
  if (negative) value = operator_call(out.span, "-", ast::CallForm::Prefix, list_of(std::move(value)));
  ast::ExprPtr unit = make(range.span, ast::Symbol{std::string(ast::word_of(range.first))});
  ast::ExprPtr call =
      operator_call(out.span, "INTERVAL", ast::CallForm::Function, list_of(std::move(value), std::move(unit)));
  return std::move(*call);
}

ast::Expr build_literal(P::LiteralContext* context, Build& build) {
  using enum TokenKind;
  auto out = [&](auto kind) { return ast::Expr{.kind = std::move(kind), .span = span_of(context)}; };
  switch (first_kind(context)) {
    case STRING_LITERAL:
      return out(build_string(context, build));
    case BINARY_STRING:
      return out(build_binary(context, build));
    case K_TRUE:
      return out(ast::BooleanLiteral{true});
    case K_FALSE:
      return out(ast::BooleanLiteral{false});
    case K_UNKNOWN:
      return out(ast::BooleanLiteral{});
    case K_NULL:
      return out(ast::NullLiteral{});
    case K_DATE:
      return out(build_temporal(context, ast::TypeName::Date, build));
    case K_TIME:
      return out(build_temporal(context, ast::TypeName::Time, build));
    case K_TIMESTAMP:
      return out(build_temporal(context, timestamp_type(context->timeZone()), build));
    case K_INTERVAL:
      return build_interval(context->interval(), build);
    default:
      return out(ast::NumberLiteral{std::string(build.text(span_of(context)))});
  }
}

}  // namespace sluice::grammar
