#pragma once
// CREATE TABLE .. LIKE base (INCLUDING ..): what becomes of each part of the base table.
#include <optional>
#include <utility>
#include <vector>

#include "planner/bind/session.h"

namespace sluice::planner {

struct LikeStrategies {
  using enum ast::LikeFeature;
  using enum ast::MergeStrategy;

  ast::MergeStrategy of(ast::LikeFeature feature) const {
    for (const auto& [named, strategy] : chosen) {
      if (named == feature) return strategy;
    }
    if (all) return *all;
    return feature == Options ? Overwriting : Including;
  }
  bool includes(ast::LikeFeature feature) const { return of(feature) != Excluding; }
  bool overwrites(ast::LikeFeature feature) const { return of(feature) == Overwriting; }

  std::vector<std::pair<ast::LikeFeature, ast::MergeStrategy>> chosen;
  std::optional<ast::MergeStrategy> all;
};

LikeStrategies strategies_of(const ast::LikeClause& like, BindSession& session);

}  // namespace sluice::planner
