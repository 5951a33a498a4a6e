#include "catalog/functions/like_pattern.h"

#include "catalog/functions/byte_scan.h"

namespace sluice {
namespace {

size_t character_size(std::string_view text) {
  size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) ++size;
  return size;
}

// `_` takes any character but these, because Flink matches with Java's `.`.
bool begins_with_line_end(std::string_view text) {
  return text[0] == '\n' || text[0] == '\r' || text.starts_with("\xC2\x85") || text.starts_with("\xE2\x80\xA8") ||
         text.starts_with("\xE2\x80\xA9");
}

}  // namespace

void LikePattern::add(Token::Kind kind, std::string_view text) {
  if (kind == Token::Text && !tokens_.empty() && tokens_.back().kind == Token::Text) {
    tokens_.back().text += text;
  } else if (kind != Token::AnyMany || tokens_.empty() || tokens_.back().kind != Token::AnyMany) {
    tokens_.push_back({kind, std::string(text)});
  }
}

LikePattern::LikePattern(std::string_view pattern, std::string_view escape) {
  while (!pattern.empty()) {
    size_t size = character_size(pattern);
    std::string_view character = pattern.substr(0, size);
    pattern.remove_prefix(size);
    if (!escape.empty() && character == escape) {
      size_t next = pattern.empty() ? 0 : character_size(pattern);
      std::string_view escaped = pattern.substr(0, next);
      if (escaped != "%" && escaped != "_" && escaped != escape) {
        valid_ = false;
        return;
      }
      add(Token::Text, escaped);
      pattern.remove_prefix(next);
    } else if (character == "%") {
      add(Token::AnyMany, {});
    } else if (character == "_") {
      add(Token::AnyOne, {});
    } else {
      add(Token::Text, character);
    }
  }
  classify();
}

void LikePattern::classify() {
  size_t count = tokens_.size();
  bool first = count > 0 && tokens_.front().kind == Token::AnyMany;
  bool last = count > 0 && tokens_.back().kind == Token::AnyMany;
  size_t middle = count - (first ? 1 : 0) - (last && count > 1 ? 1 : 0);
  if (count == 0) {
    kind_ = Kind::Equals;
  } else if (count == 1 && first) {
    kind_ = Kind::Contains;
  } else if (middle == 1 && tokens_[first ? 1 : 0].kind == Token::Text) {
    literal_ = tokens_[first ? 1 : 0].text;
    kind_ = first ? (last ? Kind::Contains : Kind::Suffix) : (last ? Kind::Prefix : Kind::Equals);
  }
}

bool LikePattern::matches(std::string_view text) const {
  switch (kind_) {
    case Kind::Equals:
      return text == literal_;
    case Kind::Prefix:
      return text.starts_with(literal_);
    case Kind::Suffix:
      return text.ends_with(literal_);
    case Kind::Contains:
      if (literal_.size() < 2) return text.find(literal_) != text.npos;
      return find_part(text.data(), text.size(), literal_.data(), literal_.size()) != nullptr;
    case Kind::General:
      return matches_from(text, 0);
  }
  return false;
}

// Every `%` takes as little as it can; when the rest fails, only the last one is asked to take more, which is enough.
bool LikePattern::matches_from(std::string_view text, size_t token) const {
  std::string_view retry_text;
  size_t retry_token = SIZE_MAX;
  for (;;) {
    bool fits = true;
    if (token == tokens_.size()) {
      fits = text.empty();
      if (fits) return true;
    } else if (tokens_[token].kind == Token::AnyMany) {
      retry_text = text;
      retry_token = ++token;
      continue;
    } else if (tokens_[token].kind == Token::AnyOne) {
      fits = !text.empty() && !begins_with_line_end(text);
      if (fits) text.remove_prefix(character_size(text));
    } else {
      fits = text.starts_with(tokens_[token].text);
      if (fits) text.remove_prefix(tokens_[token].text.size());
    }
    if (fits) {
      ++token;
      continue;
    }
    if (retry_token == SIZE_MAX || retry_text.empty()) return false;
    retry_text.remove_prefix(character_size(retry_text));
    text = retry_text;
    token = retry_token;
  }
}

}  // namespace sluice
