#pragma once
// The findings in the formats that people, editors and CI systems read.
#include <string>
#include <string_view>
#include <vector>

#include "tools/sluice/check/finding.h"

namespace sluice::tools {

struct CheckReport {
  std::vector<CheckedFile> files;

  size_t count(Severity severity) const;
  size_t known() const;  // Findings of the baseline.
};

std::string human_report(const CheckReport& report);
std::string json_report(const CheckReport& report);
std::string sarif_report(const CheckReport& report);   // SARIF 2.1.0.
std::string junit_report(const CheckReport& report);   // A test case per file.
std::string github_report(const CheckReport& report);  // Workflow commands.
std::string gitlab_report(const CheckReport& report);  // Code quality.

using ReportFunction = std::string (*)(const CheckReport& report);
struct ReportFormat {
  const char* name;
  ReportFunction write;
};
const std::vector<ReportFormat>& report_formats();

}  // namespace sluice::tools
