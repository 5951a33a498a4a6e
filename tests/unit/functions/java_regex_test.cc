// Where PCRE2 and java.util.regex differ: what a JVM finds, pattern by pattern.
#include <gtest/gtest.h>

#include "catalog/functions/regex.h"

namespace sluice::tests {
namespace {

struct Row {
  std::string_view pattern, text;
  bool found;
};

constexpr Row kRows[] = {
    {"[[:alpha:]]", "x", false},
    {"[[:alpha:]]", ":", true},
    {"[a-c[x-z]]+", "ay", true},
    {"[a-z&&[^b]]", "b", false},
    {"[a-z&&[^b]]", "c", true},
    {"[^a[b]]", "b", false},
    {"[^a[b]]", "c", true},
    {"\\p{Alpha}", "é", false},
    {"\\p{Alpha}", "e", true},
    {"\\p{Punct}", "!", true},
    {"\\p{Lower}\\p{Upper}", "aB", true},
    {"\\P{Alpha}", "1", true},
    {"\\p{IsAlphabetic}", "é", true},
    {"\\p{javaLowerCase}", "é", true},
    {"\\u0041", "A", true},
    {"\\0101", "A", true},
    {"(?u)a", "a", true},
    {"(?i)A", "a", true},
    {"[]a]", "]", true},
    {"[a-d&&[bc]]", "c", true},
    {"[a-d&&[bc]]", "d", false},
    {"\\d", "٣", false},
    {"\\w", "é", false},
    {"\\Qa.b\\E", "axb", false},
    {"\\Qa.b\\E", "a.b", true},
    {"\\h", "\t", true},
    {"a++b", "aab", true},
    {"(?<n>a)\\k<n>", "aa", true},
    {"[\\p{Upper}_]+", "A_", true},
    {"\\R", "\n", true},
    {"x(?=y)", "xy", true},
    {"[[^a]]", "b", true},
    {"[[a][b]]", "b", true},
    {"\\p{IsL}", "é", true},
    // Ends of lines: \n, \r, \r\n, U+0085, U+2028, U+2029.
    {".", "\n", false},
    {".", "\r", false},
    {".", "\302\205", false},
    {".", "\342\200\250", false},
    {".", "\342\200\251", false},
    {".", "\v", true},
    {".", "\r\n", false},
    {"(?s).", "\n", true},
    {"(?s).", "\r", true},
    {"(?s).", "\302\205", true},
    {"(?s).", "\342\200\250", true},
    {"(?s).", "\342\200\251", true},
    {"(?s).", "\v", true},
    {"(?s).", "\r\n", true},
    {"(?d).", "\n", false},
    {"(?d).", "\r", true},
    {"(?d).", "\302\205", true},
    {"(?d).", "\342\200\250", true},
    {"(?d).", "\342\200\251", true},
    {"(?d).", "\v", true},
    {"(?d).", "\r\n", true},
    {"(?s:.)", "\n", true},
    {"(?s:.)", "\r", true},
    {"(?s:.)", "\302\205", true},
    {"(?s:.)", "\342\200\250", true},
    {"(?s:.)", "\342\200\251", true},
    {"(?s:.)", "\v", true},
    {"(?s:.)", "\r\n", true},
    {"(?s:x|.)", "\n", true},
    {"(?s:x|.)", "\r", true},
    {"(?s:x|.)", "\302\205", true},
    {"(?s:x|.)", "\342\200\250", true},
    {"(?s:x|.)", "\342\200\251", true},
    {"(?s:x|.)", "\v", true},
    {"(?s:x|.)", "\r\n", true},
    {"(?-s).", "\n", false},
    {"(?-s).", "\r", false},
    {"(?-s).", "\302\205", false},
    {"(?-s).", "\342\200\250", false},
    {"(?-s).", "\342\200\251", false},
    {"(?-s).", "\v", true},
    {"(?-s).", "\r\n", false},
    {"(?s)(?-s:.)", "\n", false},
    {"(?s)(?-s:.)", "\r", false},
    {"(?s)(?-s:.)", "\302\205", false},
    {"(?s)(?-s:.)", "\342\200\250", false},
    {"(?s)(?-s:.)", "\342\200\251", false},
    {"(?s)(?-s:.)", "\v", true},
    {"(?s)(?-s:.)", "\r\n", false},
    {"a$", "a\n", true},
    {"a$", "a\r", true},
    {"a$", "a\342\200\250", true},
    {"a$", "a\r\n", true},
    {"a$", "a\n\n", false},
    {"a\r$", "a\r\n", false},
    {"(?m)a$", "a\nb", true},
    {"(?m)a$", "a\rb", true},
    {"(?m)a$", "a\342\200\251b", true},
    {"(?m)^b", "a\nb", true},
    {"(?m)^b", "a\r\nb", true},
    {"(?m)^b", "a\302\205b", true},
    {"(?m)\n^b", "a\r\nb", true},
    {"(?m)a\r^", "a\r\n", false},
    {"(?m)a\n^", "a\n", false},
    {"(?d)a$", "a\r", false},
    {"(?d)a$", "a\n", true},
    {"^b", "a\nb", false},
    {"(a(?s).)(.)", "a\n\n", false},
    {"(a(?s).)(.)", "a\nb", true},
    {"a.b", "a\rb", false},
    {"[.]", "\342\200\250", false},
    {"\\Q.\\E", "\n", false},
    {"a$b", "ab", false},
    {"(?m)$", "a", true},
    {".*", "\n", true},
    {"^.+$", "x\342\200\250", true},
    {"^.+$", "x\342\200\250y", false},
    {"(?sm)^.+$", "x\ny", true},
    {"(?:a|b$)\r", "b\r", true},
};

TEST(JavaRegex, FindsWhatAJvmFinds) {
  for (const Row& row : kRows) {
    auto regex = Regex::compile(row.pattern);
    ASSERT_NE(regex, nullptr) << row.pattern;
    RegexGroup group;
    EXPECT_EQ(regex->find(row.text, 0, 0, group), row.found) << row.pattern << " in " << row.text;
  }
}

TEST(JavaRegex, RejectsWhatIsNotValid) {
  for (std::string_view pattern : {"(", "[a", "*a", "a{2,1}", "(?P<x>b)", "(?R)", "(?|a|b)", "(*ACCEPT)a"})
    EXPECT_EQ(Regex::compile(pattern), nullptr) << pattern;
}

}  // namespace
}  // namespace sluice::tests
