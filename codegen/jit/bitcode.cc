#include "codegen/jit/bitcode.h"

#include <dlfcn.h>
#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/IR/DebugInfo.h>
#include <llvm/Linker/Linker.h>
#include <llvm/Support/xxhash.h>
#include <llvm/Transforms/IPO/Internalize.h>

#include <algorithm>

#include "codegen/jit/llvm_error.h"

namespace sluice::codegen {
namespace {

constexpr const char* kFiles[] = {"codegen_support.bc", "kernels.bc"};

// Tables that run at load or keep symbols alive belong to the native copy of the same file.
void drop_load_time_tables(llvm::Module& module) {
  for (const char* name : {"llvm.global_ctors", "llvm.global_dtors", "llvm.used", "llvm.compiler.used"}) {
    if (llvm::GlobalVariable* table = module.getNamedGlobal(name)) table->eraseFromParent();
  }
}

void delete_bodies(llvm::Module& module, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    llvm::Function* function = module.getFunction(name);
    if (function == nullptr || function->isDeclaration()) continue;
    function->deleteBody();
    function->setComdat(nullptr);
  }
}

}  // namespace

std::string library_path() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&library_path), &info) == 0 || info.dli_fname == nullptr) return {};
  return info.dli_fname;
}

std::string library_directory() {
  std::string path = library_path();
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

Result<BitcodeLibrary> BitcodeLibrary::load(FileSystem& files) {
  BitcodeLibrary library;
  for (const char* name : kFiles) {
    std::string path = library_directory() + "/" + name;
    SLUICE_TRY(bool exists, files.exists(path));
    if (!exists) continue;
    SLUICE_TRY(std::string bytes, files.read_all(path));
    library.digest_ = library.digest_ * 31 + llvm::xxh3_64bits(bytes);
    library.files_.push_back(std::make_shared<const std::string>(std::move(bytes)));
    library.has_kernels_ |= std::string_view(name) == "kernels.bc";
  }
  return library;
}

Status BitcodeLibrary::link_into(llvm::Module& module, const std::vector<std::string>& kept,
                                 const std::vector<std::string>& native) const {
  for (const auto& bytes : files_) {
    llvm::MemoryBufferRef buffer(llvm::StringRef(*bytes), "kernels");
    SLUICE_TRY_LLVM(std::unique_ptr<llvm::Module> source, llvm::getLazyBitcodeModule(buffer, module.getContext()));
    source->setTargetTriple(module.getTargetTriple());
    source->setDataLayout(module.getDataLayout());
    delete_bodies(*source, native);
    drop_load_time_tables(*source);
    if (llvm::Linker::linkModules(module, std::move(source), llvm::Linker::LinkOnlyNeeded)) {
      return fail(ErrorCode::CodeGenerationFailed, "the kernels' bitcode does not fit generated code");
    }
  }
  llvm::StripDebugInfo(module);
  llvm::internalizeModule(module, [&](const llvm::GlobalValue& value) {
    return std::ranges::find(kept, value.getName().str()) != kept.end();
  });
  return Done{};
}

}  // namespace sluice::codegen
