#include "http/paging.hpp"

#include <algorithm>

#include <httplib.h>

#include "http/answer.hpp"

namespace pixmill::http {
namespace {

constexpr std::size_t default_page = 100;
constexpr std::size_t longest_page = 1000;

} // namespace

std::optional<std::size_t> page_size_of(const httplib::Request& request) {
  if (!request.has_param("limit"))
    return default_page;
  const auto text = request.get_param_value("limit");
  const auto digits = std::all_of(text.begin(), text.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  if (text.empty() || text.size() > 4 || !digits)
    return std::nullopt;
  const auto limit = static_cast<std::size_t>(std::stoul(text));
  if (limit < 1 || limit > longest_page)
    return std::nullopt;
  return limit;
}

void refuse_page_size(httplib::Response& to) {
  send_problem(to, {422, "option-invalid", "An option is not valid",
                    "limit: 1 to 1000 is wanted", 0});
}

void link_next(const httplib::Request& request, httplib::Response& to,
               const std::string& cursor,
               std::initializer_list<const char*> kept) {
  httplib::Params query{{"cursor", cursor}};
  for (const auto* key : kept)
    if (request.has_param(key))
      query.emplace(key, request.get_param_value(key));
  to.set_header("Link", "<" + request.path + "?"
                          + httplib::detail::params_to_query_str(query)
                          + ">; rel=\"next\"");
}

} // namespace pixmill::http
