#include "planner/bind/json_call.h"

#include <algorithm>

#include "catalog/types/value_text.h"
#include "planner/bind/bind_type.h"

namespace sluice::planner {
namespace {

using ast::JsonBehavior;
using Kind = ast::JsonBehaviorKind;

Expr text_argument(std::string text, SourceSpan span) {
  auto size = static_cast<int32_t>(text.size());
  return Expr{Literal{Value{std::move(text)}}, Type::character(size).not_null(), {}, span};
}

// A literal as Java shows it: a DATE and a TIME are numbers there.
Expr as_text(const Expr& literal) {
  const Value& value = literal.as<Literal>()->value;
  bool is_number = literal.type.is(TypeRoot::Date) || literal.type.is(TypeRoot::Time);
  return text_argument(is_number ? std::to_string(value.get<int64_t>()) : changelog_text(value, literal.type),
                       literal.span);
}

Expr null_of(const Type& type, SourceSpan span) { return Expr{Literal{Value::null()}, type.as_nullable(), {}, span}; }

char letter_of(const std::optional<JsonBehavior>& behavior, char otherwise) {
  if (!behavior) return otherwise;
  switch (behavior->kind) {
    case Kind::Null:
      return 'n';
    case Kind::Error:
      return 'e';
    case Kind::True:
      return 't';
    case Kind::False:
      return 'f';
    case Kind::Unknown:
      return 'u';
    case Kind::Empty:
    case Kind::EmptyArray:
      return 'a';
    case Kind::EmptyObject:
      return 'o';
    case Kind::Default:
      return 'd';
  }
  return otherwise;
}

// What is bound once for all JSON calls.
class JsonCallBinder {
 public:
  JsonCallBinder(ExprBinder& binder, const ast::Call& call, SourceSpan span, BindSession& session)
      : binder_(binder), call_(call), span_(span), session_(session) {
    static const ast::JsonClauses kNone;
    clauses_ = call.json ? call.json.get() : &kNone;
  }

  Expr bind() {
    if (call_.lookup == "JSON_OBJECT" || call_.lookup == "JSON_ARRAY") return build();
    return look();
  }

 private:
  Expr fail(const char* message) {
    session_.error(ErrorCode::WrongArguments, span_, "{}", message);
    return invalid_expr(span_);
  }
  Expr call_with(std::vector<Expr> args) { return call_or_report(call_.lookup, std::move(args), span_, session_); }

  Expr look();
  Expr build();
  Type returned() const;
  bool add_default(const std::optional<JsonBehavior>& behavior, std::vector<Expr>& args);
  Expr member(const ast::Expr& expr, char& letter);

  ExprBinder& binder_;
  const ast::Call& call_;
  SourceSpan span_;
  BindSession& session_;
  const ast::JsonClauses* clauses_;
};

Type JsonCallBinder::returned() const {
  return clauses_->returning ? bind_type(*clauses_->returning, session_).as_nullable() : Type::string();
}

// The value of DEFAULT, a literal; an untyped NULL where there is none.
bool JsonCallBinder::add_default(const std::optional<JsonBehavior>& behavior, std::vector<Expr>& args) {
  if (!behavior || behavior->kind != Kind::Default) {
    args.push_back(null_of(Type::boolean(), span_));
    return true;
  }
  Expr value = binder_.bind(*behavior->value);
  if (value.type.is_invalid()) return false;
  if (value.as<Literal>() == nullptr) {
    session_.error(ErrorCode::WrongArguments, value.span, "the value of DEFAULT must be a literal");
    return false;
  }
  if (is_untyped_null(value)) value.type = Type::boolean();
  if (!clauses_->returning && !value.as<Literal>()->value.is_null()) value = as_text(value);
  args.push_back(std::move(value));
  return true;
}

Expr JsonCallBinder::look() {
  if (call_.args.size() != 2) return fail("JSON functions take a JSON text and a path");
  std::vector<Expr> args;
  for (const ast::ExprPtr& arg : call_.args) args.push_back(binder_.bind_value(*arg));
  std::string letters = {letter_of(clauses_->on_empty, 'n'), letter_of(clauses_->on_error, 'n')};
  if (call_.lookup == "JSON_EXISTS") {
    args.push_back(text_argument({letter_of(clauses_->on_error, 'f')}, span_));
    return call_with(std::move(args));
  }
  Type type = returned();
  if (type.is_invalid()) return invalid_expr(span_);
  if (call_.lookup == "JSON_VALUE") {
    bool known =
        type.is(TypeRoot::VarChar) || type.is(TypeRoot::Boolean) || type.is(TypeRoot::Int) || type.is(TypeRoot::Double);
    if (!known) return fail("JSON_VALUE returns STRING, BOOLEAN, INT or DOUBLE");
    args.push_back(text_argument(letters, span_));
    if (!add_default(clauses_->on_empty, args) || !add_default(clauses_->on_error, args)) return invalid_expr(span_);
  } else {
    bool is_texts = type.is(TypeRoot::Array) && type.child(0).is(TypeRoot::VarChar);
    if (!type.is(TypeRoot::VarChar) && !is_texts) return fail("JSON_QUERY returns STRING or ARRAY<STRING>");
    if (is_texts && letters.find('o') != std::string::npos) {
      return fail("JSON_QUERY returns no empty object as ARRAY<STRING>");
    }
    for (const auto& behavior : {&clauses_->on_empty, &clauses_->on_error}) {
      bool is_other = *behavior && ((*behavior)->kind == Kind::Default || (*behavior)->kind == Kind::Empty);
      if (is_other) return fail("JSON_QUERY knows NULL, ERROR, EMPTY ARRAY and EMPTY OBJECT");
    }
    ast::JsonWrapper wrapper = clauses_->wrapper.value_or(ast::JsonWrapper::Without);
    letters += wrapper == ast::JsonWrapper::Without ? 'w' : wrapper == ast::JsonWrapper::Conditional ? 'c' : 'u';
    args.push_back(text_argument(letters, span_));
  }
  args.push_back(null_of(type, span_));
  return call_with(std::move(args));
}

// A member of an object or an array: what JSON functions made is JSON already, JSON(..) is read.
Expr JsonCallBinder::member(const ast::Expr& expr, char& letter) {
  letter = 'v';
  auto* call = std::get_if<ast::Call>(&expr.kind);
  if (call != nullptr && (call->lookup == "JSON_OBJECT" || call->lookup == "JSON_ARRAY")) letter = 'r';
  if (call == nullptr || call->lookup != "JSON" || call->args.size() != 1) return binder_.bind_value(expr);
  letter = 'j';
  Expr text = binder_.bind_value(*call->args[0]);
  if (text.type.is_invalid() || text.type.is_character()) return text;
  return fail("`JSON` takes a text");
}

Expr JsonCallBinder::build() {
  bool is_object = call_.lookup == "JSON_OBJECT";
  ast::JsonNulls nulls =
      clauses_->nulls.value_or(is_object ? ast::JsonNulls::NullOnNull : ast::JsonNulls::AbsentOnNull);
  std::string letters = nulls == ast::JsonNulls::NullOnNull ? "n" : "a";
  std::vector<Expr> args;
  args.emplace_back();
  for (size_t i = 0; i < call_.args.size(); ++i) {
    char letter = 0;
    if (is_object && i % 2 == 0) {
      args.push_back(binder_.bind_value(*call_.args[i]));
    } else {
      args.push_back(member(*call_.args[i], letter));
      letters += letter;
    }
  }
  args[0] = text_argument(letters, span_);
  return call_with(std::move(args));
}

}  // namespace

bool is_json_call(const ast::Call& call) {
  constexpr std::string_view kNames[] = {"JSON_VALUE", "JSON_QUERY", "JSON_EXISTS", "JSON_OBJECT", "JSON_ARRAY"};
  return std::ranges::find(kNames, call.lookup) != std::end(kNames);
}

Expr bind_json_call(ExprBinder& binder, const ast::Call& call, SourceSpan span, BindSession& session) {
  return JsonCallBinder(binder, call, span, session).bind();
}

}  // namespace sluice::planner
