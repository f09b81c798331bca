#include "net/curl_failure.hpp"

#include <utility>

#include <curl/curl.h>

namespace pixmill::net {
namespace {

failure made(errc code, std::string detail) {
  return {.code = code, .http_status = 0, .detail = std::move(detail)};
}

bool is_tls(int code) {
  switch (code) {
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_SSL_ENGINE_NOTFOUND:
  case CURLE_SSL_ENGINE_SETFAILED:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CIPHER:
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_SHUTDOWN_FAILED:
  case CURLE_SSL_CRL_BADFILE:
  case CURLE_SSL_ISSUER_ERROR:
  case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
  case CURLE_SSL_INVALIDCERTSTATUS:
  case CURLE_SSL_CLIENTCERT:
    return true;
  default:
    return false;
  }
}

} // namespace

failure curl_failure(int curl_code, bool answered, std::string text) {
  if (text.empty())
    text = curl_easy_strerror(static_cast<CURLcode>(curl_code));
  text.erase(text.find_last_not_of("\r\n ") + 1);
  if (is_tls(curl_code))
    return made(errc::tls, std::move(text));
  switch (curl_code) {
  case CURLE_COULDNT_RESOLVE_HOST:
    return made(errc::dns, std::move(text));
  case CURLE_URL_MALFORMAT:
    return made(errc::url_invalid, std::move(text));
  case CURLE_COULDNT_CONNECT:
    return made(errc::connect, std::move(text));
  case CURLE_OPERATION_TIMEDOUT:
    return made(errc::timeout, std::move(text));
  case CURLE_UNSUPPORTED_PROTOCOL: // libcurl's word for HTTP/0.9
  case CURLE_WEIRD_SERVER_REPLY:
    return made(errc::connect, "the answer is not HTTP");
  case CURLE_OUT_OF_MEMORY: // also its word for an overlong header line
    if (!answered)
      return made(errc::too_large, "an overlong header field");
    break;
  default:
    break;
  }
  return made(answered ? errc::truncated : errc::connect, std::move(text));
}

} // namespace pixmill::net
