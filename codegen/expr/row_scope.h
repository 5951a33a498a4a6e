#pragma once
// Where an expression of a row finds its input: the columns that a function reads, opened once before its loop, and the
// row that the loop has reached.
#include <map>
#include <string>
#include <vector>

#include "catalog/expr/expr.h"
#include "codegen/emit/columns.h"

namespace sluice::codegen {

// A SQL value in registers. `is_null` is an i1, or null when the value never is NULL. When it is true, `value` is
// defined but means nothing.
struct SqlValue {
  llvm::Value* value = nullptr;
  llvm::Value* is_null = nullptr;
};

// A column, or the way through ROWs to a field: {2} is column 2, {2, 0} its field 0.
using ColumnPath = std::vector<uint32_t>;
// The path of a ColumnRef or of FieldRefs above one; empty for anything else.
ColumnPath path_of(const Expr& expr);

// What a pipeline reads. Bitmaps are spread to a byte per row before the loops, so that these vectorize; `flags` is the
// position of the column's bytes in the scratch memory, or -1 when it is never NULL.
struct ColumnUse {
  ColumnPath path;
  Type type;
  std::string name;
  std::vector<bool> nullable;  // Per step of the path.
  int32_t flags = -1;
};

class ColumnUses {
 public:
  explicit ColumnUses(const RowSchema& input) : input_(input) {}
  void add(const Expr& expr);
  const ColumnUse& at(const ColumnPath& path) const { return uses_.at(path); }
  const std::map<ColumnPath, ColumnUse>& all() const { return uses_; }
  uint32_t flag_count() const { return flag_count_; }

 private:
  const RowSchema& input_;
  std::map<ColumnPath, ColumnUse> uses_;
  uint32_t flag_count_ = 0;
};

// Says that the columns read and the columns written do not overlap, so that loops vectorize without checks.
class AliasScopes {
 public:
  AliasScopes(llvm::LLVMContext& context, uint32_t outputs);
  void mark_read(llvm::Instruction* load) const;
  void mark_write(llvm::Instruction* store, uint32_t output) const;

 private:
  llvm::MDNode* inputs_;
  llvm::MDNode* all_outputs_;
  std::vector<llvm::MDNode*> outputs_;
  std::vector<llvm::MDNode*> all_but_;
};

// The ColumnView at the end of a path.
llvm::Value* view_address(Builder& b, llvm::Value* columns, const ColumnPath& path, size_t steps);

class RowScope {
 public:
  // Opens `paths` at the builder's position, which is before the loop.
  RowScope(Builder& b, const ColumnUses& uses, const std::vector<ColumnPath>& paths, llvm::Value* columns,
           llvm::Value* scratch, const AliasScopes& aliases);
  void set_row(llvm::Value* row) { row_ = row; }
  llvm::Value* row() const { return row_; }
  SqlValue column(const ColumnPath& path);
  // Of a column of any type; null when it never is NULL.
  llvm::Value* is_null(const ColumnPath& path);

 private:
  struct Opened {
    llvm::Value* values = nullptr;
    llvm::Value* flags = nullptr;
  };
  Builder& b_;
  const ColumnUses& uses_;
  const AliasScopes& aliases_;
  std::map<ColumnPath, Opened> opened_;
  llvm::Value* row_ = nullptr;
};

}  // namespace sluice::codegen
