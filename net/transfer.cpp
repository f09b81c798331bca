#include "net/transfer.hpp"

#include <algorithm>

#include <curl/curl.h>
#include <sys/socket.h>

#include "model/errc.hpp"
#include "net/curl_failure.hpp"

namespace pixmill::net {
namespace {

// Bodies of refusals and redirects are read so far, to keep the connection.
constexpr std::size_t max_ignored_bytes = 64 << 10;
// Fewer reads for the same body than libcurl's default of 16 KiB.
constexpr long receive_bytes = 64 << 10;

static_assert(CURL_ERROR_SIZE == 256, "transfer::error_text_ fits it");

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  curl_easy_setopt(easy, option, value);
}

curl_slist* common_headers() {
  auto* list = curl_slist_append(nullptr, "Accept: image/*,*/*;q=0.5");
  // Decoding is ours, with a cap; an origin that encodes anyway is understood.
  return curl_slist_append(list, "Accept-Encoding: identity");
}

failure made(errc code, std::string detail) {
  return {.code = code, .http_status = 0, .detail = std::move(detail)};
}

} // namespace

void transfer::easy_deleter::operator()(void* easy) const noexcept {
  curl_easy_cleanup(easy);
}

void transfer::list_deleter::operator()(void* list) const noexcept {
  curl_slist_free_all(static_cast<curl_slist*>(list));
}

transfer::transfer(const context& shared)
    : shared_(shared), easy_(curl_easy_init()),
      sink_(shared.budget, shared.settings.max_bytes) {
  set_options();
  set_callbacks();
}

transfer::~transfer() = default;

void transfer::set_options() {
  auto* easy = easy_.get();
  const auto& settings = shared_.settings;
  headers_.reset(common_headers());
  set(easy, CURLOPT_HTTPHEADER, headers_.get());
  set(easy, CURLOPT_USERAGENT, "Pixmill/" PIXMILL_VERSION);
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  // Redirects are followed by the engine: each hop waits its turn at the
  // origin that it leads to.
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  // Without PIPEWAIT: it saves a few handshakes, but parks transfers in one
  // list of which 7.88 wakes a single one an event, so that an origin that does
  // not answer delays others. Streams still share connections that exist.
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(easy, CURLOPT_BUFFERSIZE, receive_bytes);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(settings.connect_timeout.count()));
  set(easy, CURLOPT_LOW_SPEED_LIMIT,
      static_cast<long>(settings.low_speed_bytes));
  set(easy, CURLOPT_LOW_SPEED_TIME,
      static_cast<long>(settings.low_speed_time.count()));
  // A proxy would connect for us, past the guard: the environment's is ignored.
  set(easy, CURLOPT_PROXY, "");
  set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(easy, CURLOPT_NOSIGNAL, 1L);
  // Else a transfer that ends while its name is being resolved makes the whole
  // engine wait for the resolver's thread.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
  if (!settings.ca_file.empty())
    set(easy, CURLOPT_CAINFO, settings.ca_file.c_str());
}

void transfer::set_callbacks() {
  auto* easy = easy_.get();
  set(easy, CURLOPT_PRIVATE, this);
  set(easy, CURLOPT_ERRORBUFFER, error_text_.data());
  set(easy, CURLOPT_HEADERDATA, this);
  set(
    easy, CURLOPT_HEADERFUNCTION,
    +[](char* text, std::size_t size, std::size_t count, void* self) {
      return static_cast<transfer*>(self)->take_header({text, size * count});
    });
  set(easy, CURLOPT_WRITEDATA, this);
  set(
    easy, CURLOPT_WRITEFUNCTION,
    +[](char* bytes, std::size_t size, std::size_t count, void* self) {
      return static_cast<transfer*>(self)->take_body({bytes, size * count});
    });
  set(easy, CURLOPT_OPENSOCKETDATA, this);
  set(
    easy, CURLOPT_OPENSOCKETFUNCTION,
    +[](void* self, curlsocktype, curl_sockaddr* address) -> curl_socket_t {
      return static_cast<transfer*>(self)->open_socket(address);
    });
  set(easy, CURLOPT_PREREQDATA, this);
  set(
    easy, CURLOPT_PREREQFUNCTION,
    +[](void* self, char* address, char*, int port, int) -> int {
      return static_cast<transfer*>(self)->may_request(address, port)
               ? CURL_PREREQFUNC_OK
               : CURL_PREREQFUNC_ABORT;
    });
}

void transfer::set_trace(const std::string& trace) {
  if (trace.empty() && traced_headers_ == nullptr)
    return; // As it is nearly always.
  auto* list = static_cast<curl_slist*>(headers_.get());
  std::unique_ptr<void, list_deleter> traced;
  if (!trace.empty()) {
    list =
      curl_slist_append(common_headers(), ("traceparent: " + trace).c_str());
    traced.reset(list);
  }
  set(easy_.get(), CURLOPT_HTTPHEADER, list);
  traced_headers_ = std::move(traced);
}

void transfer::begin(std::uint64_t ticket, const web_address& address,
                     const std::string& trace, connection_choice connection,
                     time_point now) {
  ticket_ = ticket;
  address_ = address;
  head_ = {};
  sink_.begin();
  ignored_bytes_ = 0;
  began_ = now;
  paused_at_.reset();
  paused_for_ = {};
  head_too_large_ = opened_socket_ = false;
  denied_.clear();
  error_text_[0] = '\0';
  set(easy_.get(), CURLOPT_URL, address.url().c_str());
  set_trace(trace);
  set(easy_.get(), CURLOPT_FRESH_CONNECT,
      connection == connection_choice::fresh ? 1L : 0L);
}

answer transfer::end(int curl_code) {
  answer result;
  result.first_byte = first_byte();
  if (head_.complete() && !head_.is_success()) {
    result.retry_after = retry_after();
    if (head_.is_redirect()) {
      if (auto next = address_->resolve(head_.location()))
        result.redirect = std::move(*next);
      else
        result.why = to_failure(next.error(), errc::url_invalid);
    } else {
      result.why = judge_status();
    }
  } else if (head_too_large_) {
    result.why = made(errc::too_large, "more than 64 KiB of header fields");
  } else if (sink_.why()) {
    result.why = sink_.why();
  } else if (curl_code != CURLE_OK) {
    result.why = judge_code(curl_code);
    result.stale = is_stale(curl_code);
  } else if (auto why = sink_.check()) {
    result.why = std::move(why);
  } else {
    result.body = sink_.release();
  }
  abandon();
  return result;
}

void transfer::abandon() noexcept {
  sink_.clear();
}

int transfer::resume(time_point now) {
  if (paused_at_)
    paused_for_ += now - *paused_at_;
  paused_at_.reset();
  // Writes what was held back at once: that may pause again, or fail, which
  // libcurl tells nobody but us.
  return curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
}

transfer::clock::duration transfer::spent(time_point now) const {
  return paused_at_.value_or(now) - began_ - paused_for_;
}

std::size_t transfer::take_header(std::string_view line) {
  const bool was_complete = head_.complete();
  if (!head_.feed(line)) {
    head_too_large_ = true;
    return 0;
  }
  if (!was_complete && head_.is_success()
      && !sink_.expect(head_.content_length(), head_.content_encoding()))
    return 0;
  return line.size();
}

std::size_t transfer::take_body(std::string_view bytes) {
  if (!head_.is_success()) {
    ignored_bytes_ += bytes.size();
    return ignored_bytes_ > max_ignored_bytes ? 0 : bytes.size();
  }
  auto next = sink_.write(bytes, false);
  if (next == body_sink::next::wait && shared_.may_exceed_budget(*this))
    next = sink_.write(bytes, true);
  switch (next) {
  case body_sink::next::more:
    return bytes.size();
  case body_sink::next::wait:
    paused_at_ = clock::now();
    return CURL_WRITEFUNC_PAUSE;
  case body_sink::next::stop:
    break;
  }
  return 0;
}

int transfer::open_socket(void* address) {
  const auto& peer = *static_cast<curl_sockaddr*>(address);
  const auto endpoint = to_endpoint(peer.addr);
  if (!endpoint) {
    denied_ = context_of(endpoint.error());
    return CURL_SOCKET_BAD;
  }
  if (!may_reach(endpoint->address, endpoint->port))
    return CURL_SOCKET_BAD;
  opened_socket_ = true;
  return socket(peer.family, peer.socktype | SOCK_CLOEXEC, peer.protocol);
}

bool transfer::may_reach(const ip_address& address, std::uint16_t port) {
  using reach = address_guard::reach;
  const bool named = address_->at_first_host();
  const auto verdict = shared_.guard.judge(
    address, port, named ? reach::open_ranges : reach::public_only);
  if (verdict == address_guard::verdict::allowed)
    return true;
  denied_ = verdict == address_guard::verdict::address_denied
              ? address.str() + " is not a public address"
              : "port " + std::to_string(port) + " is not allowed";
  if (!named)
    denied_ = "redirected: " + denied_;
  return false;
}

// A connection that is used again was judged for another request, which may
// have been allowed more.
bool transfer::may_request(const char* address, int port) {
  const auto peer = ip_address::parse(address);
  return peer && may_reach(*peer, static_cast<std::uint16_t>(port));
}

// An origin that sends more than the length it said is found out only by the
// next request on that connection.
bool transfer::is_stale(int curl_code) const {
  if (curl_code != CURLE_UNSUPPORTED_PROTOCOL
      && curl_code != CURLE_WEIRD_SERVER_REPLY)
    return false;
  long connects = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &connects);
  return connects == 0;
}

failure transfer::judge_status() const {
  const auto status = head_.status();
  auto detail = "HTTP " + std::to_string(status);
  if (status == 429)
    return made(errc::rate_limited, std::move(detail));
  return {.code = errc::http_status,
          .http_status = static_cast<std::uint16_t>(status),
          .detail = std::move(detail)};
}

failure transfer::judge_code(int curl_code) const {
  const bool denied = curl_code == CURLE_ABORTED_BY_CALLBACK
                      // One refused address of several is no matter when
                      // another was tried.
                      || (curl_code == CURLE_COULDNT_CONNECT && !denied_.empty()
                          && !opened_socket_);
  if (denied)
    return made(errc::address_blocked, denied_);
  return curl_failure(curl_code, head_.complete(), error_text_.data());
}

std::optional<std::chrono::milliseconds> transfer::first_byte() const {
  if (!head_.complete())
    return std::nullopt;
  curl_off_t sent = 0;
  curl_off_t begun = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &sent);
  curl_easy_getinfo(easy_.get(), CURLINFO_STARTTRANSFER_TIME_T, &begun);
  return std::chrono::duration_cast<std::chrono::milliseconds>(
    std::chrono::microseconds{std::max<curl_off_t>(begun - sent, 0)});
}

std::optional<std::chrono::milliseconds> transfer::retry_after() const {
  if (head_.status() != 429 && head_.status() != 503)
    return std::nullopt;
  curl_off_t seconds = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &seconds);
  if (seconds <= 0)
    return std::nullopt;
  const curl_off_t cap = shared_.settings.longest_retry_after.count();
  return std::chrono::seconds{std::min(seconds, cap)};
}

} // namespace pixmill::net
