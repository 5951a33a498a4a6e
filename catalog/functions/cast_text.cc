// Casts from and to CHAR, VARCHAR, BINARY and VARBINARY.
#include "catalog/functions/kernel_abi.h"
#include "catalog/functions/session_zone.h"
#include "catalog/functions/text_length.h"
#include "catalog/types/text_form.h"
#include "catalog/types/time_math.h"

namespace sluice {
namespace {

inline StringView finish(KernelContext& context, const CallContext& call, const char* begin, const char* end) {
  auto size = static_cast<uint32_t>(end - begin);
  const TypeDescriptor& type = call.result;
  if (type.root == TypeRoot::VarChar && type.precision == INT32_MAX) return copy_text(context, begin, size);
  return fit_text(context, copy_text(context, begin, size), type);
}

}  // namespace

#define SLUICE_CAST_TO_TEXT(from, P, write)                                                          \
  SLUICE_KERNEL void sluice_cast_##from##_text(P x, KernelContext& context, const CallContext& call, \
                                               StringView& out) noexcept {                           \
    char text[kTextMax];                                                                             \
    out = finish(context, call, text, write);                                                        \
  }
SLUICE_CAST_TO_TEXT(i8, int8_t, write_integer(text, x))
SLUICE_CAST_TO_TEXT(i16, int16_t, write_integer(text, x))
SLUICE_CAST_TO_TEXT(i32, int32_t, write_integer(text, x))
SLUICE_CAST_TO_TEXT(i64, int64_t, write_integer(text, x))
SLUICE_CAST_TO_TEXT(f32, float, write_float(text, x))
SLUICE_CAST_TO_TEXT(f64, double, write_double(text, x))
SLUICE_CAST_TO_TEXT(decimal, const Int128&, write_decimal(text, x, call.args[0].scale))
SLUICE_CAST_TO_TEXT(date, Date, write_date(text, static_cast<int32_t>(x)))
SLUICE_CAST_TO_TEXT(time, TimeOfDay, write_time(text, static_cast<int32_t>(x), 0))
SLUICE_CAST_TO_TEXT(timestamp, const TimestampNs&, write_timestamp(text, x, call.args[0].precision))
SLUICE_CAST_TO_TEXT(instant, const InstantNs&,
                    write_timestamp(text, {session_to_local(context, x.milliseconds), x.nanoseconds, 0},
                                    call.args[0].precision))
SLUICE_CAST_TO_TEXT(months, IntervalMonths, write_interval_months(text, static_cast<int32_t>(x)))
SLUICE_CAST_TO_TEXT(interval, IntervalMs, write_interval_ms(text, static_cast<int64_t>(x)))

SLUICE_KERNEL void sluice_cast_bool_text(bool x, KernelContext& context, const CallContext& call,
                                         StringView& out) noexcept {
  out = fit_text(context, x ? StringView("TRUE", 4) : StringView("FALSE", 5), call.result);
}
SLUICE_KERNEL void sluice_cast_text_text(const StringView& x, KernelContext& context, const CallContext& call,
                                         StringView& out) noexcept {
  out = fit_text(context, x, call.result);
}
SLUICE_KERNEL void sluice_cast_bytes_text(const Bytes& x, KernelContext& context, const CallContext& call,
                                          StringView& out) noexcept {
  out = fit_text(context, valid_text(context, x), call.result);
}
SLUICE_KERNEL void sluice_cast_text_bytes(const StringView& x, KernelContext& context, const CallContext& call,
                                          Bytes& out) noexcept {
  static_cast<StringView&>(out) = fit_bytes(context, x, call.result);
}
SLUICE_KERNEL void sluice_cast_bytes_bytes(const Bytes& x, KernelContext& context, const CallContext& call,
                                           Bytes& out) noexcept {
  static_cast<StringView&>(out) = fit_bytes(context, x, call.result);
}

#define SLUICE_CAST_TEXT_TO_INTEGER(to, T, least, greatest, name)                                          \
  SLUICE_KERNEL T sluice_cast_text_##to(const StringView& x, KernelContext& context, RowError&) noexcept { \
    int64_t out = 0;                                                                                       \
    if (!read_integer(x.data(), x.size(), least, greatest, out)) fail_parse(context, x, name);             \
    return static_cast<T>(out);                                                                            \
  }
SLUICE_CAST_TEXT_TO_INTEGER(i8, int8_t, INT8_MIN, INT8_MAX, "TINYINT")
SLUICE_CAST_TEXT_TO_INTEGER(i16, int16_t, INT16_MIN, INT16_MAX, "SMALLINT")
SLUICE_CAST_TEXT_TO_INTEGER(i32, int32_t, INT32_MIN, INT32_MAX, "INT")
SLUICE_CAST_TEXT_TO_INTEGER(i64, int64_t, INT64_MIN, INT64_MAX, "BIGINT")

#define SLUICE_CAST_TEXT_TO(to, T, Value, read, name)                                                      \
  SLUICE_KERNEL T sluice_cast_text_##to(const StringView& x, KernelContext& context, RowError&) noexcept { \
    Value out{};                                                                                           \
    if (!read(x.data(), x.size(), out)) fail_parse(context, x, name);                                      \
    return T{out};                                                                                         \
  }
SLUICE_CAST_TEXT_TO(f32, float, float, read_float, "FLOAT")
SLUICE_CAST_TEXT_TO(f64, double, double, read_double, "DOUBLE")
SLUICE_CAST_TEXT_TO(bool, bool, bool, read_boolean, "BOOLEAN")
SLUICE_CAST_TEXT_TO(date, Date, int32_t, read_date, "DATE")
SLUICE_KERNEL TimeOfDay sluice_cast_text_time(const StringView& x, KernelContext& context, RowError&) noexcept {
  int32_t ms = 0;
  if (!read_time(x.data(), x.size(), ms)) fail_parse(context, x, "TIME");
  return TimeOfDay{ms - ms % static_cast<int32_t>(kMsPerSecond)};
}

SLUICE_KERNEL void sluice_cast_text_decimal(const StringView& x, KernelContext& context, RowError&,
                                            const CallContext& call, Nullable<Int128>& out) noexcept {
  bool fits = true;
  if (!read_decimal(x.data(), x.size(), call.result.precision, call.result.scale, out.value, fits)) {
    fail_parse(context, x, "DECIMAL");
  }
  if (!fits) fail_parse(context, x, "DECIMAL of this precision");
  out.is_null = false;
}
SLUICE_KERNEL void sluice_cast_text_timestamp(const StringView& x, KernelContext& context, RowError&,
                                              const CallContext& call, TimestampNs& out) noexcept {
  if (!read_timestamp(x.data(), x.size(), out)) fail_parse(context, x, "TIMESTAMP");
  cut_digits_down(out, call.result.precision);
}
SLUICE_KERNEL void sluice_cast_text_instant(const StringView& x, KernelContext& context, RowError&,
                                            const CallContext& call, InstantNs& out) noexcept {
  if (!read_timestamp(x.data(), x.size(), out)) fail_parse(context, x, "TIMESTAMP_LTZ");
  out.milliseconds = session_to_utc(context, out.milliseconds);
  cut_digits_down(out, call.result.precision);
}

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/cast_rows.h"

namespace sluice {

std::vector<Overload> text_casts() {
  std::vector<Overload> out;
  add_casts<sluice_cast_i8_text, sluice_cast_i16_text, sluice_cast_i32_text, sluice_cast_i64_text, sluice_cast_f32_text,
            sluice_cast_f64_text, sluice_cast_decimal_text, sluice_cast_date_text, sluice_cast_time_text,
            sluice_cast_timestamp_text, sluice_cast_instant_text, sluice_cast_months_text, sluice_cast_interval_text,
            sluice_cast_bool_text, sluice_cast_text_text, sluice_cast_bytes_text, sluice_cast_text_bytes,
            sluice_cast_bytes_bytes>(out);
  add_casts<sluice_cast_text_i8, sluice_cast_text_i16, sluice_cast_text_i32, sluice_cast_text_i64, sluice_cast_text_f32,
            sluice_cast_text_f64, sluice_cast_text_bool, sluice_cast_text_date, sluice_cast_text_time,
            sluice_cast_text_decimal, sluice_cast_text_timestamp, sluice_cast_text_instant>(out);
  return out;
}

}  // namespace sluice
#endif
