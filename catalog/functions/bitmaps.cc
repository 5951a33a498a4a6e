// BITMAP_BUILD and the other functions of bitmaps.
#include <optional>

#include "catalog/functions/families.h"
#include "catalog/functions/value_kernel.h"
#include "catalog/types/bitmap.h"

namespace sluice {
namespace {

// Values of the type are always of the format.
Bitmap bitmap_at(const ValueCall& call, size_t i) { return Bitmap::read(call.text(i)).value_or(Bitmap()); }

Value sluice_bitmap_and(ValueCall& call) {
  return {Bitmap::combined(bitmap_at(call, 0), bitmap_at(call, 1), [](bool a, bool b) { return a && b; }).bytes()};
}
Value sluice_bitmap_andnot(ValueCall& call) {
  return {Bitmap::combined(bitmap_at(call, 0), bitmap_at(call, 1), [](bool a, bool b) { return a && !b; }).bytes()};
}
Value sluice_bitmap_or(ValueCall& call) {
  return {Bitmap::combined(bitmap_at(call, 0), bitmap_at(call, 1), [](bool a, bool b) { return a || b; }).bytes()};
}
Value sluice_bitmap_xor(ValueCall& call) {
  return {Bitmap::combined(bitmap_at(call, 0), bitmap_at(call, 1), [](bool a, bool b) { return a != b; }).bytes()};
}

Value sluice_bitmap_build(ValueCall& call) {
  std::vector<uint32_t> values;
  for (const Value& value : call.list(0)) {
    if (!value.is_null()) values.push_back(static_cast<uint32_t>(value.get<int64_t>()));
  }
  return {Bitmap::of(std::move(values)).bytes()};
}

Value sluice_bitmap_cardinality(ValueCall& call) { return {static_cast<int64_t>(bitmap_at(call, 0).size())}; }

Value sluice_bitmap_from_bytes(ValueCall& call) {
  auto bitmap = Bitmap::read(call.text(0));
  return bitmap ? Value{bitmap->bytes()} : call.fail("the bytes are no bitmap of the Roaring format");
}
Value sluice_bitmap_to_bytes(ValueCall& call) { return call[0]; }

constexpr uint64_t kValuesMax = 100'000'000;  // Of what is written out.

Value sluice_bitmap_to_array(ValueCall& call) {
  Bitmap bitmap = bitmap_at(call, 0);
  if (bitmap.size() > kValuesMax) return call.fail("the bitmap has too many values for an array");
  ValueList out;
  for (uint32_t value : bitmap.values()) out.push_back({int64_t{static_cast<int32_t>(value)}});
  return Value::list(std::move(out));
}

Value sluice_bitmap_to_string(ValueCall& call) {
  Bitmap bitmap = bitmap_at(call, 0);
  if (bitmap.size() > kValuesMax) return call.fail("the bitmap has too many values for a text");
  return {bitmap.text()};
}

template <TypeRoot root, size_t count>
std::optional<std::vector<Type>> all_of_root(const CallArguments& arguments) {
  if (arguments.types.size() != count) return {};
  for (const Type& type : arguments.types) {
    if (!type.is(root)) return {};
  }
  return std::vector<Type>(arguments.types.begin(), arguments.types.end());
}
std::optional<std::vector<Type>> array_of_int(const CallArguments& arguments) {
  if (arguments.types.size() != 1 || !arguments.types[0].is(TypeRoot::Array)) return {};
  if (!arguments.types[0].child(0).is(TypeRoot::Int)) return {};
  return std::vector<Type>{arguments.types[0]};
}

Type bitmap_type(const CallArguments&) { return Type(TypeRoot::Bitmap); }

template <ValueFunction Function>
FunctionDecl combining(std::string_view name, std::string_view doc, std::string_view example, std::string_view result) {
  return value_function<Function>(name, {ArgClass::Any, ArgClass::Any}, bitmap_type)
      .coerce(all_of_root<TypeRoot::Bitmap, 2>)
      .doc(doc)
      .example(example, result);
}

template <ValueFunction Function>
FunctionDecl of_bitmap(std::string_view name, ResultRule result) {
  return value_function<Function>(name, {ArgClass::Any}, result).coerce(all_of_root<TypeRoot::Bitmap, 1>);
}

}  // namespace

std::vector<FunctionDecl> bitmap_functions() {
  return {
      combining<sluice_bitmap_and>("BITMAP_AND", "The numbers that both bitmaps have.",
                                   "BITMAP_TO_STRING(BITMAP_AND(BITMAP_BUILD(ARRAY[1, 2]), BITMAP_BUILD(ARRAY[2, 3])))",
                                   "'{2}'"),
      combining<sluice_bitmap_andnot>(
          "BITMAP_ANDNOT", "The numbers of the first bitmap that the second does not have.",
          "BITMAP_TO_STRING(BITMAP_ANDNOT(BITMAP_BUILD(ARRAY[1, 2]), BITMAP_BUILD(ARRAY[2, 3])))", "'{1}'"),
      combining<sluice_bitmap_or>("BITMAP_OR", "The numbers of both bitmaps.",
                                  "BITMAP_TO_STRING(BITMAP_OR(BITMAP_BUILD(ARRAY[1, 2]), BITMAP_BUILD(ARRAY[2, 3])))",
                                  "'{1,2,3}'"),
      combining<sluice_bitmap_xor>("BITMAP_XOR", "The numbers that only one of the bitmaps has.",
                                   "BITMAP_TO_STRING(BITMAP_XOR(BITMAP_BUILD(ARRAY[1, 2]), BITMAP_BUILD(ARRAY[2, 3])))",
                                   "'{1,3}'"),
      value_function<sluice_bitmap_build>("BITMAP_BUILD", {ArgClass::Array}, bitmap_type)
          .example("BITMAP_CARDINALITY(BITMAP_BUILD(ARRAY[1, 5]))", "2")
          .coerce(array_of_int)
          .doc("The bitmap of an array of INT, taken as unsigned."),
      of_bitmap<sluice_bitmap_cardinality>("BITMAP_CARDINALITY", [](const CallArguments&) { return Type::bigint(); })
          .doc("How many numbers a bitmap has.")
          .example("BITMAP_CARDINALITY(BITMAP_BUILD(ARRAY[1, 2, 1]))", "2"),
      value_function<sluice_bitmap_from_bytes>("BITMAP_FROM_BYTES", {ArgClass::Binary}, bitmap_type)
          .example("BITMAP_CARDINALITY(BITMAP_FROM_BYTES(BITMAP_TO_BYTES(BITMAP_BUILD(ARRAY[1]))))", "1")
          .doc("The bitmap of bytes of the portable Roaring format."),
      of_bitmap<sluice_bitmap_to_bytes>("BITMAP_TO_BYTES", [](const CallArguments&) { return Type::bytes(); })
          .doc("A bitmap as bytes of the portable Roaring format.")
          .example("BITMAP_TO_BYTES(BITMAP_BUILD(ARRAY[1]))", "X'3a3000000100000000000000100000000100'"),
      of_bitmap<sluice_bitmap_to_array>("BITMAP_TO_ARRAY",
                                        [](const CallArguments&) { return Type::array(Type::integer()); })
          .doc("The numbers of a bitmap, in the order of unsigned ones, as INT.")
          .example("BITMAP_TO_ARRAY(BITMAP_BUILD(ARRAY[2, 1]))", "ARRAY[1, 2]"),
      of_bitmap<sluice_bitmap_to_string>("BITMAP_TO_STRING", [](const CallArguments&) { return Type::string(); })
          .doc("The numbers of a bitmap as text.")
          .example("BITMAP_TO_STRING(BITMAP_BUILD(ARRAY[2, 1]))", "'{1,2}'"),
  };
}

}  // namespace sluice
