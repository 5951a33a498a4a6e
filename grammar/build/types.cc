#include <algorithm>

#include "grammar/build/build.h"
#include "grammar/lexer/words.h"

namespace sluice::grammar {
namespace {

struct Spelling {
  std::string_view word;
  ast::TypeName name;
  size_t parameters_max;
};
constexpr Spelling kSpellings[] = {
    {"BOOLEAN", ast::TypeName::Boolean, 0},     {"TINYINT", ast::TypeName::Tinyint, 0},
    {"SMALLINT", ast::TypeName::Smallint, 0},   {"INT", ast::TypeName::Integer, 0},
    {"INTEGER", ast::TypeName::Integer, 0},     {"BIGINT", ast::TypeName::Bigint, 0},
    {"FLOAT", ast::TypeName::Float, 0},         {"DOUBLE", ast::TypeName::Double, 0},
    {"DECIMAL", ast::TypeName::Decimal, 2},     {"DEC", ast::TypeName::Decimal, 2},
    {"NUMERIC", ast::TypeName::Decimal, 2},     {"CHAR", ast::TypeName::Char, 1},
    {"CHARACTER", ast::TypeName::Char, 1},      {"VARCHAR", ast::TypeName::Varchar, 1},
    {"STRING", ast::TypeName::String, 0},       {"BINARY", ast::TypeName::Binary, 1},
    {"VARBINARY", ast::TypeName::Varbinary, 1}, {"BYTES", ast::TypeName::Bytes, 0},
    {"DATE", ast::TypeName::Date, 0},           {"TIME", ast::TypeName::Time, 1},
    {"TIMESTAMP", ast::TypeName::Timestamp, 1}, {"TIMESTAMP_LTZ", ast::TypeName::TimestampLtz, 1},
    {"VARIANT", ast::TypeName::Variant, 0},     {"BITMAP", ast::TypeName::Bitmap, 0},
};

const Spelling* find_spelling(std::string_view text) {
  std::string word = to_upper(text);
  auto found = std::ranges::find(kSpellings, word, &Spelling::word);
  return found == std::end(kSpellings) ? nullptr : found;
}

std::vector<ast::FieldType> build_fields(const std::vector<P::RowFieldContext*>& contexts, Build& build) {
  std::vector<ast::FieldType> out;
  for (auto* context : contexts) {
    ast::FieldType field{.name = build_identifier(context->identifier(), build),
                         .type = build_type(context->type(), build),
                         .span = span_of(context)};
    if (context->text()) field.comment = build_text(context->text(), build);
    out.push_back(std::move(field));
  }
  return out;
}

void apply_time_zone(ast::SimpleType& type, P::TimeZoneContext* zone, Build& build) {
  bool is_time = type.name == ast::TypeName::Time;
  if (!is_time && type.name != ast::TypeName::Timestamp) return build.not_expected(span_of(zone));
  if (has(zone, TokenKind::TIME_ZONE_WITHOUT)) {
    if (zone->K_LOCAL()) build.not_expected(span_of(zone->K_LOCAL()));
    return;
  }
  if (is_time) return build.not_expected(span_of(zone), "TIME has no time zone.");
  type.name = zone->K_LOCAL() ? ast::TypeName::TimestampLtz : ast::TypeName::TimestampWithTimeZone;
}

// A type that is one word, with what may follow it.
void build_word_type(ast::Type& out, P::TypeCoreContext* context, Build& build) {
  SourceSpan word = span_of(context->getStart());
  const Spelling* spelling = find_spelling(build.text(word));
  if (!spelling) {
    return build.reject(word, fmt::format("the type `{}` is not supported", build.text(word)), "",
                        ErrorCode::UnknownType);
  }
  ast::SimpleType type{.name = spelling->name};
  size_t parameters_max = spelling->parameters_max;
  if (auto* precision = context->K_PRECISION(); precision && type.name != ast::TypeName::Double) {
    build.not_expected(span_of(precision));
  }
  if (auto* varying = context->K_VARYING()) {
    if (type.name == ast::TypeName::Char) {
      type.name = ast::TypeName::Varchar;
    } else if (type.name == ast::TypeName::Binary) {
      type.name = ast::TypeName::Varbinary;
    } else {
      build.not_expected(span_of(varying));
    }
  }
  if (auto* parameters = context->precisions()) {
    auto numbers = parameters->INTEGER_LITERAL();
    if (parameters_max == 0) build.not_expected({span_of(parameters).begin, span_of(parameters).begin + 1});
    if (numbers.size() > std::max<size_t>(1, parameters_max)) build.not_expected(span_of(numbers.back()));
    for (auto* number : numbers) type.parameters.push_back(build_number(number, build));
  }
  if (context->timeZone()) apply_time_zone(type, context->timeZone(), build);
  out.kind = std::move(type);
}

// BITMAP, and what is no type at all: the binder says which types there are.
void build_named_type(ast::Type& out, P::TypeCoreContext* context, Build& build) {
  ast::Name name{.span = out.span};
  for (auto* part : context->children) {
    auto* node = dynamic_cast<antlr4::tree::TerminalNode*>(part);
    if (kind_of(node) != TokenKind::DOT) name.parts.push_back(identifier_of(node, build));
  }
  const Spelling* spelling =
      name.parts.size() == 1 && context->IDENTIFIER(0) ? find_spelling(name.parts[0].text) : nullptr;
  if (spelling) {
    out.kind = ast::SimpleType{.name = spelling->name};
  } else {
    out.kind = ast::NamedType{std::move(name)};
  }
}

// Wraps what stands before a postfix ARRAY or MULTISET.
ast::TypePtr wrap(ast::TypePtr element, antlr4::tree::TerminalNode* suffix, bool is_array) {
  auto out = std::make_unique<ast::Type>();
  out->span = join(element->span, span_of(suffix));
  if (is_array) {
    out->kind = ast::ArrayType{std::move(element), true};
  } else {
    out->kind = ast::MultisetType{std::move(element), true};
  }
  return out;
}

}  // namespace

ast::TypePtr build_type_core(P::TypeCoreContext* context, Build& build) {
  using enum TokenKind;
  auto out = std::make_unique<ast::Type>();
  out->span = span_of(context);
  switch (first_kind(context)) {
    case K_ROW:
      out->kind = ast::RowType{build_fields(context->rowField(), build), context->LPAREN() != nullptr};
      break;
    case K_ARRAY:
      out->kind = ast::ArrayType{.element = build_type(context->type(0), build)};
      break;
    case K_MULTISET:
      out->kind = ast::MultisetType{.element = build_type(context->type(0), build)};
      break;
    case K_MAP:
      out->kind = ast::MapType{build_type(context->type(0), build), build_type(context->type(1), build)};
      break;
    case K_INTERVAL:
      out->kind = ast::IntervalType{build_range(context->intervalRange(), build)};
      break;
    case K_RAW:
      out->kind = ast::RawType{build_text(context->text(0), build), build_text(context->text(1), build)};
      break;
    case K_STRUCTURED:
      out->kind = ast::StructuredType{build_text(context->text(0), build), build_fields(context->rowField(), build)};
      break;
    case IDENTIFIER:
    case QUOTED_IDENTIFIER:
      build_named_type(*out, context, build);
      break;
    default:
      build_word_type(*out, context, build);
      break;
  }
  return out;
}

ast::TypePtr build_type(P::TypeContext* context, Build& build) {
  ast::TypePtr out = build_type_core(context->typeCore(), build);
  for (auto* suffix : context->typeSuffix()) {
    if (auto* array = suffix->K_ARRAY()) {
      out = wrap(std::move(out), array, true);
    } else if (auto* multiset = suffix->K_MULTISET()) {
      out = wrap(std::move(out), multiset, false);
    } else if (out->nullable) {
      build.not_expected(span_of(suffix));
    } else {
      out->nullable = suffix->K_NOT() == nullptr;
      out->span = join(out->span, span_of(suffix));
    }
  }
  return out;
}

}  // namespace sluice::grammar
