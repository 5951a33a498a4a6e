#include "planner/bind/watermark_type.h"

namespace sluice::planner {

bool can_be_watermark(const Type& type, SourceSpan span, BindSession& session) {
  if (type.is_invalid()) return false;
  if (type.is_timestamp() && type.precision() <= 3) return true;
  std::string text = session.text(span);
  bool is_quoted = text.size() > 2 && text.front() == '`' && text.find('`', 1) == text.size() - 1;
  if (is_quoted) text = text.substr(1, text.size() - 2);
  std::string hint =
      text.starts_with("CAST(") && type.is_character() ? "Leave the CAST out: a watermark is a time."
      : type.is_character() ? fmt::format("Add a column `event_time AS TO_TIMESTAMP({})`, and use that.", text)
      : type.is_integer()   ? fmt::format("Add a column `event_time AS TO_TIMESTAMP_LTZ({}, 3)`, and use that.", text)
      : type.is_timestamp() ? "Declare it with a precision of 3, or add a computed column that casts it."
                            : "";
  session.report(fail(ErrorCode::BadWatermark, span,
                      "a watermark needs TIMESTAMP(p) or TIMESTAMP_LTZ(p) with p from 0 to 3, and `{}` is {}", text,
                      type.as_nullable().to_string())
                     .hint(std::move(hint)),
                 span);
  return false;
}

}  // namespace sluice::planner
