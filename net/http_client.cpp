#include "net/http_client.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <curl/curl.h>

#include "net/curl_failure.hpp"
#include "net/curl_handles.hpp"

namespace pixmill::net {
namespace {

constexpr int stop_interval_ms = 100;
constexpr std::size_t max_field_bytes = 64 << 10;

struct form_deleter {
  void operator()(curl_mime* form) const noexcept {
    curl_mime_free(form);
  }
};

using form = std::unique_ptr<curl_mime, form_deleter>;

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  curl_easy_setopt(easy, option, value);
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r\n");
  if (from == text.npos)
    return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") + 1 - from);
}

std::string lower_case(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool has_body(const http_request& request) noexcept {
  return request.method == http_method::post
         || request.method == http_method::put;
}

void start_library() {
  static const auto started = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)started;
}

} // namespace

std::string http_answer::field(std::string_view name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string{} : found->second;
}

class http_client::connection {
public:
  explicit connection(http_client_settings settings)
      : settings_{std::move(settings)} {
    start_library();
    easy_.reset(curl_easy_init());
    multi_.reset(curl_multi_init());
  }

  caf::expected<http_answer> send(const http_request& request,
                                  const body_taker& take) {
    answer_ = {};
    field_bytes_ = 0;
    taker_ = take ? &take : nullptr;
    refused_ = {};
    error_text_[0] = '\0';
    curl_easy_reset(easy_.get());
    set_options(request);
    set_callbacks();
    const auto fields = fields_of(request);
    set(easy_.get(), CURLOPT_HTTPHEADER, fields.get());
    const auto parts = set_body(request);
    if (!parts)
      return parts.error();
    const auto code = perform();
    // The form and the list go at the end of this function.
    set(easy_.get(), CURLOPT_MIMEPOST, static_cast<curl_mime*>(nullptr));
    set(easy_.get(), CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
    if (refused_)
      return std::move(refused_);
    if (code != CURLE_OK) {
      auto why = curl_failure(code, answer_.status >= 200, error_text_.data());
      return make_error(why.code, request.url + ": " + why.detail);
    }
    return std::move(answer_);
  }

private:
  void set_options(const http_request& request) {
    auto* easy = easy_.get();
    set(easy, CURLOPT_URL, request.url.c_str());
    set(easy, CURLOPT_USERAGENT, "Pixmill/" PIXMILL_VERSION);
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_PATH_AS_IS, 1L);
    // The token is for this server and no other.
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_PROXY, "");
    set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_CONNECTTIMEOUT_MS,
        static_cast<long>(settings_.connect_timeout.count()));
    set(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(easy, CURLOPT_LOW_SPEED_TIME,
        static_cast<long>(settings_.stall_timeout.count()));
    set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    if (!settings_.ca_file.empty())
      set(easy, CURLOPT_CAINFO, settings_.ca_file.c_str());
    if (request.method == http_method::del)
      set(easy, CURLOPT_CUSTOMREQUEST, "DELETE");
    if (request.method == http_method::put)
      set(easy, CURLOPT_CUSTOMREQUEST, "PUT");
    if (request.method == http_method::head)
      set(easy, CURLOPT_NOBODY, 1L);
    if (settings_.signing)
      set_signing(*settings_.signing);
  }

  void set_signing(const aws_signing& signing) {
    auto* easy = easy_.get();
    // Without a 100 the body follows at once. `Expect:` would stop libcurl from
    // asking for it, but 7.88 signs fields that it is told to leave out.
    set(easy, CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);
    const auto scope = "aws:amz:" + signing.region + ":" + signing.service;
    set(easy, CURLOPT_AWS_SIGV4, scope.c_str());
    set(easy, CURLOPT_USERNAME, signing.access_key.c_str());
    set(easy, CURLOPT_PASSWORD, signing.secret_key.c_str());
  }

  void set_callbacks() {
    auto* easy = easy_.get();
    set(easy, CURLOPT_ERRORBUFFER, error_text_.data());
    set(easy, CURLOPT_HEADERDATA, this);
    set(
      easy, CURLOPT_HEADERFUNCTION,
      +[](char* text, std::size_t size, std::size_t count, void* self) {
        return static_cast<connection*>(self)->take_field({text, size * count});
      });
    set(easy, CURLOPT_WRITEDATA, this);
    set(
      easy, CURLOPT_WRITEFUNCTION,
      +[](char* bytes, std::size_t size, std::size_t count, void* self) {
        return static_cast<connection*>(self)->take_body({bytes, size * count});
      });
  }

  field_list fields_of(const http_request& request) const {
    field_list list;
    for (const auto& line : request.fields)
      append(list, line);
    if (!settings_.token.empty())
      append(list, "Authorization: Bearer " + settings_.token);
    // Without a line of its own libcurl would call the body a form.
    if (has_body(request) && request.parts.empty())
      append(list, request.content_type.empty()
                     ? "Content-Type:"
                     : "Content-Type: " + request.content_type);
    return list;
  }

  // Returns what must live as long as the request.
  caf::expected<form> set_body(const http_request& request) {
    if (!has_body(request))
      return form{};
    auto* easy = easy_.get();
    if (request.parts.empty()) {
      const auto body = request.borrowed_body.value_or(request.body);
      set(easy, CURLOPT_POSTFIELDSIZE_LARGE,
          static_cast<curl_off_t>(body.size()));
      // Null would have libcurl read standard input.
      set(easy, CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());
      return form{};
    }
    form out{curl_mime_init(easy)};
    for (const auto& each : request.parts) {
      auto* part = curl_mime_addpart(out.get());
      curl_mime_name(part, each.name.c_str());
      if (each.file.empty())
        curl_mime_data(part, each.body.data(), each.body.size());
      else if (curl_mime_filedata(part, each.file.c_str()) != CURLE_OK)
        return make_error(errc::file_unreadable, each.file);
      curl_mime_filename(part, each.file_name.empty() ? nullptr
                                                      : each.file_name.c_str());
      if (!each.content_type.empty())
        curl_mime_type(part, each.content_type.c_str());
    }
    set(easy, CURLOPT_MIMEPOST, out.get());
    return out;
  }

  // Not curl_easy_perform, which asks nobody for as long as a second.
  CURLcode perform() {
    curl_multi_add_handle(multi_.get(), easy_.get());
    auto code = CURLE_OK;
    for (int running = 1; running > 0 && !refused_;) {
      if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) {
        code = CURLE_FAILED_INIT;
        break;
      }
      if (running == 0)
        break;
      curl_multi_poll(multi_.get(), nullptr, 0, stop_interval_ms, nullptr);
      if (settings_.stop && settings_.stop())
        refused_ = make_error(errc::interrupted, "interrupted");
    }
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi_.get(), &left))
      if (message->msg == CURLMSG_DONE)
        code = message->data.result;
    curl_multi_remove_handle(multi_.get(), easy_.get());
    return code;
  }

  std::size_t take_field(std::string_view line) {
    field_bytes_ += line.size();
    if (field_bytes_ > max_field_bytes) {
      refused_ = make_error(errc::too_large,
                            "an answer of more than 64 KiB of header fields");
      return 0;
    }
    if (line.starts_with("HTTP/")) {
      long status = 0;
      curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
      answer_.status = static_cast<int>(status);
      answer_.fields.clear(); // Those of an interim answer.
    } else if (const auto colon = line.find(':'); colon != line.npos) {
      answer_.fields[lower_case(trimmed(line.substr(0, colon)))] =
        trimmed(line.substr(colon + 1));
    }
    return line.size();
  }

  std::size_t take_body(std::string_view bytes) {
    if (taker_ != nullptr && answer_.is_success()) {
      refused_ = (*taker_)(bytes);
    } else if (bytes.size() > settings_.max_body_bytes - answer_.body.size()) {
      refused_ =
        make_error(errc::too_large, "an answer of more than "
                                      + std::to_string(settings_.max_body_bytes)
                                      + " bytes");
    } else {
      answer_.body += bytes;
    }
    return refused_ ? 0 : bytes.size();
  }

  http_client_settings settings_;
  easy_handle easy_;
  // Ends before its easy handle does.
  multi_handle multi_;
  http_answer answer_;
  std::size_t field_bytes_ = 0;
  const body_taker* taker_ = nullptr;
  caf::error refused_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
};

http_client::http_client(http_client_settings settings)
    : connection_{std::make_unique<connection>(std::move(settings))} {}

http_client::~http_client() = default;

caf::expected<http_answer> http_client::send(const http_request& request,
                                             const body_taker& take) {
  return connection_->send(request, take);
}

} // namespace pixmill::net
