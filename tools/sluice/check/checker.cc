#include "tools/sluice/check/checker.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <semaphore>
#include <set>

#include "base/key_hash.h"
#include "base/placed_error.h"
#include "base/printable.h"
#include "planner/hazards/hazards.h"
#include "planner/hazards/secrets.h"
#include "planner/script/compile.h"
#include "tools/sluice/check/fixes.h"
#include "tools/sluice/check/suppressions.h"
#include "tools/sluice/script_arguments.h"

namespace sluice::tools {
namespace {

Region region_of(SourceSpan span, const SourceText& source) {
  Position begin = source.position(span.begin), end = source.position(std::max(span.begin, span.end));
  return {begin.line, begin.column, end.line, end.column};
}

Finding finding_of(const Error& error, const SourceText& source, const std::string& path) {
  Finding finding;
  finding.file = path;
  finding.severity = is_warning(error.code) ? Severity::Warning : Severity::Error;
  finding.code = error.code;
  PlacedError shown = placed(error, source);
  finding.message = printable(shown.message, "\n");
  finding.hint = printable(shown.hint, "\n");
  finding.shown = render(error, source);
  if (!error.span) return finding;
  finding.file = source.position(error.span->begin).file;
  finding.region = region_of(*error.span, source);
  finding.source_line = shown.place->source_line;
  std::vector<Note> notes = error.notes;
  bool has_change = std::ranges::any_of(notes, &Note::is_change);
  auto change = has_change ? std::nullopt : change_of_hint(error, source);
  if (change) notes.push_back(*std::move(change));
  for (const Note& note : notes) {
    Region region = region_of(note.span, source);
    if (note.is_change) {
      finding.changes.push_back({note.span, region, note.text});
    } else {
      finding.related.push_back({std::string(source.position(note.span.begin).file), region, note.text});
    }
  }
  return finding;
}

// Spans of changes count from the beginning of the file, and a file whose variables were replaced is not changed.
void settle_changes(CheckedFile& file, uint32_t file_begin, bool is_substituted) {
  for (Finding& finding : file.findings) {
    if (is_substituted || finding.file != file.path) finding.changes.clear();
    for (Change& change : finding.changes) {
      change.span = {change.span.begin - file_begin, change.span.end - file_begin};
    }
  }
}

// The code and the line's text, not its number, and which of several alike it is.
void set_fingerprints(CheckedFile& file) {
  std::map<std::string, int> seen;
  for (Finding& finding : file.findings) {
    std::string text = finding.source_line;
    std::erase_if(text, [](unsigned char c) { return c <= ' '; });
    text += '\n' + id_of(finding.code) + '\n' + finding.file + '\n' + finding.message;
    text += '\n' + std::to_string(seen[text]++);
    uint64_t hash = hash_bytes(kKeyHashSeed, text.data(), static_cast<uint32_t>(text.size()));
    finding.fingerprint = fmt::format("{:016x}", hash);
  }
}

// A reserved word that stands for a name nobody knows is one mistake: a suggestion for the name mends both.
void keep_one_of_names(CheckedFile& file) {
  auto is_at = [](const Finding& one, const Finding& other) {
    return one.region && other.region && one.region->line == other.region->line &&
           one.region->column == other.region->column && one.file == other.file;
  };
  auto is_unknown = [](const Finding& finding) {
    return finding.code == ErrorCode::UnknownTable || finding.code == ErrorCode::UnknownColumn;
  };
  const std::vector<Finding> all = file.findings;
  std::erase_if(file.findings, [&](const Finding& finding) {
    bool is_reserved = finding.code == ErrorCode::ReservedWord;
    if (!is_reserved && !is_unknown(finding)) return false;
    return std::ranges::any_of(all, [&](const Finding& other) {
      if (!is_at(finding, other)) return false;
      return is_reserved ? is_unknown(other) && !other.changes.empty()
                         : other.code == ErrorCode::ReservedWord && finding.changes.empty();
    });
  });
}

// What is wrong in the schema is told once, not for each file behind it.
void keep_once(std::vector<CheckedFile>& files) {
  std::set<std::string> checked, told;
  for (const CheckedFile& file : files) checked.insert(absolute_path(file.path));
  for (CheckedFile& file : files) {
    std::erase_if(file.findings, [&](const Finding& finding) {
      if (finding.file == file.path) return false;
      return checked.contains(absolute_path(finding.file)) || !told.insert(finding.shown).second;
    });
  }
}

}  // namespace

std::string absolute_path(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

const char* text_of(Severity severity) { return severity == Severity::Error ? "error" : "warning"; }

Result<Checker> Checker::make(const CheckConfig& config, FileSystem& files) {
  Checker checker(config, files);
  for (const std::string& path : config.schema) {
    SLUICE_TRY(std::string text, read_script_file(path, files));
    checker.schema_.push_back({path, std::move(text)});
  }
  return checker;
}

CheckedFile Checker::check(const std::string& path) const {
  CheckedFile out{path == "-" ? "<stdin>" : path, {}, {}};
  Result<std::string> text = read_script_file(path, files_);
  if (!text) {
    out.failure = text.error();
    return out;
  }
  planner::ScriptParts parts{{}, config_.settings, config_.variables};
  for (const SchemaFile& file : schema_) {
    if (path != "-" && absolute_path(file.path) == absolute_path(path)) break;  // It comes before those behind it.
    parts.files.push_back({file.path, file.text});
  }
  parts.files.push_back({out.path, *text});
  Diagnostics diagnostics;
  planner::AssembledScript script = planner::assemble(parts, diagnostics);
  const SourceText& shown = diagnostics.ok() ? script.source : script.original;
  Diagnostics secrets;  // Of the text as it was written.
  planner::find_secrets(script.original, secrets);
  if (diagnostics.ok()) {
    planner::CompiledScript compiled =
        planner::compile_script(script.source, Catalog(), script.settings, diagnostics, planner::ToPlan{});
    planner::find_hazards(compiled, diagnostics);
  }
  for (const Error& error : diagnostics.errors()) out.findings.push_back(finding_of(error, shown, out.path));
  for (const Error& error : diagnostics.warnings()) out.findings.push_back(finding_of(error, shown, out.path));
  for (const Error& error : secrets.warnings()) out.findings.push_back(finding_of(error, script.original, out.path));

  auto file_begin = static_cast<uint32_t>(script.source.text().size() - script.files.back().text.size());
  if (!script.files.back().text.ends_with('\n') && !script.files.back().text.empty()) --file_begin;
  settle_changes(out, file_begin, script.files.back().text != *text);
  apply_suppressions(*text, out);  // Before what is ignored everywhere, so that a comment for it stays of use.
  std::erase_if(out.findings, [&](const Finding& finding) {
    return is_suppressible(finding.code) && config_.is_ignored(id_of(finding.code), finding.file);
  });
  std::ranges::stable_sort(out.findings, {}, [](const Finding& finding) {
    return finding.region ? std::pair(finding.region->line, finding.region->column) : std::pair(0U, 0U);
  });
  keep_one_of_names(out);
  set_fingerprints(out);
  return out;
}

std::vector<CheckedFile> Checker::check_all(const std::vector<std::string>& paths, Executor& executor,
                                            uint32_t threads) const {
  std::vector<CheckedFile> out(paths.size());
  std::atomic<size_t> next = 0;
  auto work = [&] {
    for (size_t i = next++; i < paths.size(); i = next++) out[i] = check(paths[i]);
  };
  if (paths.size() == 1 || threads <= 1) {
    work();
    keep_once(out);
    return out;
  }
  std::counting_semaphore<> done(0);
  for (uint32_t i = 0; i < threads; ++i) {
    executor.submit(Executor::Pool::Task, [&] {
      work();
      done.release();
    });
  }
  for (uint32_t i = 0; i < threads; ++i) done.acquire();
  keep_once(out);
  return out;
}

}  // namespace sluice::tools
