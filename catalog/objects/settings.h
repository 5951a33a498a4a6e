#pragma once
// What SET knows: every option key of a session and its jobs with type, default and help. Keys and defaults are
// Flink's; Sluice's own begin with `sluice.`.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice {

enum class SettingType : uint8_t { Boolean, Integer, Double, Duration, Memory, Word, TimeZone, Directory, Text };

struct SettingDecl {
  std::string_view key;
  SettingType type = SettingType::Text;
  std::string_view fallback;            // The default; empty where there is none.
  std::vector<std::string_view> words;  // Of a Word, compared without case.
  std::string_view help;
  bool used = true;  // false: taken so that scripts run unchanged, and without effect here.
};

const std::vector<SettingDecl>& setting_decls();
const SettingDecl* find_setting(std::string_view key);

// Null, or what is wrong with setting `key` to `value`. Keys of other programs (not under `table.` or `sluice.`, and
// near to none that we know) pass: Flink takes any key, and scripts carry some.
std::optional<Failure> check_setting(const std::string& key, const std::string& value, SourceSpan key_span,
                                     SourceSpan value_span);

// The values that differ from the defaults. A getter of a key without declaration is a mistake of ours.
class Settings {
 public:
  Settings() = default;
  explicit Settings(const std::map<std::string, std::string>& values);

  // A key that Flink has renamed stands for the newer one, here and in find_setting.
  void set(const std::string& key, std::string value);
  void reset(const std::string& key);
  void reset() { values_.clear(); }
  const std::map<std::string, std::string>& values() const { return values_; }

  std::string get(std::string_view key) const;  // Upper case for a Word, a path for a Directory.
  bool get_bool(std::string_view key) const;
  int64_t get_int(std::string_view key) const;
  int64_t get_ms(std::string_view key) const;     // Of a Duration.
  int64_t get_bytes(std::string_view key) const;  // Of a Memory.
  bool operator==(const Settings&) const = default;

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace sluice
