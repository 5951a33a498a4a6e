#pragma once
// Texts of strings and containers as Flink's library reads them.
#include <string>
#include <string_view>

namespace sluice::runtime::json {

// What a string means: escapes resolved. Like Flink's library it takes sequences that are longer than needed and
// surrogates; what is no character becomes `?`. False: the bytes are no UTF-8 even so.
bool resolve_string(std::string_view written, std::string& out);

// A value without blanks, as Flink's library writes the tree that it read: numbers with a fraction or an exponent as
// Java's doubles, strings with the fewest escapes. The text is well-formed.
std::string canonical_text(std::string_view value);
void write_json_string(std::string_view text, std::string& out);

}  // namespace sluice::runtime::json
