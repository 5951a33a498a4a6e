#pragma once
// Cuts the first record of a text into its fields.
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/formats/csv/dialect.h"

namespace sluice::runtime::csv {

class RecordSplitter {
 public:
  explicit RecordSplitter(const Dialect& dialect) : dialect_(dialect) {}

  // The fields, valid until the next call. Null: the record is broken, and `reason` says how.
  const std::vector<std::string_view>* split(std::string_view text);
  const std::string& reason() const { return reason_; }
  // Where the record ended that was split last.
  size_t size() const { return at_; }

 private:
  bool take_field();
  bool take_plain_field();
  bool take_escaped_field();
  bool take_quoted_field();
  bool take_escape(std::string& out);
  bool is_record_end(char c) const { return c == '\n' || c == '\r'; }
  // A string that stays where it is until the next record.
  std::string& scratch();
  bool broken(std::string reason);

  const Dialect& dialect_;
  std::string_view text_;
  size_t at_ = 0;
  std::vector<std::string_view> fields_;
  std::deque<std::string> scratch_;
  size_t scratch_used_ = 0;
  std::string reason_;
};

}  // namespace sluice::runtime::csv
