#pragma once
// A std::variant of many or large alternatives makes much code wherever one is moved, copied or destroyed: some ten
// thousand lines per file that includes its header. As a type of its own, derived from the variant, it has that code in
// one file. std::visit, std::get and std::get_if take it like the variant.
//
//   struct ShapeKind : std::variant<Circle, Square> {
//     SLUICE_MOVES_ELSEWHERE(ShapeKind)      // and in one .cc: SLUICE_DEFINE_MOVES(ShapeKind)
//   };
#include <variant>

#define SLUICE_MOVES_ELSEWHERE(Name) \
  using variant::variant;            \
  using variant::operator=;          \
  Name();                            \
  ~Name();                           \
  Name(Name&&) noexcept;             \
  Name& operator=(Name&&) noexcept;

#define SLUICE_DEFINE_MOVES(Name)        \
  Name::Name() = default;                \
  Name::~Name() = default;               \
  Name::Name(Name&&) noexcept = default; \
  Name& Name::operator=(Name&&) noexcept = default;

// For those that are copied and compared, too.
#define SLUICE_COPIES_ELSEWHERE(Name) \
  SLUICE_MOVES_ELSEWHERE(Name)        \
  Name(const Name&);                  \
  Name& operator=(const Name&);       \
  bool operator==(const Name& other) const;

#define SLUICE_DEFINE_COPIES(Name)                                                   \
  SLUICE_DEFINE_MOVES(Name)                                                          \
  Name::Name(const Name&) = default;                                                 \
  Name& Name::operator=(const Name&) = default;                                      \
  bool Name::operator==(const Name& other) const {                                   \
    return static_cast<const variant&>(*this) == static_cast<const variant&>(other); \
  }
