#include "tools/sluice/check/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "base/error_docs.h"

namespace sluice::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSarifSchema = "https://json.schemastore.org/sarif-2.1.0.json";

// What is no UTF-8 in a script must not end the report.
std::string dumped(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json json_of(const Region& region) {
  return {{"startLine", region.line},
          {"startColumn", region.column},
          {"endLine", region.end_line},
          {"endColumn", region.end_column}};
}

// Of the repository: without `./` in front.
std::string path_of(std::string path) {
  while (path.starts_with("./")) path.erase(0, 2);
  return path;
}

// The same as a relative reference of RFC 3986: what is no letter or digit of ASCII is escaped, but for `/`.
std::string uri_of(const std::string& path) {
  constexpr std::string_view kPlain = "-._~/";
  std::string out;
  for (char c : path_of(path)) {
    auto byte = static_cast<unsigned char>(c);
    bool is_plain = byte < 0x80 && (std::isalnum(byte) != 0 || kPlain.find(c) != std::string_view::npos);
    out += is_plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

Json json_of(const Finding& finding) {
  Json out = {{"file", finding.file},
              {"severity", text_of(finding.severity)},
              {"code", id_of(finding.code)},
              {"message", finding.message},
              {"hint", finding.hint}};
  out["region"] = finding.region ? json_of(*finding.region) : Json();
  out["related"] = Json::array();
  for (const RelatedPlace& place : finding.related) {
    out["related"].push_back({{"file", place.file}, {"region", json_of(place.region)}, {"message", place.text}});
  }
  out["changes"] = Json::array();
  for (const Change& change : finding.changes) {
    out["changes"].push_back({{"region", json_of(change.region)}, {"text", change.text}});
  }
  out["fingerprint"] = finding.fingerprint;
  return out;
}

template <class F>
void for_each_finding(const CheckReport& report, F&& visit) {
  for (const CheckedFile& file : report.files) {
    for (const Finding& finding : file.findings) visit(finding);
  }
}

template <class F>
void for_each_failure(const CheckReport& report, F&& visit) {
  for (const CheckedFile& file : report.files) {
    if (file.failure) visit(file.path, *file.failure);
  }
}

std::string counted(size_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// ---- SARIF

Json sarif_location(const std::string& file, const std::optional<Region>& region) {
  Json physical = {{"artifactLocation", {{"uri", uri_of(file)}, {"uriBaseId", "%SRCROOT%"}}}};
  if (region) physical["region"] = json_of(*region);
  return {{"physicalLocation", physical}};
}

Json sarif_result(const Finding& finding) {
  std::string text = finding.message + (finding.hint.empty() ? "" : "\n" + finding.hint);
  Json result = {{"ruleId", id_of(finding.code)},
                 {"level", text_of(finding.severity)},
                 {"message", {{"text", text}}},
                 {"locations", Json::array({sarif_location(finding.file, finding.region)})},
                 {"partialFingerprints", {{"sluice/v1", finding.fingerprint}}}};
  for (const RelatedPlace& place : finding.related) {
    Json location = sarif_location(place.file, place.region);
    location["message"] = {{"text", place.text}};
    result["relatedLocations"].push_back(std::move(location));
  }
  if (finding.changes.empty()) return result;
  Json replacements = Json::array();
  for (const Change& change : finding.changes) {
    replacements.push_back({{"deletedRegion", json_of(change.region)}, {"insertedContent", {{"text", change.text}}}});
  }
  Json change = {{"artifactLocation", {{"uri", uri_of(finding.file)}, {"uriBaseId", "%SRCROOT%"}}},
                 {"replacements", std::move(replacements)}};
  result["fixes"] = Json::array({{{"artifactChanges", Json::array({std::move(change)})}}});
  return result;
}

// ---- GitHub: what is special in a command's text, and in its properties.

std::string escaped(std::string_view text, bool is_property) {
  std::string out;
  for (char c : text) {
    bool special = c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ','));
    out += special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return out;
}

}  // namespace

size_t CheckReport::count(Severity severity) const {
  size_t count = 0;
  for_each_finding(*this, [&](const Finding& finding) { count += finding.severity == severity; });
  return count;
}

size_t CheckReport::known() const {
  size_t count = 0;
  for (const CheckedFile& file : files) count += file.known;
  return count;
}

std::string human_report(const CheckReport& report) {
  std::string out;
  size_t files = 0;
  for (const CheckedFile& file : report.files) {
    if (file.failure) continue;
    files += 1;
    for (const Finding& finding : file.findings) out += finding.shown + "\n";
  }
  out += fmt::format("{}, {} in {}", counted(report.count(Severity::Error), "error"),
                     counted(report.count(Severity::Warning), "warning"), counted(files, "file"));
  if (report.known() > 0) out += fmt::format(", {} of the baseline", counted(report.known(), "finding"));
  return out + "\n";
}

std::string json_report(const CheckReport& report) {
  Json findings = Json::array();
  for_each_finding(report, [&](const Finding& finding) { findings.push_back(json_of(finding)); });
  Json unreadable = Json::array();
  for_each_failure(report, [&](const std::string& path, const Error& error) {
    unreadable.push_back({{"file", path}, {"code", id_of(error.code)}, {"message", error.message}});
  });
  return dumped({{"version", 1},
                 {"files", report.files.size()},
                 {"unreadable", std::move(unreadable)},
                 {"errors", report.count(Severity::Error)},
                 {"warnings", report.count(Severity::Warning)},
                 {"known", report.known()},
                 {"findings", std::move(findings)}});
}

std::string sarif_report(const CheckReport& report) {
  Json results = Json::array(), rules = Json::array();
  std::set<std::string> codes;
  for_each_finding(report, [&](const Finding& finding) {
    results.push_back(sarif_result(finding));
    codes.insert(id_of(finding.code));
  });
  for (const ErrorDoc& doc : error_docs()) {
    if (!codes.contains(id_of(doc.code))) continue;
    rules.push_back({{"id", id_of(doc.code)},
                     {"name", doc.name},
                     {"shortDescription", {{"text", doc.meaning}}},
                     {"help", {{"text", doc.remedy}}}});
  }
  Json notifications = Json::array();
  for_each_failure(report, [&](const std::string& path, const Error& error) {
    notifications.push_back({{"level", "error"},
                             {"message", {{"text", error.message}}},
                             {"locations", Json::array({sarif_location(path, {})})}});
  });
  bool is_whole = notifications.empty();
  Json invocation = {{"executionSuccessful", is_whole}};
  if (!is_whole) invocation["toolExecutionNotifications"] = std::move(notifications);
  Json driver = {{"name", "sluice"}, {"semanticVersion", SLUICE_VERSION}, {"rules", std::move(rules)}};
  Json run = {
      {"tool", {{"driver", std::move(driver)}}}, {"columnKind", "unicodeCodePoints"}, {"results", std::move(results)}};
  run["invocations"] = Json::array({std::move(invocation)});
  return dumped({{"$schema", kSarifSchema}, {"version", "2.1.0"}, {"runs", Json::array({std::move(run)})}});
}

std::string junit_report(const CheckReport& report) {
  pugi::xml_document document;
  pugi::xml_node suites = document.append_child("testsuites");
  pugi::xml_node suite = suites.append_child("testsuite");
  size_t failed = 0, unreadable = 0;
  for (const CheckedFile& file : report.files) {
    pugi::xml_node test = suite.append_child("testcase");
    test.append_attribute("classname") = "sluice check";
    test.append_attribute("name") = file.path.c_str();
    if (file.failure) {
      unreadable += 1;
      test.append_child("error").append_attribute("message") = file.failure->message.c_str();
      continue;
    }
    std::string text;
    const Finding* first = nullptr;
    for (const Finding& finding : file.findings) {
      if (finding.severity != Severity::Error) continue;
      if (first == nullptr) first = &finding;
      text += finding.shown;
    }
    if (first == nullptr) continue;
    failed += 1;
    pugi::xml_node failure = test.append_child("failure");
    failure.append_attribute("type") = id_of(first->code).c_str();
    failure.append_attribute("message") = first->message.c_str();
    failure.text() = text.c_str();
  }
  for (pugi::xml_node node : {suites, suite}) {
    node.append_attribute("name") = "sluice check";
    node.append_attribute("tests") = report.files.size();
    node.append_attribute("failures") = failed;
    node.append_attribute("errors") = unreadable;
  }
  std::ostringstream out;
  document.save(out, "  ");
  return out.str();
}

std::string github_report(const CheckReport& report) {
  std::string out;
  for_each_failure(report, [&](const std::string& path, const Error& error) {
    out += fmt::format("::error file={},title={}::{}\n", escaped(path_of(path), true), id_of(error.code),
                       escaped(error.message, false));
  });
  for_each_finding(report, [&](const Finding& finding) {
    out += fmt::format("::{} file={}", text_of(finding.severity), escaped(path_of(finding.file), true));
    if (finding.region) {
      const Region& at = *finding.region;
      out += fmt::format(",line={},endLine={}", at.line, at.end_line);
      // Both columns are inclusive, and none counts over several lines.
      if (at.line == at.end_line) {
        out += fmt::format(",col={},endColumn={}", at.column, std::max(at.column, at.end_column - 1));
      }
    }
    std::string text = finding.message + (finding.hint.empty() ? "" : "\n" + finding.hint);
    out += fmt::format(",title={}::{}\n", id_of(finding.code), escaped(text, false));
  });
  return out;
}

std::string gitlab_report(const CheckReport& report) {
  Json out = Json::array();
  for_each_failure(report, [&](const std::string& path, const Error& error) {
    out.push_back({{"description", error.message},
                   {"check_name", id_of(error.code)},
                   {"fingerprint", fmt::format("{}:{}", id_of(error.code), path)},
                   {"severity", "blocker"},
                   {"location", {{"path", path_of(path)}, {"lines", {{"begin", 1}}}}}});
  });
  for_each_finding(report, [&](const Finding& finding) {
    out.push_back(
        {{"description", finding.message},
         {"check_name", id_of(finding.code)},
         {"fingerprint", finding.fingerprint},
         {"severity", finding.severity == Severity::Error ? "major" : "minor"},
         {"location",
          {{"path", path_of(finding.file)}, {"lines", {{"begin", finding.region ? finding.region->line : 1}}}}}});
  });
  return dumped(out);
}

const std::vector<ReportFormat>& report_formats() {
  static const std::vector<ReportFormat> kFormats = {{"human", human_report},   {"json", json_report},
                                                     {"sarif", sarif_report},   {"junit", junit_report},
                                                     {"github", github_report}, {"gitlab", gitlab_report}};
  return kFormats;
}

}  // namespace sluice::tools
