#include "planner/bind/describe_function.h"

#include "catalog/functions/aggregate_decl.h"
#include "catalog/functions/forms.h"
#include "catalog/functions/function_table.h"

namespace sluice::planner {
namespace {

class Info {
 public:
  void add(std::string_view name, std::string value) {
    rows_.rows.push_back({Value{std::string(name)}, Value{std::move(value)}});
  }
  BoundRows take() { return std::move(rows_); }

 private:
  BoundRows rows_{{{"info name", Type::string()}, {"info value", Type::string()}}, {}};
};

std::string signatures_of(const FunctionDecl& function) {
  std::string out;
  for (const Overload& overload : function.overloads) {
    std::string line = std::string(function.name) + "(";
    for (size_t i = 0; i < overload.args.size(); ++i) {
      line += (i > 0 ? ", <" : "<") + std::string(text_of(overload.args[i])) + ">";
    }
    line += overload.variadic ? "...)" : ")";
    if (out.find(line) == std::string::npos) out += (out.empty() ? "" : "\n") + line;
  }
  return out;
}

std::string examples_of(const FunctionDecl& function) {
  std::string out;
  for (const Example& example : function.examples) {
    out += (out.empty() ? "" : "\n") + std::string(example.sql) + " = " + std::string(example.result);
  }
  return out;
}

void add_example(Info& info, const Example& example) {
  info.add("examples", std::string(example.sql) + " = " + std::string(example.result));
}

void add_details(Info& info, const FunctionDecl& function) {
  bool is_pure = function.volatility == Volatility::Pure;
  info.add("kind", "SCALAR");
  info.add("requirements", "[]");
  info.add("is deterministic", is_pure ? "true" : "false");
  info.add("supports constant folding", is_pure ? "true" : "false");
  info.add("signature", signatures_of(function));
  info.add("description", std::string(function.summary));
  if (!function.examples.empty()) info.add("examples", examples_of(function));
}

void add_details(Info& info, const AggregateDecl& function) {
  info.add("kind", "AGGREGATE");
  info.add("requirements", "[]");
  info.add("is deterministic", "true");
  info.add("supports constant folding", "false");
  info.add("signature", std::string(function.usage));
  info.add("description", std::string(function.summary));
  if (const Example* example = example_of_aggregate(function.name)) add_example(info, *example);
}

void add_details(Info& info, const FormDecl& form) {
  bool is_table = form.kind == FormDecl::Kind::Table;
  info.add("kind", is_table ? "TABLE" : form.kind == FormDecl::Kind::Scalar ? "SCALAR" : "OTHER");
  info.add("requirements", "[]");
  info.add("is deterministic", "true");
  info.add("supports constant folding", form.example.sql.empty() ? "false" : "true");
  info.add("signature", std::string(form.usage));
  info.add("description", std::string(form.summary));
  if (!form.example.sql.empty()) add_example(info, form.example);
}

}  // namespace

std::vector<std::string> callable_names() {
  std::vector<std::string> names = function_names();
  for (const AggregateDecl& decl : aggregate_table()) {
    if (!decl.name.starts_with('$')) names.emplace_back(decl.name);
  }
  for (const FormDecl& form : form_table()) names.emplace_back(form.name);
  return names;
}

std::optional<BoundRows> describe_function(const ast::Name& name, bool extended, BindSession& session) {
  const std::string& last = name.parts.back().text;
  const FunctionDecl* scalar = find_function(last);
  const AggregateDecl* aggregate = find_aggregate(last);
  const FormDecl* form = find_form(last);
  if (scalar == nullptr && aggregate == nullptr && form == nullptr) {
    if (session.is_refused_function(name)) return {};
    session.report(fail(ErrorCode::UnknownFunction, name.span, "function `{}` is not known", last)
                       .hint(did_you_mean(last, callable_names())),
                   name.span);
    return {};
  }
  Info info;
  info.add("is system function", "true");
  info.add("is temporary", "false");
  if (!extended) return info.take();
  if (scalar != nullptr) {
    add_details(info, *scalar);
  } else if (aggregate != nullptr) {
    add_details(info, *aggregate);
  } else {
    add_details(info, *form);
  }
  return info.take();
}

}  // namespace sluice::planner
