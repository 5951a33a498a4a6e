#include "runtime/connectors/nexmark/event_batch.h"

#include <cstring>

namespace sluice::runtime::nexmark {
namespace {

const char* name_of(Kind kind) { return kind == Kind::Person ? "person" : kind == Kind::Auction ? "auction" : "bid"; }

bool is_time(const RowField& field) { return field.type.is(TypeRoot::Timestamp); }

// Nullability and the lengths of strings are the table's business.
bool is_same_kind(const Type& declared, const Type& expected) {
  if (expected.is_character()) return declared.is_character();
  return declared.equals_ignoring_nullability(expected);
}

Result<OutputColumn> resolve_path(const jobgraph::TableRef& table, const jobgraph::FieldPath& path) {
  const RowField& top = table.columns[path[0]];
  if (top.name == "event_type" && top.type.is(TypeRoot::Int)) return OutputColumn{};
  for (Kind kind : {Kind::Person, Kind::Auction, Kind::Bid}) {
    const RowSchema& fields = fields_of(kind);
    if (top.name != name_of(kind) || !top.type.is(TypeRoot::Row) || top.type.child_count() != fields.size()) continue;
    for (uint32_t i = 0; i < fields.size(); ++i) {
      if (top.type.field_name(i) != fields[i].name || !is_same_kind(top.type.child(i), fields[i].type)) {
        return fail(ErrorCode::InvalidJobGraph, "field `{}.{}` of the nexmark table must be `{}` {}", top.name,
                    top.type.field_name(i), fields[i].name, fields[i].type.to_string());
      }
    }
    if (path.size() == 1) return OutputColumn{OutputColumn::What::Event, kind, 0};
    return OutputColumn{OutputColumn::What::Field, kind, path[1]};
  }
  return fail(ErrorCode::InvalidJobGraph,
              "the nexmark connector has the columns event_type INT, person, auction and bid, not `{}` {}", top.name,
              top.type.to_string());
}

using KindSet = std::array<bool, 3>;

Result<KindSet> kinds_of(const Expr& expr, const std::vector<OutputColumn>& columns) {
  KindSet kinds{};
  if (auto* special = expr.as<Special>()) {
    bool conjunction = special->form == Form::And;
    if (conjunction) kinds.fill(true);
    for (const Expr& arg : expr.args) {
      SLUICE_TRY(KindSet other, kinds_of(arg, columns));
      for (size_t k = 0; k < 3; ++k) kinds[k] = conjunction ? kinds[k] && other[k] : kinds[k] || other[k];
    }
    return kinds;
  }
  if (expr.is_call("=") && expr.args.size() == 2) {
    const Expr& left = expr.args[0].as<Literal>() ? expr.args[1] : expr.args[0];
    const Expr& right = expr.args[0].as<Literal>() ? expr.args[0] : expr.args[1];
    auto* column = left.as<ColumnRef>();
    auto* constant = right.as<Literal>();
    if (column && constant && columns[column->index].what == OutputColumn::What::EventType &&
        std::holds_alternative<int64_t>(constant->value.data)) {
      int64_t value = constant->value.get<int64_t>();
      if (value >= 0 && value <= 2) kinds[static_cast<size_t>(value)] = true;
      return kinds;
    }
  }
  return fail(ErrorCode::InvalidJobGraph, "a filter pushed into the nexmark connector is no comparison of event_type");
}

}  // namespace

const RowSchema& fields_of(Kind kind) {
  static const RowSchema kPerson = {{"id", Type::bigint()},           {"name", Type::string()},
                                    {"emailAddress", Type::string()}, {"creditCard", Type::string()},
                                    {"city", Type::string()},         {"state", Type::string()},
                                    {"dateTime", Type::timestamp(3)}, {"extra", Type::string()}};
  static const RowSchema kAuction = {{"id", Type::bigint()},          {"itemName", Type::string()},
                                     {"description", Type::string()}, {"initialBid", Type::bigint()},
                                     {"reserve", Type::bigint()},     {"dateTime", Type::timestamp(3)},
                                     {"expires", Type::timestamp(3)}, {"seller", Type::bigint()},
                                     {"category", Type::bigint()},    {"extra", Type::string()}};
  static const RowSchema kBid = {{"auction", Type::bigint()}, {"bidder", Type::bigint()},
                                 {"price", Type::bigint()},   {"channel", Type::string()},
                                 {"url", Type::string()},     {"dateTime", Type::timestamp(3)},
                                 {"extra", Type::string()}};
  return kind == Kind::Person ? kPerson : kind == Kind::Auction ? kAuction : kBid;
}

Result<std::vector<OutputColumn>> resolve_columns(const jobgraph::Source& source) {
  std::vector<OutputColumn> columns;
  for (const jobgraph::FieldPath& path : source.paths) {
    SLUICE_TRY(OutputColumn column, resolve_path(source.table, path));
    columns.push_back(column);
  }
  return columns;
}

Result<std::array<bool, 3>> resolve_filters(const jobgraph::Source& source, const std::vector<OutputColumn>& columns) {
  KindSet wanted = {true, true, true};
  for (const Expr& filter : source.pushed_filters) {
    SLUICE_TRY(KindSet kinds, kinds_of(filter, columns));
    for (size_t k = 0; k < 3; ++k) wanted[k] = wanted[k] && kinds[k];
  }
  return wanted;
}

EventBatch::EventBatch(BufferPool& pool, std::vector<OutputColumn> columns, std::array<bool, 3> wanted)
    : pool_(pool), columns_(std::move(columns)), wanted_(wanted) {
  for (int kind = 0; kind < 3; ++kind) {
    arrays_[static_cast<size_t>(kind)].resize(fields_of(static_cast<Kind>(kind)).size());
    bool only = wanted[static_cast<size_t>(kind)] && wanted[0] + wanted[1] + wanted[2] == 1;
    if (only) single_kind_ = kind;
  }
}

// Arrays that went out with the last batch are replaced.
void EventBatch::prepare_arrays() {
  for (size_t kind = 0; kind < 3; ++kind) {
    const RowSchema& fields = fields_of(static_cast<Kind>(kind));
    for (size_t i = 0; i < fields.size(); ++i) {
      BufferRef& array = arrays_[kind][i];
      if (!array || !array->is_unique()) array = pool_.allocate(fields[i].type.width() * kEventRowsMax);
    }
  }
}

EventColumns EventBatch::pointers() const {
  auto numbers = [&](size_t kind, size_t i) { return reinterpret_cast<int64_t*>(arrays_[kind][i].data()); };
  auto texts = [&](size_t kind, size_t i) { return reinterpret_cast<StringView*>(arrays_[kind][i].data()); };
  return {.person = {numbers(0, 0), texts(0, 1), texts(0, 2), texts(0, 3), texts(0, 4), texts(0, 5), numbers(0, 6),
                     texts(0, 7)},
          .auction = {numbers(1, 0), texts(1, 1), texts(1, 2), numbers(1, 3), numbers(1, 4), numbers(1, 5),
                      numbers(1, 6), numbers(1, 7), numbers(1, 8), texts(1, 9)},
          .bid = {numbers(2, 0), numbers(2, 1), numbers(2, 2), texts(2, 3), texts(2, 4), numbers(2, 5), texts(2, 6)}};
}

Batch EventBatch::generate(Generator& generator, const Texts& texts, uint32_t rows_max, int64_t end,
                           int64_t* last_time_ms) {
  prepare_arrays();
  const bool wanted[3] = {wanted_[0], wanted_[1], wanted_[2]};
  Generator::Produced produced =
      generator.fill(pointers(), wanted, rows_max, end, single_kind_ >= 0 ? nullptr : order_.data());
  *last_time_ms = produced.last_time_ms;
  if (produced.rows == 0) return {};
  Batch batch = single_kind_ >= 0 ? dense_batch(produced) : mixed_batch(produced);
  batch.rows = produced.rows;
  batch.heaps.push_back(texts.heap);
  return batch;
}

Column EventBatch::null_column(const OutputColumn& column, uint32_t rows) {
  Column out;
  out.rows = rows;
  out.validity = pool_.allocate(validity_words(rows) * sizeof(uint64_t));
  std::memset(out.validity.data(), 0, validity_words(rows) * sizeof(uint64_t));
  const RowSchema& fields = fields_of(column.kind);
  auto zeros = [&](const Type& type) {
    BufferRef values = pool_.allocate(type.width() * rows);
    std::memset(values.data(), 0, type.width() * rows);
    return values;
  };
  if (column.what == OutputColumn::What::Field) {
    out.values = zeros(fields[column.field].type);
    return out;
  }
  for (const RowField& field : fields) out.children.push_back({zeros(field.type), out.validity, {}, rows});
  return out;
}

Column EventBatch::event_type_column(uint32_t rows) {
  Column out;
  out.rows = rows;
  out.values = pool_.allocate(rows * sizeof(int32_t));
  auto* values = reinterpret_cast<int32_t*>(out.values.data());
  for (uint32_t row = 0; row < rows; ++row) values[row] = single_kind_ >= 0 ? single_kind_ : order_[row];
  return out;
}

Batch EventBatch::dense_batch(const Generator::Produced& produced) {
  Batch batch;
  for (const OutputColumn& column : columns_) {
    if (column.what == OutputColumn::What::EventType) {
      batch.columns.push_back(event_type_column(produced.rows));
      continue;
    }
    if (static_cast<int>(column.kind) != single_kind_) {
      batch.columns.push_back(null_column(column, produced.rows));
      continue;
    }
    const std::vector<BufferRef>& arrays = arrays_[static_cast<size_t>(column.kind)];
    Column out;
    out.rows = produced.rows;
    if (column.what == OutputColumn::What::Field) out.values = arrays[column.field];
    if (column.what == OutputColumn::What::Event) {
      for (const BufferRef& array : arrays) out.children.push_back({array, {}, {}, produced.rows});
    }
    batch.columns.push_back(std::move(out));
  }
  return batch;
}

Column EventBatch::scattered(Kind kind, uint32_t field, uint32_t rows, const BufferRef& validity) {
  const Type& type = fields_of(kind)[field].type;
  const char* from = arrays_[static_cast<size_t>(kind)][field].data();
  size_t width = type.width();
  Column out{pool_.allocate(width * rows), validity, {}, rows};
  std::memset(out.values.data(), 0, width * rows);
  for (uint32_t row = 0; row < rows; ++row) {
    if (order_[row] != static_cast<uint8_t>(kind)) continue;
    std::memcpy(out.values.data() + row * width, from, width);
    from += width;
  }
  return out;
}

Batch EventBatch::mixed_batch(const Generator::Produced& produced) {
  uint32_t rows = produced.rows;
  std::array<BufferRef, 3> validity;
  for (uint8_t kind = 0; kind < 3; ++kind) {
    validity[kind] = pool_.allocate(validity_words(rows) * sizeof(uint64_t));
    auto* words = reinterpret_cast<uint64_t*>(validity[kind].data());
    std::memset(words, 0, validity_words(rows) * sizeof(uint64_t));
    for (uint32_t row = 0; row < rows; ++row) words[row >> 6] |= uint64_t{order_[row] == kind} << (row & 63);
  }
  Batch batch;
  for (const OutputColumn& column : columns_) {
    const BufferRef& valid = validity[static_cast<size_t>(column.kind)];
    if (column.what == OutputColumn::What::EventType) {
      batch.columns.push_back(event_type_column(rows));
    } else if (column.what == OutputColumn::What::Field) {
      batch.columns.push_back(scattered(column.kind, column.field, rows, valid));
    } else {
      Column out{{}, valid, {}, rows};
      auto fields = static_cast<uint32_t>(fields_of(column.kind).size());
      for (uint32_t i = 0; i < fields; ++i) out.children.push_back(scattered(column.kind, i, rows, valid));
      batch.columns.push_back(std::move(out));
    }
  }
  return batch;
}

Batch EventBatch::progress(int64_t time_ms) {
  Generator::Produced one;
  one.rows = 1;
  prepare_arrays();
  auto kind = static_cast<size_t>(single_kind_);
  const RowSchema& fields = fields_of(static_cast<Kind>(single_kind_));
  for (size_t i = 0; i < fields.size(); ++i) {
    std::memset(arrays_[kind][i].data(), 0, fields[i].type.width());
    if (is_time(fields[i])) std::memcpy(arrays_[kind][i].data(), &time_ms, sizeof time_ms);
  }
  Batch batch = dense_batch(one);
  batch.rows = 1;
  return batch;
}

}  // namespace sluice::runtime::nexmark
