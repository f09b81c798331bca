#pragma once

#include <string>
#include <string_view>
#include <utility>

/// Text as HTML; whatever goes in, nothing of it becomes markup but what is
/// said here.
namespace pixmill::http {

/// Returns `text` to stand in an element or a quoted attribute.
std::string escaped(std::string_view text);

/// Returns a description: `code` between backticks, paragraphs at blank lines.
std::string prose(std::string_view text);

/// Returns the first sentence of `text`, and what follows it.
std::pair<std::string, std::string> parted(const std::string& text);

/// Returns the word of a method, to be coloured.
std::string badge(const std::string& method);

/// Returns a route whose parameters stand out: `/v1/jobs/<em>{id}</em>`.
std::string path_html(const std::string& path);

/// Returns a titled block of code.
/// @param content Is HTML.
std::string block(const std::string& title, const std::string& content);

} // namespace pixmill::http
