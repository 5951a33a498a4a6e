#include "runtime/connectors/filesystem/layout.h"

#include <charconv>

#include "base/file_uri.h"
#include "base/key_hash.h"

namespace sluice::runtime::filesystem {
namespace {

constexpr std::string_view kEscaped = "\"#%'*/:=?\\{[]^\x7f";

bool must_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || kEscaped.find(c) != std::string_view::npos; }

std::string escape(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (must_escape(c)) {
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ptr == text.data() + i + 3) {
      out += static_cast<char>(code);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

Result<std::string> directory_of(const std::string& path_option) {
  SLUICE_TRY(std::string path, path_of_uri(path_option));
  if (path.empty()) return fail(ErrorCode::BadOptionValue, "option `path` is empty");
  return path;
}

std::string staging_name_of(std::string_view owner) {
  return fmt::format(".sluice-{:016x}", hash_bytes(0, owner.data(), static_cast<uint32_t>(owner.size())));
}

bool is_hidden(std::string_view name) { return name.starts_with('.') || name.starts_with('_'); }

std::string partition_path(const std::vector<std::string>& columns, const std::vector<std::string>& values) {
  std::string path;
  for (size_t i = 0; i < columns.size(); ++i) {
    path += (i ? "/" : "") + escape(columns[i]) + "=" + escape(values[i]);
  }
  return path;
}

std::map<std::string, std::string> partition_values(std::string_view relative_path) {
  std::map<std::string, std::string> values;
  while (!relative_path.empty()) {
    size_t end = std::min(relative_path.find('/'), relative_path.size());
    std::string_view folder = relative_path.substr(0, end);
    if (size_t equals = folder.find('='); equals != std::string_view::npos) {
      values[unescape(folder.substr(0, equals))] = unescape(folder.substr(equals + 1));
    }
    relative_path.remove_prefix(std::min(end + 1, relative_path.size()));
  }
  return values;
}

std::string pack(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += fmt::format("{}:{}", text.size(), text);
  return out;
}

Result<std::vector<std::string>> unpack(std::string_view packed) {
  std::vector<std::string> texts;
  while (!packed.empty()) {
    size_t size = 0;
    auto [end, error] = std::from_chars(packed.data(), packed.data() + packed.size(), size);
    auto digits = static_cast<size_t>(end - packed.data());
    if (error != std::errc{} || digits >= packed.size() || *end != ':' || size > packed.size() - digits - 1) {
      return fail(ErrorCode::CorruptCheckpoint, "a committable of the filesystem sink is malformed");
    }
    texts.emplace_back(packed.substr(digits + 1, size));
    packed.remove_prefix(digits + 1 + size);
  }
  return texts;
}

}  // namespace sluice::runtime::filesystem
