# cmake -DTOKENS=SluiceParser.tokens -DOUTPUT=token_kinds.h -P make_token_kinds.cmake
# The parser's token numbers for code that does not see ANTLR, and the words of its keywords.
file(STRINGS ${TOKENS} lines REGEX "^[A-Z_]+=[0-9]+$")
set(kinds "")
set(keywords "")
foreach(line ${lines})
  string(REGEX MATCH "^([A-Z_]+)=([0-9]+)$" matched ${line})
  set(name ${CMAKE_MATCH_1})
  string(APPEND kinds "  ${name} = ${CMAKE_MATCH_2},\n")
  if(name MATCHES "^K_(.+)$")
    string(APPEND keywords "    {\"${CMAKE_MATCH_1}\", TokenKind::${name}},\n")
  endif()
endforeach()
file(WRITE ${OUTPUT} "#pragma once
#include <cstdint>
#include <string_view>

namespace sluice::grammar {

enum class TokenKind : uint16_t {
  End = 0,
${kinds}};

struct Keyword {
  std::string_view word;
  TokenKind kind;
};
inline constexpr Keyword kKeywords[] = {
${keywords}};

}  // namespace sluice::grammar
")
