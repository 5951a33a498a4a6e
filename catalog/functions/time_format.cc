// Times as text in a given pattern, and back.
#include <cmath>
#include <utility>

#include "catalog/functions/date_format.h"
#include "catalog/functions/java_date_format.h"
#include "catalog/functions/kernel_abi.h"
#include "catalog/functions/session_zone.h"
#include "catalog/functions/text_length.h"
#include "catalog/types/decimal.h"
#include "catalog/types/text_form.h"
#include "catalog/types/time_math.h"
#include "catalog/types/time_zone.h"

namespace sluice {
namespace {

// The format of a call: prepared, or that of this row's pattern, kept alive here.
struct UsedFormat {
  std::shared_ptr<const DateFormat> owned;
  const DateFormat* format;
  UsedFormat(const DateFormat* prepared, const StringView& pattern) : format(prepared) {
    if (prepared != nullptr) return;
    owned = DateFormat::compile_cached(pattern.view());
    format = owned.get();
  }
};

void write_time_text(const DateFormat& format, const TimestampNs& local, KernelContext& context, StringView& out) {
  char text[DateFormat::kTextMax];
  if (format.write_error() != nullptr) return fail_row(context.error, format.write_error());
  out = copy_buffered(context, text, static_cast<uint32_t>(format.write(text, local) - text));
}

// `yyyy-MM-dd[ HH:mm:ss[.f]]`
bool read_plain(std::string_view text, TimestampNs& local) {
  return read_timestamp(text.data(), static_cast<uint32_t>(text.size()), local);
}

// Where the pattern does not fit, that form does, too; a day beyond the month's end then runs into the next month.
bool read_with(const DateFormat& format, const StringView& text, TimestampNs& local) {
  if (format.read(text.view(), true, local)) return true;
  std::string_view plain = text.view();
  while (plain.starts_with(' ')) plain.remove_prefix(1);
  while (plain.ends_with(' ')) plain.remove_suffix(1);
  if (!read_plain(plain, local)) return false;
  int64_t days = floor_div(local.milliseconds, kMsPerDay);
  CivilDate date = civil_of(days);
  int32_t written = plain.size() >= 10 ? (plain[8] - '0') * 10 + plain[9] - '0' : date.day;
  if (date.day == days_in_month(date.year, date.month) && written > date.day && written <= 31) {
    local.milliseconds += (written - date.day) * kMsPerDay;
  }
  return true;
}

const TimeZone* session_zone(const KernelContext& context) {
  return context.session == nullptr ? nullptr : static_cast<const TimeZone*>(context.session->zone);
}

// The instant of a text in a zone (null: UTC), or nothing when it cannot be read.
bool read_java(const JavaDateFormat& format, std::string_view text, const TimeZone* zone, int64_t& utc_ms) {
  auto read = format.read(text);
  if (!read) return false;
  utc_ms = read->offset_ms   ? read->local_ms - *read->offset_ms
           : zone == nullptr ? read->local_ms
                             : zone->from_wall(read->local_ms);
  return true;
}
void write_java(const JavaDateFormat& format, int64_t utc_ms, const TimeZone* zone, KernelContext& context,
                StringView& out) {
  if (format.error() != nullptr) return fail_row(context.error, format.error());
  int64_t wall = zone == nullptr ? utc_ms : zone->to_wall(utc_ms);
  std::string text = format.write(wall, wall - utc_ms);
  out = copy_text(context, text.data(), static_cast<uint32_t>(text.size()));
}

// A zone as java.util.TimeZone names them; one that is not known is UTC.
const TimeZone* legacy_zone(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kShort[] = {
      {"EST", "-05:00"},          {"MST", "-07:00"},          {"HST", "-10:00"},     {"PST", "America/Los_Angeles"},
      {"CST", "America/Chicago"}, {"IST", "Asia/Kolkata"},    {"JST", "Asia/Tokyo"}, {"CTT", "Asia/Shanghai"},
      {"ECT", "Europe/Paris"},    {"AET", "Australia/Sydney"}};
  for (const auto& [known, zone] : kShort) {
    if (known == name) name = zone;
  }
  return TimeZone::find(name);
}

// Seconds since 1970 of a text in the session's zone; the least BIGINT when it cannot be read.
int64_t unix_time(const StringView& text, const JavaDateFormat& format, KernelContext& context) {
  if (format.error() != nullptr) return fail_row(context.error, format.error()), 0;
  int64_t ms = 0;
  if (!read_java(format, text.view(), session_zone(context), ms)) return INT64_MIN;
  return ms / kMsPerSecond;
}

// Milliseconds that years 0000 to 9999 reach.
constexpr int64_t kLeastMs = -62'167'219'200'000;
constexpr int64_t kGreatestMs = 253'402'300'799'999;

void instant_of(int64_t count, int32_t digits, KernelContext& context, Nullable<InstantMs>& out) {
  if (digits != 0 && digits != 3) {
    return fail_row(context.error, "the precision of TO_TIMESTAMP_LTZ must be 0 or 3");
  }
  int64_t ms = 0;
  bool overflows = __builtin_mul_overflow(count, digits == 0 ? int64_t{1000} : int64_t{1}, &ms);
  out.is_null = overflows || ms < kLeastMs || ms > kGreatestMs;
  if (!out.is_null) out.value = InstantMs{ms};
}

}  // namespace

SLUICE_KERNEL void sluice_date_format_timestamp(const TimestampNs& time, const StringView& pattern,
                                                KernelContext& context, RowError&, const DateFormat* prepared,
                                                StringView& out) noexcept {
  write_time_text(*UsedFormat(prepared, pattern).format, time, context, out);
}
SLUICE_KERNEL void sluice_date_format_instant(const InstantNs& time, const StringView& pattern, KernelContext& context,
                                              RowError&, const DateFormat* prepared, StringView& out) noexcept {
  TimestampNs local{session_to_local(context, time.milliseconds), time.nanoseconds, 0};
  write_time_text(*UsedFormat(prepared, pattern).format, local, context, out);
}
SLUICE_KERNEL void sluice_date_format_text(const StringView& time, const StringView& pattern, KernelContext& context,
                                           RowError&, Nullable<StringView>& out) noexcept {
  int64_t utc_ms = 0;
  out.is_null = !read_java(JavaDateFormat::plain(), time.view(), nullptr, utc_ms);
  if (out.is_null) return;
  write_java(*JavaDateFormat::compile_cached(pattern.view()), utc_ms, nullptr, context, out.value);
}

SLUICE_KERNEL void sluice_to_timestamp(const StringView& text, Nullable<TimestampNs>& out) noexcept {
  out.is_null = !read_plain(text.view(), out.value);
}
SLUICE_KERNEL void sluice_to_timestamp_pattern(const StringView& text, const StringView& pattern,
                                               const DateFormat* prepared, Nullable<TimestampNs>& out) noexcept {
  out.is_null = !read_with(*UsedFormat(prepared, pattern).format, text, out.value);
}
SLUICE_KERNEL void sluice_to_date(const StringView& text, Nullable<Date>& out) noexcept {
  int32_t days = 0;
  out.is_null = !read_date(text.data(), text.size(), days);
  out.value = Date{days};
}
// What cannot be read is the least BIGINT of milliseconds, of which Flink takes the lower bits of the day.
SLUICE_KERNEL Date sluice_to_date_pattern(const StringView& text, const StringView& pattern, KernelContext& context,
                                          RowError&) noexcept {
  auto format = JavaDateFormat::compile_cached(pattern.view());
  if (format->error() != nullptr) return fail_row(context.error, format->error()), Date{};
  int64_t ms = 0;
  if (!read_java(*format, text.view(), nullptr, ms)) return Date{static_cast<int32_t>(INT64_MIN / kMsPerDay)};
  return Date{static_cast<int32_t>(floor_div(ms, kMsPerDay))};
}

SLUICE_KERNEL void sluice_to_timestamp_ltz(int64_t count, int32_t digits, KernelContext& context, RowError&,
                                           Nullable<InstantMs>& out) noexcept {
  instant_of(count, digits, context, out);
}
SLUICE_KERNEL void sluice_to_timestamp_ltz_ms(int64_t count, KernelContext& context, RowError&,
                                              Nullable<InstantMs>& out) noexcept {
  instant_of(count, 3, context, out);
}
SLUICE_KERNEL void sluice_to_timestamp_ltz_double(double count, int32_t digits, KernelContext& context, RowError&,
                                                  Nullable<InstantMs>& out) noexcept {
  // Beyond the years that exist either way.
  double bounded = std::isnan(count) ? 0 : count > 9e18 ? 9e18 : count < -9e18 ? -9e18 : count;
  instant_of(static_cast<int64_t>(digits == 0 ? bounded * 1000 : bounded), digits == 0 ? 3 : digits, context, out);
}
SLUICE_KERNEL void sluice_to_timestamp_ltz_double_ms(double count, KernelContext& context, RowError& error,
                                                     Nullable<InstantMs>& out) noexcept {
  sluice_to_timestamp_ltz_double(count, 3, context, error, out);
}
// Digits behind the point are cut.
SLUICE_KERNEL void sluice_to_timestamp_ltz_decimal(const Int128& count, int32_t digits, const CallContext& call,
                                                   KernelContext& context, RowError&,
                                                   Nullable<InstantMs>& out) noexcept {
  Int128 whole = count / power_of_ten(call.args[0].scale);
  out.is_null = !fits_int64(whole);
  if (!out.is_null) instant_of(static_cast<int64_t>(whole), digits, context, out);
}
SLUICE_KERNEL void sluice_to_timestamp_ltz_text(const StringView& text, KernelContext& context, RowError&,
                                                InstantMs& out) noexcept {
  TimestampNs local;
  if (!read_plain(text.view(), local)) return fail_parse(context, text, "TIMESTAMP_LTZ");
  out = InstantMs{session_to_utc(context, local.milliseconds)};
}
SLUICE_KERNEL void sluice_to_timestamp_ltz_pattern(const StringView& text, const StringView& pattern,
                                                   const DateFormat* prepared, Nullable<InstantMs>& out) noexcept {
  TimestampNs local;  // Of UTC, whatever the session's zone is.
  out.is_null = !read_with(*UsedFormat(prepared, pattern).format, text, local);
  if (!out.is_null) out.value = InstantMs{local.milliseconds};
}
SLUICE_KERNEL void sluice_to_timestamp_ltz_zone(const StringView& text, const StringView& pattern,
                                                const StringView& zone_name, const DateFormat* prepared,
                                                Nullable<InstantMs>& out) noexcept {
  TimestampNs local;
  const TimeZone* zone = TimeZone::find(zone_name.view());
  out.is_null = zone == nullptr || !read_with(*UsedFormat(prepared, pattern).format, text, local);
  if (!out.is_null) out.value = InstantMs{zone->to_utc(local.milliseconds)};
}

SLUICE_KERNEL void sluice_from_unixtime(int64_t seconds, KernelContext& context, StringView& out) noexcept {
  auto ms = static_cast<int64_t>(static_cast<uint64_t>(seconds) * 1000);
  write_java(JavaDateFormat::plain(), ms, session_zone(context), context, out);
}
SLUICE_KERNEL void sluice_from_unixtime_pattern(int64_t seconds, const StringView& pattern, KernelContext& context,
                                                RowError&, StringView& out) noexcept {
  auto ms = static_cast<int64_t>(static_cast<uint64_t>(seconds) * 1000);
  write_java(*JavaDateFormat::compile_cached(pattern.view()), ms, session_zone(context), context, out);
}
SLUICE_KERNEL int64_t sluice_unix_now(KernelContext& context) noexcept {
  const SessionContext* session = context.session;
  if (session == nullptr) return 0;
  int64_t ms = session->now_ms != nullptr ? session->now_ms(session->clock) : session->statement_time_ms;
  return floor_div(ms, kMsPerSecond);
}
SLUICE_KERNEL int64_t sluice_unix_timestamp(const StringView& text, KernelContext& context) noexcept {
  return unix_time(text, JavaDateFormat::plain(), context);
}
SLUICE_KERNEL int64_t sluice_unix_timestamp_pattern(const StringView& text, const StringView& pattern,
                                                    KernelContext& context, RowError&) noexcept {
  return unix_time(text, *JavaDateFormat::compile_cached(pattern.view()), context);
}

SLUICE_KERNEL void sluice_convert_tz(const StringView& text, const StringView& from, const StringView& to,
                                     KernelContext& context, Nullable<StringView>& out) noexcept {
  int64_t utc_ms = 0;
  const JavaDateFormat& format = JavaDateFormat::plain();
  const TimeZone *source = legacy_zone(from.view()), *target = legacy_zone(to.view());
  out.is_null = !read_java(format, text.view(), source, utc_ms);
  if (!out.is_null) write_java(format, utc_ms, target, context, out.value);
}

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/describe.h"
#include "catalog/functions/families.h"

namespace sluice {
namespace {

std::shared_ptr<const void> prepare_format(const PrepareArguments& prepared) {
  if (prepared.arguments.types.size() < 2 || !prepared.arguments.types[1].is_character()) return nullptr;
  const Value* pattern = prepared.arguments.constant(1);
  if (pattern == nullptr || pattern->is_null()) return nullptr;
  return DateFormat::compile(pattern->get<std::string>());
}

// A DATE or a TIME would have to become a timestamp first.
std::optional<std::vector<Type>> formatted_types(const CallArguments& arguments) {
  if (arguments.types.size() != 2 || arguments.types[0].is(TypeRoot::Date)) return {};
  return std::vector<Type>(arguments.types.begin(), arguments.types.end());
}

Type timestamp3(const CallArguments&) { return Type::timestamp(3); }
Type instant3(const CallArguments&) { return Type::timestamp_ltz(3); }
Type text(const CallArguments&) { return Type::string(); }
Type bigint(const CallArguments&) { return Type::bigint(); }

constexpr std::string_view kFormats = "walks over a prepared pattern out of line";

}  // namespace

std::vector<FunctionDecl> time_format_functions() {
  return {
      scalar<sluice_date_format_timestamp, sluice_date_format_instant, sluice_date_format_text>("DATE_FORMAT")
          .coerce(formatted_types)
          .returns(text)
          .nullability(ResultNullability::Always)
          .prepare(prepare_format)
          .opaque(kFormats)
          .doc("The time as text, in a pattern of Java's DateTimeFormatter.")
          .example("DATE_FORMAT(TIMESTAMP '2020-02-29 12:34:56', 'yyyy-MM-dd')", "'2020-02-29'")
          .example("DATE_FORMAT(TIMESTAMP '2020-02-29 02:04:06', 'H:m')", "'2:4'"),
      scalar<sluice_to_timestamp, sluice_to_timestamp_pattern>("TO_TIMESTAMP")
          .returns(timestamp3)
          .nullability(ResultNullability::Always)
          .prepare(prepare_format)
          .opaque(kFormats)
          .doc("A text as TIMESTAMP(3), NULL when it is none.")
          .example("TO_TIMESTAMP('2020-02-29 12:34:56')", "TIMESTAMP '2020-02-29 12:34:56'")
          .example("TO_TIMESTAMP('29.02.2020', 'dd.MM.yyyy')", "TIMESTAMP '2020-02-29 00:00:00'"),
      scalar<sluice_to_date, sluice_to_date_pattern>("TO_DATE")
          .nullability(ResultNullability::Always)
          .prepare(prepare_format)
          .opaque(kFormats)
          .doc("A text as DATE, NULL when it is none.")
          .example("TO_DATE('2020-02-29')", "DATE '2020-02-29'"),
      scalar<sluice_to_timestamp_ltz, sluice_to_timestamp_ltz_ms, sluice_to_timestamp_ltz_double,
             sluice_to_timestamp_ltz_double_ms, sluice_to_timestamp_ltz_decimal, sluice_to_timestamp_ltz_text,
             sluice_to_timestamp_ltz_pattern, sluice_to_timestamp_ltz_zone>("TO_TIMESTAMP_LTZ")
          .returns(instant3)
          .nullability(ResultNullability::Always)
          .prepare(prepare_format)
          .opaque(kFormats)
          .doc("Seconds (precision 0), milliseconds (3) or a text as an instant.")
          .example("CAST(TO_TIMESTAMP_LTZ(1000, 3) AS STRING)", "'1970-01-01 00:00:01.000'"),
      scalar<sluice_from_unixtime, sluice_from_unixtime_pattern>("FROM_UNIXTIME")
          .returns(text)
          .nullability(ResultNullability::Always)
          .prepare(prepare_format)
          .opaque(kFormats)
          .doc("Seconds since 1970 as text in the session's time zone.")
          .example("FROM_UNIXTIME(44)", "'1970-01-01 00:00:44'"),
      scalar<sluice_unix_now, sluice_unix_timestamp, sluice_unix_timestamp_pattern>("UNIX_TIMESTAMP")
          .returns(bigint)
          .changes(Volatility::PerRow)
          .prepare(prepare_format)
          .opaque(kFormats)
          .doc("Seconds since 1970: now, or of a text in the session's time zone.")
          .example("UNIX_TIMESTAMP('1970-01-01 00:00:44')", "44"),
      scalar<sluice_convert_tz>("CONVERT_TZ")
          .opaque("looks up time zones")
          .doc("A time as text, moved from one time zone to another.")
          .example("CONVERT_TZ('1970-01-01 00:00:00', 'UTC', 'America/Los_Angeles')", "'1969-12-31 16:00:00'"),
  };
}

}  // namespace sluice
#endif
