// Random numbers, drawn as java.util.Random draws them, and random UUIDs.
#include <atomic>

#include "catalog/functions/kernel_abi.h"

namespace sluice {
namespace {

// The generator of java.util.Random: a linear congruence of 48 bits.
struct JavaRandom {
  static constexpr uint64_t kFactor = 0x5DEECE66D, kMask = (uint64_t{1} << 48) - 1;
  uint64_t state;

  static JavaRandom of_seed(uint64_t seed) { return {(seed ^ kFactor) & kMask}; }

  uint32_t next(int bits) {
    state = (state * kFactor + 0xB) & kMask;
    return static_cast<uint32_t>(state >> (48 - bits));
  }
  double next_double() {
    uint64_t high = uint64_t{next(26)} << 27;
    return static_cast<double>(high + next(27)) * 0x1.0p-53;
  }
  // From 0 to below the bound, which is positive. What would favour small numbers is drawn again.
  int32_t next_int(int32_t bound) {
    auto size = static_cast<uint32_t>(bound);
    uint32_t drawn = next(31);
    if ((size & (size - 1)) == 0) return static_cast<int32_t>((uint64_t{size} * drawn) >> 31);
    while (drawn - drawn % size + (size - 1) > 0x7FFFFFFFU) drawn = next(31);
    return static_cast<int32_t>(drawn % size);
  }
};

uint64_t random_bits(const KernelContext& context) {
  const SessionContext* session = context.session;
  return session == nullptr || session->random == nullptr ? 0 : session->random(session->random_source);
}

}  // namespace

// The numbers of one call, in the order in which its rows ask for them. Threads that share a call share its sequence.
struct RandomSequence {
  static constexpr uint64_t kUnseeded = ~uint64_t{0};  // No state has more than 48 bits.
  mutable std::atomic<uint64_t> state{kUnseeded};

  template <class Draw>
  auto draw(const KernelContext& context, Draw one) const {
    uint64_t before = state.load(std::memory_order_relaxed);
    while (true) {
      JavaRandom random = before == kUnseeded ? JavaRandom::of_seed(random_bits(context)) : JavaRandom{before};
      auto drawn = one(random);
      if (state.compare_exchange_weak(before, random.state, std::memory_order_relaxed)) return drawn;
    }
  }
};

namespace {

int32_t draw_below(int32_t bound, RowError& error, const KernelContext& context, const RandomSequence& sequence) {
  if (bound > 0) return sequence.draw(context, [bound](JavaRandom& random) { return random.next_int(bound); });
  fail_row(error, "the bound of RAND_INTEGER must be positive");
  return 0;
}

}  // namespace

SLUICE_KERNEL double sluice_rand(KernelContext& context, const RandomSequence* sequence) noexcept {
  return sequence->draw(context, [](JavaRandom& random) { return random.next_double(); });
}
// A constant seed begins a sequence; any other one is that of a generator which draws once.
SLUICE_KERNEL double sluice_rand_seeded(int32_t seed, KernelContext& context, const RandomSequence* sequence) noexcept {
  if (sequence != nullptr) return sluice_rand(context, sequence);
  return JavaRandom::of_seed(static_cast<uint64_t>(int64_t{seed})).next_double();
}
SLUICE_KERNEL int32_t sluice_rand_integer(int32_t bound, RowError& error, KernelContext& context,
                                          const RandomSequence* sequence) noexcept {
  return draw_below(bound, error, context, *sequence);
}
SLUICE_KERNEL int32_t sluice_rand_integer_seeded(int32_t seed, int32_t bound, RowError& error, KernelContext& context,
                                                 const RandomSequence* sequence) noexcept {
  if (sequence != nullptr) return draw_below(bound, error, context, *sequence);
  RandomSequence own;
  own.state = JavaRandom::of_seed(static_cast<uint64_t>(int64_t{seed})).state;
  return draw_below(bound, error, context, own);
}

// Version 4, variant 1: 122 bits are random.
SLUICE_KERNEL void sluice_uuid(KernelContext& context, StringView& out) noexcept {
  uint64_t high = (random_bits(context) & ~uint64_t{0xF000}) | 0x4000;
  uint64_t low = (random_bits(context) & ~(uint64_t{3} << 62)) | (uint64_t{1} << 63);
  char* text = context.arena->allocate(36);
  char* at = text;
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) *at++ = '-';
    uint64_t bits = digit < 16 ? high : low;
    *at++ = "0123456789abcdef"[(bits >> (60 - digit % 16 * 4)) & 15];
  }
  out = {text, 36};
}

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/describe.h"
#include "catalog/functions/families.h"

namespace sluice {
namespace {

std::shared_ptr<const void> unseeded_sequence(const PrepareArguments&) { return std::make_shared<RandomSequence>(); }

std::shared_ptr<const void> seeded_sequence(const PrepareArguments& call) {
  const Value* seed = call.arguments.constant(0);
  if (seed == nullptr || seed->is_null()) return nullptr;
  auto sequence = std::make_shared<RandomSequence>();
  sequence->state = JavaRandom::of_seed(static_cast<uint64_t>(seed->get<int64_t>())).state;
  return sequence;
}

Overload prepared(Overload overload, PrepareFunction prepare) {
  overload.prepare = prepare;
  return overload;
}

// Any number is cut to an INT.
std::optional<std::vector<Type>> numbers_as_int(const CallArguments& arguments) {
  std::vector<Type> types;
  for (const Type& type : arguments.types) {
    if (!type.is_numeric() && !type.is(TypeRoot::Null)) return {};
    types.push_back(Type::integer().with_nullability(type.nullable()));
  }
  return types;
}

}  // namespace

std::vector<FunctionDecl> random_functions() {
  return {
      FunctionDecl{"RAND",
                   {prepared(overload_of<sluice_rand>(), unseeded_sequence),
                    prepared(overload_of<sluice_rand_seeded>(), seeded_sequence)}}
          .coerce(numbers_as_int)
          .changes(Volatility::PerRow)
          .doc("A random number from 0 to below 1; with a seed those of java.util.Random.")
          .example("RAND(42)", "0.7275636800328681")
          .example("RAND() < 1", "TRUE"),
      FunctionDecl{"RAND_INTEGER",
                   {prepared(overload_of<sluice_rand_integer>(), unseeded_sequence),
                    prepared(overload_of<sluice_rand_integer_seeded>(), seeded_sequence)}}
          .coerce(numbers_as_int)
          .changes(Volatility::PerRow)
          .doc("A random whole number from 0 to below the last argument; with a seed those of java.util.Random.")
          .example("RAND_INTEGER(5, 10)", "7")
          .example("RAND_INTEGER(0)", "ERROR"),
      scalar<sluice_uuid>("UUID")
          .returns([](const CallArguments&) { return Type::character(36); })
          .nullability(ResultNullability::Never)
          .changes(Volatility::PerRow)
          .doc("A random UUID (version 4) as text.")
          .example("CHAR_LENGTH(UUID())", "36"),
  };
}

}  // namespace sluice
#endif
