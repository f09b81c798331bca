#include "net/curl_handles.hpp"

#include <curl/curl.h>

namespace pixmill::net {

void curl_easy_deleter::operator()(void* easy) const noexcept {
  curl_easy_cleanup(easy);
}

void curl_multi_deleter::operator()(void* multi) const noexcept {
  curl_multi_cleanup(multi);
}

void curl_list_deleter::operator()(curl_slist* list) const noexcept {
  curl_slist_free_all(list);
}

void append(field_list& list, const std::string& line) {
  list.reset(curl_slist_append(list.release(), line.c_str()));
}

} // namespace pixmill::net
