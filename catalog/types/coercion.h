#pragma once
// Which types meet without a CAST, and what becomes of them: Flink's rules.
#include <optional>
#include <span>

#include "catalog/types/type.h"

namespace sluice {

// Whether a value of `from` may stand where `to` is expected without losing anything: the rule for INSERT into a
// column, for arguments of functions, and for branches of CASE. NULL goes to everything; precision and length may grow
// only.
[[nodiscard]] bool is_implicitly_castable(const Type& from, const Type& to);
// The same for INSERT, where Flink also lets numbers shrink, lengths be cut and timestamps lose digits.
[[nodiscard]] bool is_assignable(const Type& from, const Type& to);
// Whether CAST accepts the pair at all.
[[nodiscard]] bool is_castable(const Type& from, const Type& to);

// The least type that all of these fit in (CASE, COALESCE, UNION, VALUES, array elements), nullable when one of them
// is; nothing when there is none.
[[nodiscard]] std::optional<Type> common_type(std::span<const Type> types);
// The type in which two operands of a comparison meet, nullable when one is.
[[nodiscard]] std::optional<Type> comparison_type(const Type& left, const Type& right);

// An integer as the DECIMAL that holds all its values; DECIMAL itself; nothing for others.
[[nodiscard]] std::optional<Type> as_decimal(const Type& type);

enum class DecimalOperation : uint8_t { Add, Multiply, Divide, Modulo };  // Subtract is as Add.
// Result type of DECIMAL arithmetic, NOT NULL unless an operand is nullable.
[[nodiscard]] Type decimal_result(DecimalOperation operation, const Type& left, const Type& right);
// Result type of `+ - * / %` over any numbers; nothing when Flink does not validate it.
[[nodiscard]] std::optional<Type> arithmetic_result(DecimalOperation operation, const Type& left, const Type& right);

}  // namespace sluice
