#include "catalog/objects/settings.h"

#include <algorithm>

#include "base/check.h"
#include "base/diagnostics.h"
#include "base/file_uri.h"
#include "catalog/connectors/option_fields.h"
#include "catalog/objects/setting_keys.h"
#include "catalog/types/time_zone.h"

namespace sluice {

namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

template <class T>
bool parses(std::string_view value) {
  T ignored{};
  return parse_option(value, ignored);
}

bool is_valid(const SettingDecl& decl, std::string_view value) {
  switch (decl.type) {
    case SettingType::Boolean:
      return parses<bool>(value);
    case SettingType::Integer:
      return parses<int64_t>(value);
    case SettingType::Double:
      return parses<double>(value);
    case SettingType::Duration:
      return parses<Milliseconds>(value);
    case SettingType::Memory:
      return parses<MemorySize>(value);
    case SettingType::Word:
      return std::ranges::any_of(decl.words, [&](std::string_view word) { return upper(word) == upper(value); });
    case SettingType::TimeZone:
      return value == "default" || TimeZone::find(value) != nullptr;
    case SettingType::Directory:
    case SettingType::Text:
      return true;
  }
  SLUICE_UNREACHABLE("all types of settings are handled");
}

std::string hint_of(const SettingDecl& decl) {
  switch (decl.type) {
    case SettingType::Boolean:
      return "Write true or false.";
    case SettingType::Duration:
      return "Write a duration such as `10 s`, `5 min` or `PT10S`.";
    case SettingType::TimeZone:
      return "Use a name such as Europe/Berlin or an offset such as GMT+08:00.";
    case SettingType::Memory:
      return "Write an amount of memory such as `64 mb` or `1 g`.";
    case SettingType::Word: {
      std::string words;
      for (std::string_view word : decl.words) words += (words.empty() ? "" : ", ") + std::string(word);
      return "One of: " + words + ".";
    }
    default:
      return "Write a number.";
  }
}

const SettingDecl& decl_of(std::string_view key) {
  const SettingDecl* decl = find_setting(key);
  SLUICE_CHECK(decl != nullptr);
  return *decl;
}

template <class T>
T parsed(const std::string& text) {
  T value{};
  SLUICE_CHECK(parse_option(text, value));
  return value;
}

}  // namespace

std::string_view current_key_of(std::string_view key) {
  static constexpr std::pair<std::string_view, std::string_view> kRenamed[] = {
      {"execution.savepoint.path", "execution.state-recovery.path"},
      {"execution.savepoint.ignore-unclaimed-state", "execution.state-recovery.ignore-unclaimed-state"},
      {"state.checkpoints.dir", "execution.checkpointing.dir"},
      {"state.savepoints.dir", "execution.checkpointing.savepoint-dir"},
      {"state.checkpoints.num-retained", "execution.checkpointing.num-retained"},
  };
  for (const auto& [older, current] : kRenamed) {
    if (key == older) return current;
  }
  return key;
}

const SettingDecl* find_setting(std::string_view key) {
  const auto& decls = setting_decls();
  auto found = std::ranges::find(decls, current_key_of(key), &SettingDecl::key);
  return found == decls.end() ? nullptr : &*found;
}

std::optional<Failure> check_setting(const std::string& key, const std::string& value, SourceSpan key_span,
                                     SourceSpan value_span) {
  if (const SettingDecl* decl = find_setting(key)) {
    if (decl->type == SettingType::Directory) {
      if (auto path = path_of_uri(value); !path) {
        return fail(path.error().code, value_span, "setting `{}`: {}", key, path.error().message)
            .hint(path.error().hint);
      }
    }
    if (is_valid(*decl, value)) return {};
    auto code = decl->type == SettingType::Word ? ErrorCode::UnknownStrategy : ErrorCode::BadOptionValue;
    return fail(code, value_span, "setting `{}` cannot be `{}`", key, value).hint(hint_of(*decl));
  }
  std::vector<std::string> known;
  for (const SettingDecl& decl : setting_decls()) known.emplace_back(decl.key);
  std::string hint = did_you_mean(key, known);
  if (hint.empty() && !key.starts_with("table.") && !key.starts_with("sluice.")) return {};
  return fail(ErrorCode::UnknownSetting, key_span, "setting `{}` does not exist", key).hint(std::move(hint));
}

Settings::Settings(const std::map<std::string, std::string>& values) {
  for (const auto& [key, value] : values) set(key, value);
}

void Settings::set(const std::string& key, std::string value) {
  values_[std::string(current_key_of(key))] = std::move(value);
}

void Settings::reset(const std::string& key) { values_.erase(std::string(current_key_of(key))); }

std::string Settings::get(std::string_view key) const {
  const SettingDecl& decl = decl_of(key);
  auto found = values_.find(std::string(key));
  std::string text = found == values_.end() ? std::string(decl.fallback) : found->second;
  if (decl.type == SettingType::Directory) {
    auto path = path_of_uri(text);
    return path ? *path : text;
  }
  return decl.type == SettingType::Word ? upper(text) : text;
}

bool Settings::get_bool(std::string_view key) const { return parsed<bool>(get(key)); }
int64_t Settings::get_int(std::string_view key) const { return parsed<int64_t>(get(key)); }
int64_t Settings::get_ms(std::string_view key) const { return parsed<Milliseconds>(get(key)).count(); }
int64_t Settings::get_bytes(std::string_view key) const { return parsed<MemorySize>(get(key)).bytes; }

}  // namespace sluice
