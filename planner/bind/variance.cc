//   VAR_POP(x)     =>  (SUM(x * x) - SUM(x) * SUM(x) / COUNT(x)) / COUNT(x)
//   VAR_SAMP(x)    =>  the same by COUNT(x) - 1, NULL where that is 0
//   STDDEV_..(x)   =>  POWER(VAR_..(x), 0.5)
//
// Everything is computed in the type of the result, which is that of x: squares of integers wrap around and quotients
// are cut, as in Flink.
#include "planner/bind/variance.h"

namespace sluice::planner {

namespace {

class Variance {
 public:
  Variance(AggregateCalls::Item item, AggregateCalls& calls, BindSession& session)
      : item_(std::move(item)), calls_(calls), session_(session) {}

  Expr bind() {
    bool is_sample = !item_.decl->name.ends_with("POP"), is_root = item_.decl->name.starts_with("STDDEV");
    Expr value = in_result_type(item_.args[0]);
    Expr squares = sum_of("SUM", call("*", {value, value}));
    Expr sum = in_result_type(sum_of("SUM", item_.args[0]));
    Expr count = sum_of("COUNT", item_.args[0]);
    Expr mean = call("/", {call("*", {sum, sum}), count});
    Expr out = call("/", {call("-", {squares, mean}), is_sample ? one_less(count) : count});
    if (is_root) out = call("POWER", {std::move(out), half()});
    return cast_or_report(std::move(out), item_.result, item_.span, session_);
  }

 private:
  Expr call(const char* function, std::vector<Expr> args) {
    return call_or_report(function, std::move(args), item_.span, session_);
  }
  Expr in_result_type(Expr expr) {
    Type type = item_.result.with_nullability(expr.type.nullable());
    return expr.type == type ? expr : cast_or_report(std::move(expr), type, item_.span, session_);
  }
  static Expr number(int64_t value) { return literal({value}, Type::bigint().not_null()); }
  static Expr half() { return literal({int64_t{5}}, Type::decimal(2, 1).not_null()); }

  Expr one_less(const Expr& count) {
    Expr choice{Special{Form::Case}, Type::bigint(), {}, item_.span};
    choice.args = {call("=", {count, number(1)}), Expr{Literal{Value::null()}, Type::bigint(), {}, item_.span},
                   call("-", {count, number(1)})};
    return choice;
  }

  // An aggregate over the same rows as the call's.
  Expr sum_of(const char* function, Expr argument) {
    if (argument.type.is_invalid()) return argument;
    AggregateCalls::Item part{.decl = find_aggregate(function),
                              .args = {std::move(argument)},
                              .filter = item_.filter,
                              .distinct = item_.distinct,
                              .span = item_.span};
    bool nullable = part.args[0].type.nullable() || part.filter || !calls_.has_keys;
    auto shape = bound_shape(*part.decl, part.args, part.distinct, part.span, session_);
    if (!shape) return invalid_expr(item_.span);
    part.result = shape->result.with_nullability(shape->result.nullable() && nullable);
    return calls_.add(std::move(part));
  }

  AggregateCalls::Item item_;
  AggregateCalls& calls_;
  BindSession& session_;
};

}  // namespace

bool is_variance(std::string_view aggregate) { return aggregate.starts_with("STDDEV") || aggregate.starts_with("VAR"); }

Expr bind_variance(AggregateCalls::Item item, AggregateCalls& calls, BindSession& session) {
  return Variance(std::move(item), calls, session).bind();
}

}  // namespace sluice::planner
