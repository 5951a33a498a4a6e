#pragma once
// Patterns of java.text.SimpleDateFormat over java.util.GregorianCalendar: lenient, Julian before 1582-10-15. Functions
// of times as texts use them.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class JavaDateFormat {
 public:
  static std::shared_ptr<const JavaDateFormat> compile(std::string_view pattern);
  // The thread's last one is kept.
  static std::shared_ptr<const JavaDateFormat> compile_cached(std::string_view pattern);

  // `yyyy-MM-dd HH:mm:ss`
  static const JavaDateFormat& plain();

  // Why the pattern is not valid; null when it is.
  const char* error() const { return error_; }

  struct Read {
    int64_t local_ms = 0;
    std::optional<int64_t> offset_ms;  // Of a zone in the text.
  };
  // Fields run over into others (month 14), and text behind the last field is ignored.
  std::optional<Read> read(std::string_view text) const;
  std::string write(int64_t local_ms, int64_t offset_ms) const;

 private:
  struct Part {
    char letter = 0;  // 0: `text`.
    int32_t count = 0;
    bool abuts = false;  // A number follows at once, so it takes `count` characters.
    std::string text;
  };
  struct Fields;
  bool read_part(const Part& part, std::string_view text, size_t& at, Fields& fields) const;

  std::vector<Part> parts_;
  const char* error_ = nullptr;
};

}  // namespace sluice
