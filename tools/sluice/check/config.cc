#include "tools/sluice/check/config.h"

#include <fnmatch.h>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>
#include <algorithm>
#include <filesystem>

namespace sluice::tools {
namespace {

constexpr const char* kName = ".sluice.toml";

class ConfigReader {
 public:
  ConfigReader(std::string path, CheckConfig& config) : path_(std::move(path)), config_(config) {}

  Status read(const toml::table& root) {
    for (auto&& [key, node] : root) {
      std::string_view name = key.str();
      if (name == "schema") {
        SLUICE_TRY(std::vector<std::string> patterns, strings(node, name));
        for (const std::string& pattern : patterns) SLUICE_DO(add_schema(pattern));
      } else if (name == "baseline") {
        SLUICE_TRY(std::string baseline, string(node, name));
        config_.baseline = below(baseline);
      } else if (name == "fail-on") {
        SLUICE_DO(read_fail_on(node));
      } else if (name == "ignore") {
        SLUICE_TRY(config_.ignored, codes(node, name));
      } else if (name == "settings") {
        SLUICE_TRY(config_.settings, pairs(node, name));
      } else if (name == "variables") {
        SLUICE_TRY(config_.variables, pairs(node, name));
      } else if (name == "files") {
        SLUICE_DO(read_rules(node));
      } else {
        return wrong(
            node,
            fmt::format("key `{}` is not known; there are schema, baseline, fail-on, ignore, settings, variables and "
                        "[[files]]",
                        name));
      }
    }
    return Done{};
  }

 private:
  Failure wrong(const toml::node& node, const std::string& what) const {
    return fail(ErrorCode::BadOptionValue, "{}:{}: {}", path_, node.source().begin.line, what);
  }
  std::string below(const std::string& path) const {
    return (std::filesystem::path(config_.folder) / path).lexically_normal().string();
  }

  Result<std::string> string(const toml::node& node, std::string_view key) const {
    if (auto* text = node.as_string()) return text->get();
    return wrong(node, fmt::format("`{}` has to be a string", key));
  }
  Result<std::vector<std::string>> strings(const toml::node& node, std::string_view key) const {
    auto* array = node.as_array();
    if (array == nullptr) return wrong(node, fmt::format("`{}` has to be a list of strings", key));
    std::vector<std::string> out;
    for (const toml::node& item : *array) {
      SLUICE_TRY(std::string text, string(item, key));
      out.push_back(std::move(text));
    }
    return out;
  }
  Result<std::set<std::string>> codes(const toml::node& node, std::string_view key) const {
    SLUICE_TRY(std::vector<std::string> names, strings(node, key));
    for (const std::string& name : names) {
      if (!name.starts_with("SL")) return wrong(node, fmt::format("`{}` is no code such as SL5001", name));
    }
    return std::set<std::string>(names.begin(), names.end());
  }
  // Numbers and booleans are as good as their text.
  Result<std::map<std::string, std::string>> pairs(const toml::node& node, std::string_view key) const {
    auto* table = node.as_table();
    if (table == nullptr) return wrong(node, fmt::format("`{}` has to be a table", key));
    std::map<std::string, std::string> out;
    for (auto&& [name, value] : *table) {
      if (auto* text = value.as_string()) {
        out[std::string(name.str())] = text->get();
      } else if (auto* number = value.as_integer()) {
        out[std::string(name.str())] = std::to_string(number->get());
      } else if (auto* flag = value.as_boolean()) {
        out[std::string(name.str())] = flag->get() ? "true" : "false";
      } else {
        return wrong(value, fmt::format("`{}` has to be a string, a whole number or a boolean; keys with dots stand "
                                        "in quotes",
                                        name.str()));
      }
    }
    return out;
  }

  Status add_schema(const std::string& pattern) {
    std::filesystem::path path = below(pattern);
    if (pattern.find_first_of("*?[") == std::string::npos) {
      config_.schema.push_back(path.string());
      return Done{};
    }
    std::error_code error;
    std::vector<std::string> found;
    std::filesystem::path folder = path.parent_path().empty() ? "." : path.parent_path();
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      bool matches = fnmatch(path.filename().c_str(), entry.path().filename().c_str(), FNM_PERIOD) == 0;
      if (matches) found.push_back(entry.path().lexically_normal().string());
    }
    if (found.empty()) return fail(ErrorCode::FileSystemError, "{}: no file is `{}`", path_, pattern);
    std::ranges::sort(found);
    config_.schema.insert(config_.schema.end(), found.begin(), found.end());
    return Done{};
  }

  Status read_fail_on(const toml::node& node) {
    SLUICE_TRY(std::string text, string(node, "fail-on"));
    auto value = fail_on_of(text);
    if (!value) return wrong(node, fmt::format("`fail-on` is `error`, `warning` or `never`, not `{}`", text));
    config_.fail_on = *value;
    return Done{};
  }
  static std::optional<FailOn> fail_on_of(std::string_view text) {
    if (text == "error") return FailOn::Error;
    if (text == "warning") return FailOn::Warning;
    if (text == "never") return FailOn::Never;
    return std::nullopt;
  }

  Status read_rules(const toml::node& node) {
    auto* rules = node.as_array();
    if (rules == nullptr) return wrong(node, "`files` has to be written as [[files]]");
    for (const toml::node& item : *rules) {
      auto* table = item.as_table();
      if (table == nullptr) return wrong(item, "`files` has to be written as [[files]]");
      FileRule rule;
      for (auto&& [key, value] : *table) {
        if (key.str() == "match") {
          SLUICE_TRY(rule.patterns, strings(value, "match"));
        } else if (key.str() == "ignore") {
          SLUICE_TRY(rule.ignored, codes(value, "ignore"));
        } else {
          return wrong(value, fmt::format("key `{}` is not known in [[files]]", key.str()));
        }
      }
      config_.file_rules.push_back(std::move(rule));
    }
    return Done{};
  }

  std::string path_;
  CheckConfig& config_;
};

}  // namespace

bool CheckConfig::is_ignored(const std::string& code, const std::string& path) const {
  if (ignored.contains(code)) return true;
  std::filesystem::path base = folder.empty() ? std::filesystem::current_path() : std::filesystem::absolute(folder);
  std::string relative = std::filesystem::absolute(path).lexically_normal().lexically_relative(base).string();
  return std::ranges::any_of(file_rules, [&](const FileRule& rule) {
    auto matches = [&](const std::string& pattern) { return fnmatch(pattern.c_str(), relative.c_str(), 0) == 0; };
    return rule.ignored.contains(code) && std::ranges::any_of(rule.patterns, matches);
  });
}

Result<CheckConfig> read_config(const std::string& path, FileSystem& files) {
  SLUICE_TRY(std::string text, files.read_all(path));
  toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return fail(ErrorCode::BadOptionValue, "{}:{}: {}", path, error.source().begin.line, error.description());
  }
  CheckConfig config;
  config.folder = std::filesystem::path(path).parent_path().string();
  SLUICE_DO(ConfigReader(path, config).read(parsed.table()));
  return config;
}

Result<CheckConfig> find_config(FileSystem& files) {
  std::error_code error;
  std::filesystem::path folder = std::filesystem::current_path(error);
  std::filesystem::path relative;
  while (!error && !folder.empty()) {
    SLUICE_TRY(bool exists, files.exists((folder / kName).string()));
    if (exists) return read_config((relative / kName).string(), files);
    if (folder == folder.root_path()) break;
    folder = folder.parent_path();
    relative /= "..";
  }
  return CheckConfig{};
}

}  // namespace sluice::tools
