#include <simdjson.h>

#include <unordered_map>

#include "catalog/types/column_value.h"
#include "runtime/formats/json/json.h"
#include "runtime/formats/json/scalar.h"

namespace sluice::runtime {
namespace {

using json::Token;
using simdjson::ondemand::json_type;

class JsonDecoder final : public Decoder {
 public:
  JsonDecoder(DecoderSpec spec, JsonOptions options) : spec_(std::move(spec)), options_(options) {
    for (uint32_t i = 0; i < spec_.columns.size(); ++i) by_name_.emplace(spec_.columns[i].name, i);
    output_types_.resize(spec_.paths.size());
    for (size_t i = 0; i < spec_.paths.size(); ++i) {
      Type type = spec_.columns[spec_.paths[i][0]].type;
      for (size_t depth = 1; depth < spec_.paths[i].size(); ++depth) type = Type(type.child(spec_.paths[i][depth]));
      output_types_[i] = type;
      is_read_.resize(spec_.columns.size());
      is_read_[spec_.paths[i][0]] = true;
    }
    is_read_.resize(spec_.columns.size());
  }

  std::optional<DecodeError> decode(std::string_view message, RowAppender& out) override {
    if (message.empty()) return std::nullopt;
    std::optional<DecodeError> error = decode_document(message, out);
    if (error && options_.ignore_parse_errors) return std::nullopt;
    return error;
  }

 private:
  std::optional<DecodeError> decode_document(std::string_view message, RowAppender& out) {
    padded_.assign(message);
    padded_.append(simdjson::SIMDJSON_PADDING, ' ');
    simdjson::padded_string_view text(padded_.data(), message.size(), padded_.size());
    // Reading on demand checks only what it reads, so the whole document is checked first.
    simdjson::dom::element checked;
    if (auto code = checker_.parse(padded_.data(), message.size(), false).get(checked)) return broken(code);
    simdjson::ondemand::document document;
    if (auto code = parser_.iterate(text).get(document)) return broken(code);
    json_type type{};
    if (auto code = document.type().get(type)) return broken(code);
    if (type == json_type::array) {
      simdjson::ondemand::array array;
      if (auto code = document.get_array().get(array)) return broken(code);
      for (auto element : array) {
        simdjson::ondemand::object object;
        if (auto code = element.get_object().get(object)) return broken(code);
        if (auto error = decode_row(object, out)) return error;
      }
      return std::nullopt;
    }
    simdjson::ondemand::object object;
    if (type != json_type::object || document.get_object().get(object) != simdjson::SUCCESS) {
      return DecodeError{"the message is no JSON object"};
    }
    return decode_row(object, out);
  }

  static DecodeError broken(simdjson::error_code code) {
    return {fmt::format("the message is not well-formed JSON: {}", simdjson::error_message(code))};
  }

  std::optional<DecodeError> decode_row(simdjson::ondemand::object object, RowAppender& out) {
    std::vector<Value> values(spec_.columns.size());
    std::vector<bool> seen(spec_.columns.size());
    size_t matched = 0;
    for (auto field : object) {
      std::string_view key;
      if (auto code = field.unescaped_key().get(key)) return broken(code);
      auto found = by_name_.find(std::string(key));
      if (found == by_name_.end()) continue;
      uint32_t column = found->second;
      seen[column] = true;
      if (is_read_[column]) {
        simdjson::ondemand::value json;
        if (auto code = field.value().get(json)) return broken(code);
        Result<Value> value = convert(json, spec_.columns[column].type);
        if (!value && !options_.ignore_parse_errors) {
          return DecodeError{fmt::format("field `{}`: {}", key, value.error().message)};
        }
        values[column] = value ? *value : Value::null();
      }
      // Flink's reader stops when it has met as many keys as there are columns.
      if (++matched == spec_.columns.size()) break;
    }
    if (options_.fail_on_missing_field) {
      for (size_t i = 0; i < seen.size(); ++i) {
        if (!seen[i]) return DecodeError{fmt::format("field `{}` is missing", spec_.columns[i].name)};
      }
    }
    return append(values, out);
  }

  std::optional<DecodeError> append(const std::vector<Value>& values, RowAppender& out) {
    for (size_t i = 0; i < spec_.paths.size(); ++i) {
      const jobgraph::FieldPath& path = spec_.paths[i];
      Value value = values[path[0]];
      for (size_t depth = 1; depth < path.size() && !value.is_null(); ++depth) {
        value = Value((*value.get<std::shared_ptr<const ValueList>>())[path[depth]]);
      }
      if (value.is_null() && out.columns()[i].validity == nullptr) {
        return DecodeError{fmt::format("field `{}` is NULL and declared NOT NULL", spec_.columns[path[0]].name)};
      }
      put_value(out.columns()[i], output_types_[i], out.row(), value, out.context());
    }
    out.commit();
    return std::nullopt;
  }

  static Failure malformed(simdjson::error_code code) {
    return fail(ErrorCode::MalformedRecord, "{}", broken(code).reason);
  }

  Result<Value> convert(simdjson::ondemand::value json, const Type& type) {
    json_type kind{};
    if (auto code = json.type().get(kind)) return malformed(code);
    if (kind == json_type::null) return Value::null();
    if (type.is(TypeRoot::Row)) return convert_row(json, type);
    if (type.is(TypeRoot::Array)) return convert_array(json, type);
    if (type.is(TypeRoot::Map) || type.is(TypeRoot::Multiset)) return convert_map(json, type);
    std::string kept;
    Token token;
    if (kind == json_type::string) {
      std::string_view text;
      if (auto code = json.get_string().get(text)) return malformed(code);
      token = {Token::Kind::String, text};
    } else if (kind == json_type::object || kind == json_type::array) {
      SLUICE_TRY(kept, container_text(json, kind));
      token = {Token::Kind::Container, kept};
    } else {
      std::string_view text = json.raw_json_token();
      while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
      token = {kind == json_type::number ? Token::Kind::Number
               : text == "true"          ? Token::Kind::True
                                         : Token::Kind::False,
               text};
    }
    return json::parse_token(token, type, options_.timestamps);
  }

  static Result<std::string> container_text(simdjson::ondemand::value json, json_type kind) {
    std::string_view raw;
    simdjson::error_code code{};
    if (kind == json_type::object) {
      simdjson::ondemand::object object;
      code = json.get_object().get(object);
      if (!code) code = object.raw_json().get(raw);
    } else {
      simdjson::ondemand::array array;
      code = json.get_array().get(array);
      if (!code) code = array.raw_json().get(raw);
    }
    if (code) return malformed(code);
    std::string out(raw.size(), '\0');
    size_t size = 0;
    if (auto failed = simdjson::minify(raw.data(), raw.size(), out.data(), size)) return malformed(failed);
    out.resize(size);
    return out;
  }

  Result<Value> convert_row(simdjson::ondemand::value json, const Type& type) {
    simdjson::ondemand::object object;
    if (json.get_object().get(object)) return fail(ErrorCode::MalformedRecord, "a ROW must be a JSON object");
    ValueList values(type.child_count());
    std::vector<bool> seen(type.child_count());
    for (auto field : object) {
      std::string_view key;
      if (auto code = field.unescaped_key().get(key)) return malformed(code);
      for (size_t i = 0; i < values.size(); ++i) {
        if (type.field_name(i) != key) continue;
        simdjson::ondemand::value value;
        if (auto code = field.value().get(value)) return malformed(code);
        Result<Value> converted = convert(value, type.child(i));
        if (!converted && !options_.ignore_parse_errors) return converted;
        values[i] = converted ? *converted : Value::null();
        seen[i] = true;
        break;
      }
    }
    for (size_t i = 0; options_.fail_on_missing_field && i < seen.size(); ++i) {
      if (!seen[i]) return fail(ErrorCode::MalformedRecord, "field `{}` is missing", type.field_name(i));
    }
    return Value::list(std::move(values));
  }

  Result<Value> convert_array(simdjson::ondemand::value json, const Type& type) {
    simdjson::ondemand::array array;
    if (json.get_array().get(array)) return fail(ErrorCode::MalformedRecord, "an ARRAY must be a JSON array");
    ValueList values;
    for (auto element : array) {
      simdjson::ondemand::value value;
      if (auto code = element.get(value)) return malformed(code);
      SLUICE_TRY(Value converted, convert(value, type.child(0)));
      values.push_back(std::move(converted));
    }
    return Value::list(std::move(values));
  }

  Result<Value> convert_map(simdjson::ondemand::value json, const Type& type) {
    simdjson::ondemand::object object;
    if (json.get_object().get(object)) return fail(ErrorCode::MalformedRecord, "a MAP must be a JSON object");
    static const Type kCount = Type::integer().not_null();
    ValueMap entries;
    for (auto field : object) {
      std::string_view key;
      if (auto code = field.unescaped_key().get(key)) return malformed(code);
      SLUICE_TRY(Value name, json::parse_token({Token::Kind::String, key}, type.child(0), options_.timestamps));
      simdjson::ondemand::value value;
      if (auto code = field.value().get(value)) return malformed(code);
      SLUICE_TRY(Value converted, convert(value, type.is(TypeRoot::Map) ? type.child(1) : kCount));
      entries.emplace_back(std::move(name), std::move(converted));
    }
    return Value::map(std::move(entries));
  }

  DecoderSpec spec_;
  JsonOptions options_;
  std::unordered_map<std::string, uint32_t> by_name_;
  std::vector<Type> output_types_;
  std::vector<bool> is_read_;  // Per column of the table.
  std::string padded_;
  simdjson::dom::parser checker_;
  simdjson::ondemand::parser parser_;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_json_decoder(const DecoderSpec& spec,
                                                   const std::map<std::string, std::string>& options,
                                                   const FormatContext&) {
  SLUICE_TRY(JsonOptions read, read_options<JsonOptions>(options, "json."));
  if (read.fail_on_missing_field && read.ignore_parse_errors) {
    return fail(ErrorCode::BadOptionValue,
                "json.fail-on-missing-field and json.ignore-parse-errors shouldn't both be true");
  }
  return std::unique_ptr<Decoder>(std::make_unique<JsonDecoder>(spec, read));
}

}  // namespace sluice::runtime
