#include "cli/answer_fields.hpp"

#include <nlohmann/json.hpp>

namespace pixmill::cli {

using json = nlohmann::json;

std::string text_in(const json& x, const char* name) {
  if (!x.is_object() || !x.contains(name) || x[name].is_null())
    return {};
  const auto& value = x[name];
  if (value.is_string())
    return value.get<std::string>();
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

double number_in(const json& x, const char* name) {
  return x.is_object() && x.contains(name) && x[name].is_number()
           ? x[name].get<double>()
           : 0;
}

const json& member(const json& x, const char* name) {
  static const json none;
  return x.is_object() && x.contains(name) ? x[name] : none;
}

} // namespace pixmill::cli
