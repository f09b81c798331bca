#include "http/schema_html.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "http/html_text.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::ordered_json;

// What fits into so many characters stands on one line.
constexpr std::size_t short_line = 56;

std::string element(std::string_view kind, const std::string& text) {
  return "<span class=\"" + std::string{kind} + "\">" + text + "</span>";
}

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

void append(const json& value, std::size_t depth, std::string& out);

void append_members(const json& value, std::size_t depth, bool broken,
                    std::string& out) {
  bool first = true;
  for (const auto& [key, member] : value.items()) {
    if (!first)
      out += broken ? "," : ", ";
    first = false;
    if (broken)
      out += '\n' + std::string(2 * (depth + 1), ' ');
    if (value.is_object())
      out += element("k", escaped(dumped(key))) + ": ";
    append(member, depth + 1, out);
  }
  if (broken)
    out += '\n' + std::string(2 * depth, ' ');
}

void append(const json& value, std::size_t depth, std::string& out) {
  if (value.is_structured()) {
    out += value.is_object() ? '{' : '[';
    append_members(value, depth, dumped(value).size() > short_line, out);
    out += value.is_object() ? '}' : ']';
  } else {
    out += element(value.is_string() ? "s" : "w", escaped(dumped(value)));
  }
}

std::string number_text(const json& value) {
  return escaped(value.dump());
}

std::string word_for(const std::string& type, const json& schema) {
  if (type == "integer")
    return "whole number";
  if (type == "string") {
    const auto format = schema.value("format", "");
    return format == "date-time"                          ? "time"
           : format == "uri" || format == "uri-reference" ? "URL"
                                                          : "text";
  }
  return type == "boolean" ? "true or false"
         : type == "array" ? "list"
         : type == "null"  ? "null"
                           : type;
}

std::string words_of_enum(const json& words) {
  std::string out;
  for (const auto& word : words)
    out += (out.empty() ? "<code>" : " <code>")
           + escaped(word.is_string() ? word.get<std::string>() : word.dump())
           + "</code>";
  return "one of " + out;
}

std::string bounds_of(const json& schema) {
  const bool low = schema.contains("minimum");
  const bool high = schema.contains("maximum");
  if (low && high)
    return ", " + number_text(schema["minimum"]) + " to "
           + number_text(schema["maximum"]);
  if (high)
    return ", at most " + number_text(schema["maximum"]);
  // That counts begin at 0 goes without saying.
  if (low && schema["minimum"] != 0)
    return ", from " + number_text(schema["minimum"]);
  if (schema.contains("maxLength"))
    return ", at most " + number_text(schema["maxLength"]) + " characters";
  return {};
}

std::string types_of(const json& schema) {
  const auto& type = schema["type"];
  if (type.is_string())
    return word_for(type.get<std::string>(), schema);
  std::string out;
  for (const auto& one : type)
    out +=
      (out.empty() ? "" : " or ") + word_for(one.get<std::string>(), schema);
  return out;
}

std::string choices_of(const json& schema) {
  std::string out;
  for (const auto& choice : schema["oneOf"])
    out += (out.empty() ? "" : " or ") + type_of(choice);
  return out;
}

bool is_required(const json& schema, const std::string& name) {
  const auto required = schema.value("required", json::array());
  return std::find(required.begin(), required.end(), name) != required.end();
}

std::string member(const std::string& name, const json& schema, bool required) {
  auto out = "<li><div class=\"name\"><code>" + escaped(name)
             + "</code> <span class=\"type\">" + type_of(schema) + "</span>";
  if (!required)
    out += " <span class=\"type\">optional</span>";
  if (schema.contains("default"))
    out += " <span class=\"type\">default <code>"
           + escaped(schema["default"].dump()) + "</code></span>";
  out += "</div>";
  if (schema.contains("description"))
    out += prose(schema["description"].get<std::string>());
  return out + members_of(schema) + "</li>";
}

} // namespace

std::string coloured(const json& value) {
  std::string out;
  append(value, 0, out);
  return out;
}

std::string name_of_reference(const json& value) {
  const auto path = value.at("$ref").get<std::string>();
  return path.substr(path.rfind('/') + 1);
}

std::string type_of(const json& schema) {
  if (schema.contains("$ref")) {
    const auto name = escaped(name_of_reference(schema));
    return "<a href=\"#schema-" + name + "\">" + name + "</a>";
  }
  if (schema.contains("enum"))
    return words_of_enum(schema["enum"]);
  if (schema.contains("oneOf"))
    return choices_of(schema);
  if (!schema.contains("type"))
    return "any value";
  auto out = types_of(schema) + bounds_of(schema);
  if (schema.contains("items"))
    out += " of " + type_of(schema["items"]);
  return out;
}

std::string members_of(const json& schema) {
  std::string out;
  if (schema.contains("properties"))
    for (const auto& [name, value] : schema["properties"].items())
      out += member(name, value, is_required(schema, name));
  if (schema.contains("oneOf"))
    for (const auto& choice : schema["oneOf"])
      out += members_of(choice);
  if (schema.contains("items"))
    return members_of(schema["items"]);
  if (out.starts_with("<ul"))
    return out;
  return out.empty() ? out : "<ul class=\"members\">" + out + "</ul>";
}

} // namespace pixmill::http
