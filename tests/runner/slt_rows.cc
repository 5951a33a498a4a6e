#include "tests/runner/slt_rows.h"

#include "catalog/types/value_text.h"

namespace sluice::slt {
namespace {

std::vector<std::string> tokens_of(const std::string& line, std::vector<bool>& quoted) {
  std::vector<std::string> tokens;
  for (size_t i = 0; i < line.size();) {
    if (line[i] == ' ' || line[i] == '\t') {
      ++i;
      continue;
    }
    std::string token;
    bool is_quoted = line[i] == '\'';
    if (is_quoted) {
      for (++i; i < line.size(); ++i) {
        if (line[i] == '\'' && i + 1 < line.size() && line[i + 1] == '\'')
          ++i;
        else if (line[i] == '\'')
          break;
        token += line[i];
      }
      ++i;
    } else {
      while (i < line.size() && line[i] != ' ' && line[i] != '\t') token += line[i++];
    }
    tokens.push_back(token);
    quoted.push_back(is_quoted);
  }
  return tokens;
}

constexpr const char* kDay = "1970-01-01T";

Result<Value> value_of(const std::string& token, bool quoted, const Type& type) {
  if (!quoted && token == "NULL") return Value::null();
  if (type.is_character()) return Value{token};
  if (type.is_timestamp() && token.find('-') == std::string::npos) {
    return parse_scalar(kDay + token + (type.is(TypeRoot::TimestampLtz) && !token.ends_with('Z') ? "Z" : ""), type);
  }
  return parse_scalar(token, type);
}

std::string value_text(const Value& value, const Type& type) {
  if (value.is_null()) return "NULL";
  std::string text = changelog_text(value, type);
  if (type.is_timestamp() && text.starts_with(kDay)) {
    text = text.substr(11);
    if (text.size() == 5) text += ":00";
  }
  bool plain = !text.empty() && text.find_first_of(" \t'#") == std::string::npos && text != "NULL";
  if (plain || !type.is_character()) return text;
  std::string out = "'";
  for (char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

}  // namespace

Result<runtime::TableChange> parse_change(const std::string& line, const RowSchema& columns) {
  std::vector<bool> quoted;
  std::vector<std::string> tokens = tokens_of(line, quoted);
  runtime::TableChange change;
  bool known = false;
  for (RowKind kind : {RowKind::Insert, RowKind::UpdateBefore, RowKind::UpdateAfter, RowKind::Delete}) {
    if (!tokens.empty() && tokens[0] == sluice::text_of(kind)) change.kind = kind, known = true;
  }
  if (!known || tokens.size() != columns.size() + 1) {
    return fail(ErrorCode::MalformedRecord, "`{}` is no change of {} columns", line, columns.size());
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    SLUICE_TRY(Value value, value_of(tokens[i + 1], quoted[i + 1], columns[i].type));
    change.row.push_back(std::move(value));
  }
  return change;
}

std::string row_text(const ValueList& row, const RowSchema& columns) {
  std::string out;
  for (size_t i = 0; i < columns.size(); ++i) out += (i ? "  " : "") + value_text(row[i], columns[i].type);
  return out;
}

std::string text_of(const runtime::TableChange& change, const RowSchema& columns) {
  return std::string(sluice::text_of(change.kind)) + "  " + row_text(change.row, columns);
}

}  // namespace sluice::slt
