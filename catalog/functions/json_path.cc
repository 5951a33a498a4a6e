#include "catalog/functions/json_path.h"

#include <algorithm>
#include <cstdlib>

namespace sluice {

bool JsonPath::Step::is_definite() const {
  if (scans) return false;
  switch (kind) {
    case StepKind::Names:
      return names.size() == 1;
    case StepKind::Indices:
      return indices.size() == 1;
    case StepKind::Length:
      return true;
    default:
      return false;
  }
}

// Reads a path behind its mode.
struct PathReader {
  std::string_view text;
  JsonPath& path;
  size_t at = 0;

  using Kind = JsonPath::StepKind;
  bool done() const { return at >= text.size(); }
  char peek() const { return done() ? '\0' : text[at]; }
  bool take(char c) { return !done() && text[at] == c ? ++at, true : false; }
  void skip_blanks() {
    while (peek() == ' ') ++at;
  }
  bool fail(std::string_view reason) { return path.reason_ = reason, false; }

  bool read() {
    if (!take('$')) at = 0;
    bool is_first_name = at == 0;
    while (!done() || is_first_name) {
      JsonPath::Step step;
      bool ok = true;
      if (is_first_name) {
        ok = name(step);
        is_first_name = false;
      } else if (take('.')) {
        step.scans = take('.');
        if (done()) return fail("the path ends with a point");
        ok = peek() == '[' ? bracket(step) : name(step);
      } else if (peek() == '[') {
        ok = bracket(step);
      } else {
        return fail("the path has a character that it cannot have");
      }
      if (!ok) return false;
      path.is_definite_ = path.is_definite_ && step.is_definite();
      path.steps_.push_back(std::move(step));
    }
    return true;
  }

  bool name(JsonPath::Step& step) {
    if (take('*')) return step.kind = Kind::Wildcard, true;
    size_t begin = at;
    while (!done() && peek() != '.' && peek() != '[' && peek() != ' ' && peek() != '(') ++at;
    std::string name(text.substr(begin, at - begin));
    if (name.empty()) return fail("a name is missing in the path");
    if (peek() == ' ') return fail("the path has a blank outside of brackets");
    if (peek() != '(') return step.names.push_back(std::move(name)), true;
    if ((name != "length" && name != "size") || !text.substr(at).starts_with("()")) {
      return fail("the path calls a function that is not there");
    }
    at += 2;
    step.kind = Kind::Length;
    return true;
  }

  bool bracket(JsonPath::Step& step) {
    ++at;
    skip_blanks();
    if (take('*')) {
      step.kind = Kind::Wildcard;
    } else if (peek() == '?') {
      step.kind = Kind::Filter;
      size_t end = text.find(")]", at);
      if (end == std::string_view::npos) return fail("a filter of the path does not end");
      at = end + 1;
    } else if (peek() == '\'' || peek() == '"') {
      if (!quoted_names(step)) return false;
    } else if (!numbers(step)) {
      return false;
    }
    skip_blanks();
    return take(']') || fail("a bracket of the path does not end");
  }

  bool quoted_names(JsonPath::Step& step) {
    do {
      skip_blanks();
      char quote = peek();
      if (quote != '\'' && quote != '"') return fail("a name in brackets has no quotes");
      ++at;
      std::string name;
      while (!done() && peek() != quote) {
        if (peek() == '\\') ++at;
        if (!done()) name += text[at++];
      }
      if (!take(quote)) return fail("a name in brackets does not end");
      step.names.push_back(std::move(name));
      skip_blanks();
    } while (take(','));
    return true;
  }

  bool number(int64_t& out) {
    size_t begin = at;
    take('-');
    while (peek() >= '0' && peek() <= '9') ++at;
    if (at == begin || (at == begin + 1 && text[begin] == '-')) return false;
    out = std::atoll(std::string(text.substr(begin, std::min<size_t>(at - begin, 18))).c_str());
    return true;
  }

  bool numbers(JsonPath::Step& step) {
    int64_t value = 0;
    bool has = number(value);
    skip_blanks();
    if (take(':')) {
      step.kind = Kind::Slice;
      step.has_begin = has;
      step.begin = value;
      skip_blanks();
      step.has_end = number(step.end);
      return true;
    }
    if (!has) return fail("brackets of the path hold neither a name nor an index");
    step.kind = Kind::Indices;
    step.indices.push_back(value);
    while (take(',')) {
      skip_blanks();
      if (!number(value)) return fail("an index is missing in the path");
      step.indices.push_back(value);
      skip_blanks();
    }
    return true;
  }
};

// One search: what the steps from `index` on find below a value.
struct JsonPath::Search {
  const JsonPath& path;
  std::vector<Json> found;
  std::string reason;

  bool is_upstream_definite(size_t index) const {
    return std::all_of(path.steps_.begin(), path.steps_.begin() + static_cast<std::ptrdiff_t>(index),
                       [](const Step& step) { return step.is_definite(); });
  }
  // Nothing here: an error where the way to here was definite and the mode is strict. False stops the search.
  bool miss(size_t index, std::string_view why) {
    if (path.is_lax_ || !is_upstream_definite(index)) return true;
    reason = why;
    return false;
  }

  bool go(const Json& json, size_t index) {
    if (index == path.steps_.size()) return found.push_back(json), true;
    const Step& step = path.steps_[index];
    return step.scans ? scan(json, index) : apply(json, index);
  }

  // Every value at and below this one to which the step applies.
  bool scan(const Json& json, size_t index) {
    const Step& step = path.steps_[index];
    bool applies = false;
    switch (step.kind) {
      case StepKind::Names:
        applies = json.kind == Json::Kind::Object &&
                  std::ranges::all_of(step.names, [&](const std::string& name) { return json.field(name) != nullptr; });
        break;
      case StepKind::Wildcard:
        applies = !json.is_scalar();
        break;
      default:
        applies = json.kind == Json::Kind::Array;
    }
    if (applies && !apply(json, index)) return false;
    for (const Json& item : json.items) {
      if (!scan(item, index)) return false;
    }
    for (const auto& [name, field] : json.fields) {
      if (!scan(field, index)) return false;
    }
    return true;
  }

  bool apply(const Json& json, size_t index) {
    const Step& step = path.steps_[index];
    switch (step.kind) {
      case StepKind::Names:
        return names(json, index);
      case StepKind::Wildcard:
        for (const Json& item : json.items) {
          if (!go(item, index + 1)) return false;
        }
        for (const auto& [name, field] : json.fields) {
          if (!go(field, index + 1)) return false;
        }
        return true;
      case StepKind::Indices:
      case StepKind::Slice:
        return elements(json, index);
      case StepKind::Length: {
        if (json.is_scalar()) return true;
        Json length;
        length.kind = Json::Kind::Integer;
        length.text = std::to_string(json.items.size() + json.fields.size());
        found.push_back(std::move(length));
        return true;
      }
      case StepKind::Filter:
        reason = "filters in JSON paths are not there";
        return false;
    }
    return true;
  }

  bool names(const Json& json, size_t index) {
    const Step& step = path.steps_[index];
    if (json.kind != Json::Kind::Object) return miss(index, "the path names a field of what is no object");
    if (step.names.size() > 1 && index + 1 == path.steps_.size()) {
      Json picked;
      picked.kind = Json::Kind::Object;
      for (const std::string& name : step.names) {
        if (const Json* field = json.field(name)) picked.fields.push_back({name, *field});
      }
      found.push_back(std::move(picked));
      return true;
    }
    for (const std::string& name : step.names) {
      const Json* field = json.field(name);
      if (field == nullptr) {
        if (index + 1 == path.steps_.size()) continue;
        if (!miss(index, "a field of the path is missing")) return false;
        continue;
      }
      if (!go(*field, index + 1)) return false;
    }
    return true;
  }

  bool elements(const Json& json, size_t index) {
    const Step& step = path.steps_[index];
    if (json.kind != Json::Kind::Array) return miss(index, "the path has an index into what is no array");
    auto size = static_cast<int64_t>(json.items.size());
    auto one = [&](int64_t at) {
      if (at < 0) at += size;
      return at < 0 || at >= size || go(json.items[static_cast<size_t>(at)], index + 1);
    };
    if (step.kind == StepKind::Indices) return std::ranges::all_of(step.indices, one);
    int64_t begin = step.has_begin ? step.begin : 0, end = step.has_end ? step.end : size;
    if (begin < 0) begin = std::max<int64_t>(begin + size, 0);
    if (end < 0) end += size;
    for (int64_t at = begin; at < std::min(end, size); ++at) {
      if (!one(at)) return false;
    }
    return true;
  }
};

std::shared_ptr<const JsonPath> JsonPath::parse(std::string_view text) {
  auto path = std::make_shared<JsonPath>();
  auto starts_with_mode = [&](std::string_view mode) {
    size_t first = std::min(text.find_first_not_of(" \t\n"), text.size());
    std::string_view rest = text.substr(first);
    bool same = rest.size() > mode.size() && std::ranges::equal(rest.substr(0, mode.size()), mode, {}, [](char c) {
                  return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
                });
    same = same && (rest[mode.size()] == ' ' || rest[mode.size()] == '\t' || rest[mode.size()] == '\n');
    if (same) text = rest.substr(mode.size() + 1);
    return same;
  };
  path->is_lax_ = starts_with_mode("lax");
  if (!path->is_lax_) starts_with_mode("strict");
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.empty()) {
    path->reason_ = "the path is empty";
    return path;
  }
  PathReader reader{text, *path};
  reader.read();
  return path;
}

JsonFound JsonPath::find(const Json& json) const {
  JsonFound out;
  if (!reason_.empty()) return {{}, false, reason_};
  if (json.kind == Json::Kind::Null) return {{}, false, "the JSON is null"};
  Search search{*this, {}, {}};
  if (!search.go(json, 0)) return {{}, false, search.reason};
  if (!is_definite_) {
    out.value.kind = Json::Kind::Array;
    out.value.items = std::move(search.found);
    out.exists = true;
    return out;
  }
  if (search.found.empty() || (!is_lax_ && search.found[0].kind == Json::Kind::Null)) {
    return {{}, false, is_lax_ ? "" : "the path finds nothing"};
  }
  out.value = std::move(search.found[0]);
  out.exists = true;
  return out;
}

}  // namespace sluice
