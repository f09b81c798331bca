#pragma once

#include <string>
#include <string_view>

#include "http/backend.hpp"
#include "model/item.hpp"

/// Items and rows of a job as JSON.
namespace pixmill::http {

/// Returns where a stored file is served.
/// @param base What stands before `/v1/files/…`.
std::string file_url(std::string_view base, const outcome& x);

/// Returns one item.
/// @param base See `file_url`.
std::string to_json(const item& what, const std::string& job,
                    std::string_view base);

/// Returns a page of items.
/// @param next_cursor Empty: the last page.
std::string to_json(const item_page& page, const std::string& job,
                    std::string_view base, std::string_view next_cursor);

/// Returns a page of rows.
std::string to_json(const row_page& page, const std::string& job,
                    std::string_view next_cursor);

} // namespace pixmill::http
