#include "planner/bind/like_strategies.h"

#include <algorithm>

namespace sluice::planner {

LikeStrategies strategies_of(const ast::LikeClause& like, BindSession& session) {
  using enum ast::LikeFeature;
  LikeStrategies out;
  for (const ast::LikeOption& option : like.options) {
    bool overwrites = option.strategy == ast::MergeStrategy::Overwriting;
    bool can_overwrite = option.feature == Generated || option.feature == Metadata || option.feature == Options ||
                         option.feature == Watermarks;
    bool twice = option.feature == All
                     ? out.all.has_value()
                     : std::ranges::any_of(out.chosen, [&](const auto& one) { return one.first == option.feature; });
    if (twice) {
      session.report(
          fail(ErrorCode::BadLike, option.span, "this part of LIKE is said twice").hint("Keep the one that is meant."),
          option.span);
    }
    if (overwrites && !can_overwrite) {
      session.report(fail(ErrorCode::BadLike, option.span, "this part of LIKE cannot be OVERWRITING")
                         .hint("Write INCLUDING to take it over, or EXCLUDING and define it here."),
                     option.span);
    }
    if (option.feature == All) {
      out.all = option.strategy;
    } else {
      out.chosen.emplace_back(option.feature, option.strategy);
    }
  }
  return out;
}

}  // namespace sluice::planner
