#pragma once
// Patterns of java.time.format.DateTimeFormatter (and of SimpleDateFormat, for texts), compiled once.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/scalar_abi.h"
#include "catalog/types/time_math.h"

namespace sluice {

class DateFormat {
 public:
  static constexpr uint32_t kTextMax = 512;

  static std::shared_ptr<const DateFormat> compile(std::string_view pattern);
  // The same for a pattern that is no constant: the thread's last one is kept.
  static std::shared_ptr<const DateFormat> compile_cached(std::string_view pattern);

  // Null while the pattern can be written (or read); else why not.
  const char* write_error() const { return write_error_; }
  // Writes a wall-clock time at `out`, which has room for kTextMax bytes; returns the end.
  char* write(char* out, const TimestampNs& local) const;
  // Reads a wall-clock time; false when the text does not fit. Fields that the pattern lacks are those of
  // 1970-01-01 00:00:00. A strict reader refuses trailing text.
  bool read(std::string_view text, bool strict, TimestampNs& local) const;

 private:
  enum class Field : uint8_t {
    Text,
    Year,
    Month,
    Day,
    DayOfYear,
    Hour,      // H, 0-23
    Hour1,     // k, 1-24
    Hour12,    // h, 1-12
    Hour12_0,  // K, 0-11
    Minute,
    Second,
    Fraction,
    MilliOfDay,
    NanoOfDay,
    NanoOfSecond,
    HalfDay,
    WeekdayName,
    MonthName,
    Quarter,
    WeekYear,
    Week,
    WeekdayNumber,
    Offset,  // X, x and Z, of a time that stands in its zone: read, and not looked at.
  };
  struct Part {
    Field field = Field::Text;
    int32_t width = 0;
    bool is_numeric = false;
    bool is_era = false;          // Years before 1 are counted backwards.
    bool follows_number = false;  // The next part is a number, too: this one has exactly `width` digits.
    std::string text;
  };
  struct Fields;
  bool add_letters(char letter, int32_t count);
  bool read_part(const Part& part, std::string_view& text, Fields& fields) const;

  struct FixedField {
    Field field = Field::Text;
    uint32_t offset = 0;
  };
  void find_fixed_form();
  char* write_parts(char* out, const TimestampNs& local, int64_t days, CivilDate date, uint32_t ms_of_day) const;
  char* write_fixed(char* out, CivilDate date, uint32_t ms_of_day) const;

  static constexpr uint32_t kFixedMax = 32;
  std::vector<Part> parts_;
  // `yyyy-MM-dd HH:mm:ss.SSS` and its like, where every field has its place: what stands between them, and the fields.
  // Empty for other patterns.
  std::vector<FixedField> fixed_fields_;
  char fixed_text_[kFixedMax] = {};
  uint32_t fixed_size_ = 0;
  bool has_options_ = false;  // Parts in brackets: written, never read.
  const char* write_error_ = nullptr;
  bool is_readable_ = true;
};

}  // namespace sluice
