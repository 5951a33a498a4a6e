#pragma once
// The bitcode that generated code calls into: kernels.bc (the SQL functions) and codegen_support.bc (codegen/support).
// Both lie beside the shared library that this code is in.
#include <llvm/IR/Module.h>
#include <llvm/Support/MemoryBuffer.h>

#include <memory>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "base/result.h"

namespace sluice::codegen {

class BitcodeLibrary {
 public:
  // A missing kernels.bc is no error: kernels are then called in the process and never inlined.
  static Result<BitcodeLibrary> load(FileSystem& files);

  // Brings in the definitions that `module` declares and uses, and what they use, as internal functions. `kept` are the
  // module's own entry points. Functions named in `native` stay declarations: they are called in the process.
  Status link_into(llvm::Module& module, const std::vector<std::string>& kept,
                   const std::vector<std::string>& native) const;

  // Of all bytes; part of the key of every cached object.
  uint64_t digest() const { return digest_; }
  bool has_kernels() const { return has_kernels_; }

 private:
  std::vector<std::shared_ptr<const std::string>> files_;
  uint64_t digest_ = 0;
  bool has_kernels_ = false;
};

// The directory of the shared library that holds this code, and its file.
std::string library_directory();
std::string library_path();

}  // namespace sluice::codegen
