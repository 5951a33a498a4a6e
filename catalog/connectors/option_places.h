#pragma once
// Where the options of a table stand, so that what is wrong with one of them is told there.
#include <initializer_list>
#include <string>
#include <string_view>

#include "catalog/connectors/option_fields.h"

namespace sluice {

class OptionPlaces {
 public:
  // `table` is the place of what stands nowhere, such as an option that is missing.
  OptionPlaces(const WithClause& with, SourceSpan table) : with_(with), table_(table) {}

  const WithClause& with() const { return with_; }
  SourceSpan table() const { return table_; }

  // The value of the first of these keys that is set.
  SourceSpan value_of(std::initializer_list<std::string_view> keys) const {
    for (std::string_view key : keys) {
      if (auto found = with_.find(std::string(key)); found != with_.end()) return found->second.value_span;
    }
    return table_;
  }

  // The value of an option that the message names in back-ticks; formats know no places, and keys of theirs may stand
  // below `key.` or `value.`.
  SourceSpan named_in(std::string_view message, std::initializer_list<std::string_view> otherwise) const {
    for (const auto& [key, value] : with_) {
      if (message.find("`" + key + "`") != std::string_view::npos) return value.value_span;
    }
    for (const auto& [key, value] : with_) {
      bool has_scope = key.starts_with("key.") || key.starts_with("value.");
      if (!has_scope) continue;
      std::string bare = key.substr(key.find('.') + 1);
      if (bare.find('.') != std::string::npos && message.find("`" + bare + "`") != std::string_view::npos) {
        return value.value_span;
      }
    }
    return value_of(otherwise);
  }

 private:
  const WithClause& with_;
  SourceSpan table_;
};

}  // namespace sluice
