#pragma once
// Messages to rows in tests.
#include <gtest/gtest.h>

#include "base/buffer.h"
#include "catalog/types/value_text.h"
#include "runtime/connectors/row_batch.h"
#include "runtime/formats/message_decoder.h"

namespace sluice::runtime {

class DecodeTest : public testing::Test {
 protected:
  // What the query reads: whole columns by default.
  std::unique_ptr<Decoder> open(const std::string& format, const RowSchema& columns, const FormatOptions& options = {},
                                std::vector<jobgraph::FieldPath> paths = {}, const DecodeOptions& policy = {}) {
    auto factory = find_format_factory(format);
    EXPECT_TRUE(factory);
    DecoderSpec spec;
    spec.columns = columns;
    if (paths.empty()) {
      for (uint32_t i = 0; i < columns.size(); ++i) paths.push_back({i});
    }
    spec.paths = paths;
    output_.clear();
    for (const jobgraph::FieldPath& path : paths) {
      Type type = columns[path[0]].type;
      for (size_t depth = 1; depth < path.size(); ++depth) type = Type(type.child(path[depth]));
      output_.push_back({"c" + std::to_string(output_.size()), type});
    }
    auto decoder = open_decoder(**factory, spec, options, policy, {&session_}, pool_);
    EXPECT_TRUE(decoder) << decoder.error().message;
    rows_ = std::make_unique<RowAppender>(pool_, output_, &session_);
    return *std::move(decoder);
  }

  // The rows so far, one per line, as `+I[1, "x"]`; then they are gone.
  std::string take() {
    std::string out;
    for (Batch batch = rows_->take(); batch.rows > 0; batch = rows_->take()) {
      for (const TableChange& change : changes_of(batch, output_)) {
        out += (out.empty() ? "" : "\n") + std::string(text_of(change.kind)) + "[";
        for (size_t i = 0; i < change.row.size(); ++i) {
          out += (i > 0 ? ", " : "") + json_text(change.row[i], output_[i].type);
        }
        out += "]";
      }
    }
    return out;
  }

  // The rows of one message, or its fault and reason.
  std::string decode(Decoder& decoder, std::string_view message) {
    auto error = decoder.decode(message, *rows_);
    std::string rows = take();
    return error ? std::string(name_of(error->fault)) + ": " + error->reason : rows;
  }

  SessionContext session_;
  BufferPool pool_;
  RowSchema output_;
  std::unique_ptr<RowAppender> rows_;
};

}  // namespace sluice::runtime
