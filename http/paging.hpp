#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace httplib {
struct Request;
struct Response;
} // namespace httplib

/// What all lists have in common: `?limit=&cursor=`.
namespace pixmill::http {

/// Returns how many entries a page shall have: 100, or `limit`.
/// @returns Nothing when `limit` is not a number from 1 to 1000.
std::optional<std::size_t> page_size_of(const httplib::Request& request);

/// Refuses a page size.
void refuse_page_size(httplib::Response& to);

/// Says where the next page is: `Link: <…>; rel="next"`.
/// @param kept Parameters of the request that the next one repeats.
void link_next(const httplib::Request& request, httplib::Response& to,
               const std::string& cursor,
               std::initializer_list<const char*> kept);

} // namespace pixmill::http
