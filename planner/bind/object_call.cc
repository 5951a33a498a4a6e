#include "planner/bind/object_call.h"

#include <algorithm>

namespace sluice::planner {
namespace {

const std::string* text_of(const ast::Expr& expr) {
  auto* text = std::get_if<ast::StringLiteral>(&expr.kind);
  return text == nullptr ? nullptr : &text->value;
}

const ast::Call* object_call(const ast::Expr& expr) {
  auto* call = std::get_if<ast::Call>(&expr.kind);
  return call != nullptr && (call->lookup == "OBJECT_OF" || call->lookup == "OBJECT_UPDATE") ? call : nullptr;
}

class ObjectCallBinder {
 public:
  ObjectCallBinder(ExprBinder& binder, const ast::Call& call, SourceSpan span, BindSession& session)
      : binder_(binder), call_(call), span_(span), session_(session) {}

  Expr bind() {
    size_t before = session_.diagnostics->count();
    bool updates = call_.lookup == "OBJECT_UPDATE";
    if (call_.args.empty() || call_.args.size() % 2 == 0 || (updates && call_.args.size() < 3)) {
      return wrong(ErrorCode::WrongArgumentCount, span_,
                   fmt::format("`{}` takes {}, and a value for every field", call_.lookup,
                               updates ? "an object" : "the name of a class"));
    }
    const ast::Expr& first = *call_.args[0];
    if (!updates && text_of(first) == nullptr) {
      return wrong(ErrorCode::WrongArguments, first.span,
                   "the first argument of OBJECT_OF names a class, as a literal");
    }
    if (updates) check_object(first);
    take_fields();
    if (session_.diagnostics->count() == before) session_.not_supported(span_, "function `{}`", call_.lookup);
    return invalid_expr(span_);
  }

 private:
  Expr wrong(ErrorCode code, SourceSpan span, std::string message) {
    const char* hint = call_.lookup == "OBJECT_OF" ? "Write OBJECT_OF('class', 'field', value, ..)."
                                                   : "Write OBJECT_UPDATE(object, 'field', value, ..).";
    session_.report(fail(code, span, "{}", message).hint(hint), span);
    return invalid_expr(span_);
  }

  // The object is a call that gives one: no column has a structured type yet.
  void check_object(const ast::Expr& object) {
    if (auto* made = object_call(object)) {
      if (made->lookup == "OBJECT_OF") fields_ = made;
      size_t before = session_.diagnostics->count();
      binder_.bind(object);
      bool only_refused = session_.diagnostics->count() == before + 1;
      if (!only_refused) fields_ = nullptr;
      return;
    }
    Expr bound = binder_.bind(object);
    if (bound.type.is_invalid()) return;
    wrong(ErrorCode::WrongArguments, object.span,
          fmt::format("the first argument of OBJECT_UPDATE is a structured value, and not {}",
                      bound.type.as_nullable().to_string()));
  }

  bool has_field(const std::string& name) const {
    for (size_t i = 1; i < fields_->args.size(); i += 2) {
      const std::string* field = text_of(*fields_->args[i]);
      if (field == nullptr || *field == name) return true;
    }
    return false;
  }

  void take_fields() {
    std::vector<std::string> names;
    for (size_t i = 1; i < call_.args.size(); i += 2) {
      const ast::Expr& field = *call_.args[i];
      const std::string* name = text_of(field);
      if (name == nullptr) {
        wrong(ErrorCode::WrongArguments, field.span, "the name of a field is a literal");
      } else if (std::ranges::find(names, *name) != names.end()) {
        wrong(ErrorCode::DuplicateName, field.span, fmt::format("field `{}` stands twice", *name));
      } else if (fields_ != nullptr && !has_field(*name)) {
        wrong(ErrorCode::UnknownField, field.span, fmt::format("the object has no field `{}`", *name));
      }
      if (name != nullptr) names.push_back(*name);
      binder_.bind(*call_.args[i + 1]);
    }
  }

  ExprBinder& binder_;
  const ast::Call& call_;
  SourceSpan span_;
  BindSession& session_;
  const ast::Call* fields_ = nullptr;  // The OBJECT_OF whose fields are updated, where they are known.
};

}  // namespace

Expr bind_object_call(ExprBinder& binder, const ast::Call& call, SourceSpan span, BindSession& session) {
  return ObjectCallBinder(binder, call, span, session).bind();
}

}  // namespace sluice::planner
