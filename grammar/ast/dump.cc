#include "grammar/ast/dump.h"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

#include <cxxabi.h>

namespace sluice::ast {
namespace {

template <class Node>
concept HasFields = requires(const Node& node) { Node::fields(node, [](const char*, const auto&) {}); };

// sluice::ast::CreateTable -> CreateTable
template <class Node>
std::string name_of_type() {
  std::unique_ptr<char, void (*)(void*)> full{abi::__cxa_demangle(typeid(Node).name(), nullptr, nullptr, nullptr),
                                              std::free};
  std::string name = full.get();
  return name.substr(name.rfind(':') + 1);
}

// The compiler spells an enumerator in the name of a function that it is a parameter of: `.. [Value =
// sluice::E::Left]`.
template <auto Value>
constexpr std::string_view spelling() {
  std::string_view function = __PRETTY_FUNCTION__;
  size_t begin = function.rfind(':') + 1;
  return function.substr(begin, function.rfind(']') - begin);
}
constexpr int kEnumeratorsMax = 32;
template <class Enum>
std::string_view name_of_enumerator(Enum value) {
  std::string_view out;
  auto try_each = [&]<int... Number>(std::integer_sequence<int, Number...>) {
    ((static_cast<int>(value) == Number ? void(out = spelling<static_cast<Enum>(Number)>()) : void()), ...);
  };
  try_each(std::make_integer_sequence<int, kEnumeratorsMax>());
  return out;
}

// One overload per shape of member; `fields` of each node does the rest.
class Outline {
 public:
  void member(std::string_view name, const auto& value) {
    if (is_default(value)) return;
    line(name);
    ++depth_;
    show(value);
    --depth_;
  }

  template <HasFields Node>
  void show(const Node& node) {
    out_ += name_of_type<Node>();
    Node::fields(node, [&](const char* name, const auto& value) { member(name, value); });
  }
  template <class T>
  void show(const std::unique_ptr<T>& node) {
    show(*node);
  }
  template <class T>
  void show(const std::optional<T>& value) {
    show(*value);
  }
  template <class... Kinds>
  void show(const std::variant<Kinds...>& kind) {
    std::visit([&](const auto& value) { show(value); }, kind);
  }
  template <class T>
  void show(const std::vector<T>& list) {
    out_.pop_back();  // The blank behind the colon.
    for (const T& element : list) {
      line("-", " ");
      ++depth_;
      show(element);
      --depth_;
    }
  }
  // Names and texts are one line.
  void show(const Identifier& identifier) { out_ += '`' + identifier.text + '`'; }
  void show(const Name& name) {
    for (const Identifier& part : name.parts) out_ += (&part == name.parts.data() ? "`" : ".`") + part.text + '`';
  }
  void show(const Text& text) { out_ += '\'' + text.value + '\''; }
  void show(const std::string& text) { out_ += text; }
  void show(bool value) { out_ += value ? "true" : "false"; }
  void show(uint32_t value) { out_ += std::to_string(value); }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void show(Enum value) {
    out_ += name_of_enumerator(value);
  }

  std::string take() && { return std::move(out_); }

 private:
  // A member that says nothing. Values of variants always say which one they are.
  template <class T>
  static bool is_default(const std::vector<T>& list) {
    return list.empty();
  }
  template <class T>
  static bool is_default(const std::unique_ptr<T>& node) {
    return !node;
  }
  template <class T>
  static bool is_default(const std::optional<T>& value) {
    return !value;
  }
  static bool is_default(bool value) { return !value; }
  template <class T>
  static bool is_default(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      std::string_view name = name_of_enumerator(value);
      return name == "None" || name == "Default";
    }
    if constexpr (std::is_same_v<T, std::string>) return value.empty();
    return false;
  }

  void line(std::string_view name, std::string_view separator = ": ") {
    out_ += '\n';
    out_.append(depth_ * 2, ' ');
    out_ += name;
    out_ += separator;
  }

  std::string out_;
  size_t depth_ = 1;
};

std::string outline(const auto& node) {
  Outline out;
  out.show(node);
  return std::move(out).take() + "\n";
}

}  // namespace

std::string dump(const Script& script) {
  std::string out;
  for (const Statement& statement : script.statements) out += dump(statement);
  return out;
}
std::string dump(const Statement& statement) { return outline(statement.kind); }
std::string dump(const Query& query) { return outline(query); }
std::string dump(const Expr& expr) { return outline(expr); }
std::string dump(const Type& type) { return outline(type); }

}  // namespace sluice::ast
