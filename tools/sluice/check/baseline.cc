#include "tools/sluice/check/baseline.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/sluice/file_replacement.h"

namespace sluice::tools {

using Json = nlohmann::ordered_json;

Result<Baseline> Baseline::read(const std::string& path, FileSystem& files) {
  SLUICE_TRY(std::string text, files.read_all(path));
  Json json = Json::parse(text, nullptr, false);
  auto malformed = [&] { return fail(ErrorCode::MalformedRecord, "`{}` is no baseline of `sluice check`", path); };
  if (!json.is_object() || !json.contains("findings") || !json["findings"].is_array()) return malformed();
  Baseline baseline;
  for (const Json& item : json["findings"]) {
    Entry entry;
    for (auto [key, field] :
         {std::pair("file", &entry.file), {"code", &entry.code}, {"fingerprint", &entry.fingerprint}}) {
      if (!item.is_object() || !item.contains(key) || !item[key].is_string()) return malformed();
      *field = item[key].get<std::string>();
    }
    baseline.entries_.insert(std::move(entry));
  }
  return baseline;
}

void Baseline::apply(CheckedFile& file) {
  std::erase_if(file.findings, [&](const Finding& finding) {
    Entry entry{finding.file, id_of(finding.code), finding.fingerprint};
    if (!entries_.contains(entry)) return false;
    found_.insert(std::move(entry));
    file.known += 1;
    return true;
  });
}

bool Baseline::is_gone(const Entry& entry, const CheckReport& report) const {
  bool is_checked = std::ranges::any_of(
      report.files, [&](const CheckedFile& file) { return file.path == entry.file && !file.failure; });
  return is_checked && !found_.contains(entry);
}

size_t Baseline::gone(const CheckReport& report) const {
  return static_cast<size_t>(
      std::ranges::count_if(entries_, [&](const Entry& entry) { return is_gone(entry, report); }));
}

Status Baseline::prune(const std::string& path, const CheckReport& report, FileSystem& files) const {
  std::set<Entry> kept = entries_;
  std::erase_if(kept, [&](const Entry& entry) { return is_gone(entry, report); });
  return write(path, kept, files);
}

Status Baseline::write(const std::string& path, const CheckReport& report, FileSystem& files) {
  std::set<Entry> entries;
  for (const CheckedFile& file : report.files) {
    for (const Finding& finding : file.findings) {
      entries.insert({finding.file, id_of(finding.code), finding.fingerprint});
    }
  }
  return write(path, entries, files);
}

Status Baseline::write(const std::string& path, const std::set<Entry>& entries, FileSystem& files) {
  Json findings = Json::array();
  for (const Entry& entry : entries) {
    findings.push_back({{"file", entry.file}, {"code", entry.code}, {"fingerprint", entry.fingerprint}});
  }
  Json json = {{"version", 1}, {"findings", std::move(findings)}};
  return replace_file(files, path, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace sluice::tools
