#include "catalog/functions/function_decl.h"

#include "base/check.h"

namespace sluice {
namespace {

struct ClassRow {
  std::string_view text;
  bool (*accepts)(const Type&);
};

template <TypeRoot root>
bool is_root(const Type& type) {
  return type.is(root);
}
template <Physical physical>
bool stands_as(const Type& type) {
  return type.physical() == physical;
}

const ClassRow& row_of(ArgClass arg_class) {
  static const ClassRow kRows[] = {
      {"any type", [](const Type&) { return true; }},
      {"BOOLEAN", is_root<TypeRoot::Boolean>},
      {"TINYINT", is_root<TypeRoot::TinyInt>},
      {"SMALLINT", is_root<TypeRoot::SmallInt>},
      {"INT", is_root<TypeRoot::Int>},
      {"BIGINT", is_root<TypeRoot::BigInt>},
      {"integer", [](const Type& type) { return type.is_integer(); }},
      {"FLOAT", is_root<TypeRoot::Float>},
      {"DOUBLE", is_root<TypeRoot::Double>},
      {"DECIMAL", is_root<TypeRoot::Decimal>},
      {"number", [](const Type& type) { return type.is_numeric(); }},
      {"character string", [](const Type& type) { return type.is_character(); }},
      {"binary string", [](const Type& type) { return type.is_binary_string(); }},
      {"DATE", is_root<TypeRoot::Date>},
      {"TIME", is_root<TypeRoot::Time>},
      {"TIMESTAMP", is_root<TypeRoot::Timestamp>},
      {"TIMESTAMP_LTZ", is_root<TypeRoot::TimestampLtz>},
      {"TIMESTAMP or TIMESTAMP_LTZ", [](const Type& type) { return type.is_timestamp(); }},
      {"INTERVAL YEAR TO MONTH", is_root<TypeRoot::IntervalYearMonth>},
      {"INTERVAL DAY TO SECOND", is_root<TypeRoot::IntervalDayTime>},
      {"ARRAY", is_root<TypeRoot::Array>},
      {"MAP", is_root<TypeRoot::Map>},
      {"MULTISET", is_root<TypeRoot::Multiset>},
      {"ROW", is_root<TypeRoot::Row>},
      {"BOOLEAN", stands_as<Physical::Bool>},
      {"type of 8 bits", stands_as<Physical::Int8>},
      {"type of 16 bits", stands_as<Physical::Int16>},
      {"type of 32 bits", stands_as<Physical::Int32>},
      {"type of 64 bits", stands_as<Physical::Int64>},
      {"type of 128 bits", stands_as<Physical::Int128>},
      {"FLOAT", stands_as<Physical::Float32>},
      {"DOUBLE", stands_as<Physical::Float64>},
      {"string", stands_as<Physical::String>},
      {"timestamp with nanoseconds", stands_as<Physical::TimestampNs>},
  };
  return kRows[static_cast<size_t>(arg_class)];
}

}  // namespace

bool accepts(ArgClass arg_class, const Type& type) { return row_of(arg_class).accepts(type); }
std::string_view text_of(ArgClass arg_class) { return row_of(arg_class).text; }

FunctionDecl FunctionDecl::returns(ResultRule rule) && {
  for (Overload& overload : overloads) overload.result = rule;
  return std::move(*this);
}

FunctionDecl FunctionDecl::nullability(ResultNullability rule) && {
  for (Overload& overload : overloads) overload.nullability = rule;
  return std::move(*this);
}

FunctionDecl FunctionDecl::prepare(PrepareFunction function) && {
  for (Overload& overload : overloads) overload.prepare = function;
  return std::move(*this);
}

FunctionDecl FunctionDecl::opaque(std::string_view reason) && {
  for (Overload& overload : overloads) {
    overload.inlinable = false;
    overload.opaque_because = reason;
  }
  return std::move(*this);
}

TypeDescriptor descriptor_of(const Type& type) {
  return {type.root(), type.physical(),  static_cast<uint8_t>(type.nullable() ? 1 : 0),
          0,           type.precision(), type.scale(),
          0,           nullptr};
}

const TypeDescriptor* CallSite::keep(std::span<const Type> types) {
  auto descriptors = std::make_unique<TypeDescriptor[]>(types.size());
  for (size_t i = 0; i < types.size(); ++i) {
    descriptors[i] = descriptor_of(types[i]);
    if (types[i].child_count() == 0) continue;
    std::vector<Type> children;
    for (const RowField& field : types[i].fields()) children.push_back(field.type);
    descriptors[i].child_count = static_cast<uint32_t>(children.size());
    descriptors[i].children = keep(children);
  }
  return descriptors_.emplace_back(std::move(descriptors)).get();
}

CallSite::CallSite(const Overload& overload, const PrepareArguments& arguments) {
  if (overload.prepare != nullptr) state_ = overload.prepare(arguments);
  context_.args = keep(arguments.arguments.types);
  context_.arg_count = static_cast<uint32_t>(arguments.arguments.types.size());
  context_.result = *keep({&arguments.result, 1});
  context_.state = state_.get();
}

}  // namespace sluice
