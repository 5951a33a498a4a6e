#include "tools/sluice/local/row_digest.h"

#include <cstring>
#include <numeric>

#include "base/key_hash.h"
#include "runtime/interp/interpreter_provider.h"

namespace sluice::tools {
namespace {

// The sum of the lines' hashes; a line is as long as it is, so what is left of a block waits for the next.
Result<uint64_t> digest_of_file(FileSystem& files, const std::string& path, uint64_t seed) {
  constexpr size_t kBlockBytes = size_t{4} << 20;
  SLUICE_TRY(auto file, files.open(path));
  std::string block(kBlockBytes, '\0');
  std::string rest;
  uint64_t sum = 0;
  auto add = [&](const char* line, size_t size) { sum += hash_bytes(seed, line, static_cast<uint32_t>(size)); };
  for (uint64_t at = 0;;) {
    SLUICE_TRY(size_t got, file->read(at, kBlockBytes, block.data()));
    if (got == 0) break;
    at += got;
    const char* begin = block.data();
    const char* end = begin + got;
    while (const auto* line_end =
               static_cast<const char*>(std::memchr(begin, '\n', static_cast<size_t>(end - begin)))) {
      if (rest.empty()) {
        add(begin, static_cast<size_t>(line_end - begin));
      } else {
        rest.append(begin, line_end);
        add(rest.data(), rest.size());
        rest.clear();
      }
      begin = line_end + 1;
    }
    rest.append(begin, end);
  }
  if (!rest.empty()) add(rest.data(), rest.size());
  return sum;
}

Result<uint64_t> digest_below(FileSystem& files, const std::string& directory, const std::string& folder) {
  SLUICE_TRY(auto entries, files.list(directory));
  uint64_t seed = hash_bytes(kKeyHashSeed, folder.data(), static_cast<uint32_t>(folder.size()));
  uint64_t sum = 0;
  for (const DirectoryEntry& entry : entries) {
    if (entry.name.starts_with('.') || entry.name.starts_with('_')) continue;
    std::string path = directory + "/" + entry.name;
    SLUICE_TRY(uint64_t part, entry.is_directory ? digest_below(files, path, folder + "/" + entry.name)
                                                 : digest_of_file(files, path, seed));
    sum += part;
  }
  return sum;
}

}  // namespace

Result<RowDigest> RowDigest::create(const RowSchema& columns) {
  runtime::KeySpec spec;
  spec.input = columns;
  spec.columns.resize(columns.size());
  std::iota(spec.columns.begin(), spec.columns.end(), 0U);
  std::vector<Type> types;
  for (const RowField& column : columns) types.push_back(column.type);
  spec.layout = runtime::layout_of(types);
  SLUICE_TRY(auto hasher, runtime::InterpreterProvider().key(spec));
  return RowDigest(std::move(hasher));
}

void RowDigest::add(const runtime::Batch& batch) {
  uint64_t hashes[kBatchRowsMax];
  runtime::BatchView view(batch);
  const runtime::KeyKernels& kernels = hasher_->current();
  kernels.hash(kernels.self, view.columns(), nullptr, batch.rows, hashes);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    sum_ += sign_of(batch.kind(row)) > 0 ? hashes[row] : ~hashes[row] + 1;
  }
}

Result<uint64_t> digest_of_files(FileSystem& files, const std::string& directory) {
  return digest_below(files, directory, {});
}

}  // namespace sluice::tools
