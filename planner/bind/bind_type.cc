#include "planner/bind/bind_type.h"

#include <algorithm>
#include <array>

#include "planner/plan/logical.h"

namespace sluice::planner {

namespace {

class TypeBinder {
 public:
  TypeBinder(SourceSpan span, BindSession& session) : span_(span), session_(session) {}

  Type operator()(const ast::SimpleType& type) {
    using enum ast::TypeName;
    switch (type.name) {
      case Boolean:
        return Type::boolean();
      case Tinyint:
        return Type::tinyint();
      case Smallint:
        return Type::smallint();
      case Integer:
        return Type::integer();
      case Bigint:
        return Type::bigint();
      case Float:
        return Type::float32();
      case Double:
        return Type::float64();
      case Decimal:
        return decimal(type);
      case Char:
        return Type::character(length(type, 1));
      case Varchar:
        return Type::varchar(length(type, Type::kLengthMax));
      case String:
        return Type::string();
      case Binary:
        return Type::binary(length(type, 1));
      case Varbinary:
        return Type::varbinary(length(type, Type::kLengthMax));
      case Bytes:
        return Type::bytes();
      case Date:
        return Type::date();
      case Time:
        return Type::time(precision(type, 0));
      case Timestamp:
        return Type::timestamp(precision(type, 6));
      case TimestampLtz:
        return Type::timestamp_ltz(precision(type, 6));
      case TimestampWithTimeZone:
        session_.not_supported(span_, "type TIMESTAMP WITH TIME ZONE");
        return Type::invalid();
      case Variant:
        return Type(TypeRoot::Variant);
      case Bitmap:
        return Type(TypeRoot::Bitmap);
      case Null:
        return Type::null();
    }
    return Type::invalid();
  }

  Type operator()(const ast::IntervalType& type) {
    using enum ast::TimeUnit;
    ast::TimeUnit first = type.range.first;
    bool months = first == Year || first == Month || first == Quarter;
    return months ? Type::interval_year_month() : Type::interval_day_time();
  }
  Type operator()(const ast::ArrayType& type) {
    Type element = bind_type(*type.element, session_);
    return element.is_invalid() ? element : Type::array(std::move(element));
  }
  Type operator()(const ast::MultisetType& type) {
    Type element = bind_type(*type.element, session_);
    return element.is_invalid() ? element : Type::multiset(std::move(element));
  }
  Type operator()(const ast::MapType& type) {
    Type key = bind_type(*type.key, session_);
    Type value = bind_type(*type.value, session_);
    if (key.is_invalid() || value.is_invalid()) return Type::invalid();
    return Type::map(std::move(key), std::move(value));
  }
  Type operator()(const ast::RowType& type) {
    std::vector<RowField> fields;
    bool valid = true;
    for (const ast::FieldType& field : type.fields_of_row) {
      if (std::ranges::find(fields, field.name.text, &RowField::name) != fields.end()) {
        session_.report(
            fail(ErrorCode::DuplicateName, field.name.span, "field `{}` stands twice in the row", field.name.text)
                .hint("Give one of them another name."),
            field.name.span);
        valid = false;
      }
      Type bound = bind_type(*field.type, session_);
      valid &= !bound.is_invalid();
      fields.push_back({field.name.text, std::move(bound)});
    }
    return valid ? Type::row(std::move(fields)) : Type::invalid();
  }
  Type operator()(const ast::StructuredType&) { return refused("STRUCTURED"); }
  Type operator()(const ast::RawType&) { return refused("RAW"); }
  Type operator()(const ast::NamedType& type) {
    std::string name;
    for (const ast::Identifier& part : type.name.parts) name += (name.empty() ? "" : ".") + part.text;
    static const std::vector<std::string> kKnown = {"BOOLEAN", "TINYINT",   "SMALLINT",      "INT",     "BIGINT",
                                                    "FLOAT",   "DOUBLE",    "DECIMAL",       "CHAR",    "VARCHAR",
                                                    "STRING",  "BINARY",    "VARBINARY",     "BYTES",   "DATE",
                                                    "TIME",    "TIMESTAMP", "TIMESTAMP_LTZ", "VARIANT", "BITMAP"};
    std::string upper = name;
    std::ranges::transform(upper, upper.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
    session_.report(fail(ErrorCode::UnknownType, span_, "type `{}` does not exist", name).hint(hint_of(upper, kKnown)),
                    span_);
    return Type::invalid();
  }

 private:
  // Names of other systems go further from ours than a misspelling.
  static std::string hint_of(const std::string& name, const std::vector<std::string>& known) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kOthers = {
        {{"TEXT", "STRING"},
         {"VARCHAR2", "STRING"},
         {"NVARCHAR", "STRING"},
         {"JSON", "STRING"},
         {"JSONB", "STRING"},
         {"UUID", "STRING"},
         {"MONEY", "DECIMAL(19, 4)"},
         {"TIMESTAMPTZ", "TIMESTAMP_LTZ(3)"},
         {"FLOAT64", "DOUBLE"},
         {"BYTEA", "BYTES"},
         {"LONG", "BIGINT"},
         {"BOOL", "BOOLEAN"},
         {"DATETIME", "TIMESTAMP"},
         {"BLOB", "BYTES"},
         {"INT64", "BIGINT"},
         {"INT32", "INT"}}};
    if (name == "NUMBER") return "Write DECIMAL(p, s): p digits, s of them behind the point.";
    for (auto [other, ours] : kOthers) {
      if (name == other) return fmt::format("Did you mean `{}`?", ours);
    }
    std::string meant = did_you_mean(name, known);
    return meant.empty()
               ? "Types are STRING, INT, BIGINT, DECIMAL(p, s), DOUBLE, BOOLEAN, DATE, TIMESTAMP(3) and others."
               : meant;
  }

  Type refused(const char* what) {
    session_.not_supported(span_, "type {}", what);
    return Type::invalid();
  }

  int32_t within(uint32_t value, uint32_t low, uint32_t high, const char* what) {
    if (value < low || value > high) {
      bool is_scale = std::string_view(what) == "the scale";
      session_.report(
          fail(ErrorCode::BadTypeParameter, span_, "{} of `{}` is {}, and must be between {} and {}", what,
               session_.text(span_), value, low, high)
              .hint(is_scale ? "The first number counts all digits, the second those of them behind the point."
                             : fmt::format("Write a number from {} to {}.", low, high)),
          span_);
      return static_cast<int32_t>(low);
    }
    return static_cast<int32_t>(value);
  }
  int32_t length(const ast::SimpleType& type, int32_t fallback) {
    return type.parameters.empty() ? fallback : within(type.parameters[0], 0, Type::kLengthMax, "the length");
  }
  // What is more than the most digits of a type counts as the most, as in Flink.
  int32_t precision(const ast::SimpleType& type, int32_t fallback) {
    return type.parameters.empty() ? fallback : static_cast<int32_t>(std::min(type.parameters[0], 9U));
  }
  Type decimal(const ast::SimpleType& type) {
    int32_t digits = 10;
    if (!type.parameters.empty()) {
      digits = within(std::min(type.parameters[0], 38U), 1, 38, "the precision");
    }
    int32_t scale = 0;
    if (type.parameters.size() > 1) {
      scale = within(type.parameters[1], 0, static_cast<uint32_t>(digits), "the scale");
    }
    return Type::decimal(digits, scale);
  }

  SourceSpan span_;
  BindSession& session_;
};

}  // namespace

Type bind_type(const ast::Type& type, BindSession& session) {
  Type bound = std::visit(TypeBinder(type.span, session), type.kind);
  return bound.with_nullability(type.nullable.value_or(true));
}

}  // namespace sluice::planner
