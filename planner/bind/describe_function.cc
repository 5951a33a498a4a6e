#include "planner/bind/describe_function.h"

#include "catalog/functions/aggregate_decl.h"
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
}

}  // namespace

std::optional<BoundRows> describe_function(const ast::Name& name, bool extended, BindSession& session) {
  const std::string& last = name.parts.back().text;
  const FunctionDecl* scalar = find_function(last);
  const AggregateDecl* aggregate = find_aggregate(last);
  if (scalar == nullptr && aggregate == nullptr) {
    session.report(fail(ErrorCode::UnknownFunction, name.span, "function `{}` is not known", last)
                       .hint(did_you_mean(last, function_names())),
                   name.span);
    return {};
  }
  Info info;
  info.add("is system function", "true");
  info.add("is temporary", "false");
  if (!extended) return info.take();
  if (scalar != nullptr) {
    add_details(info, *scalar);
  } else {
    add_details(info, *aggregate);
  }
  return info.take();
}

}  // namespace sluice::planner
