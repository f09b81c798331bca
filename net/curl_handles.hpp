#pragma once

#include <memory>
#include <string>

struct curl_slist;

/// Handles of libcurl that free themselves. Its header stays in sources.
namespace pixmill::net {

struct curl_easy_deleter {
  void operator()(void* easy) const noexcept;
};
struct curl_multi_deleter {
  void operator()(void* multi) const noexcept;
};
struct curl_list_deleter {
  void operator()(curl_slist* list) const noexcept;
};

using easy_handle = std::unique_ptr<void, curl_easy_deleter>;
using multi_handle = std::unique_ptr<void, curl_multi_deleter>;
using field_list = std::unique_ptr<curl_slist, curl_list_deleter>;

/// Appends a copy of `line`.
void append(field_list& list, const std::string& line);

} // namespace pixmill::net
