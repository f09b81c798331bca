#include "net/webhook_sender.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include <curl/curl.h>
#include <sys/socket.h>

#include "net/address_guard.hpp"
#include "net/curl_failure.hpp"
#include "net/curl_handles.hpp"
#include "net/response_head.hpp"
#include "net/web_address.hpp"

namespace pixmill::net {
namespace {

using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

// What an answer's body is read for: only to keep the connection.
constexpr std::size_t most_ignored_bytes = 64 << 10;
constexpr int idle_poll_ms = 10'000;
constexpr long most_idle_connections = 64;

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  curl_easy_setopt(easy, option, value);
}

webhook_answer failed(errc code, std::string detail) {
  webhook_answer out;
  out.why = {.code = code, .http_status = 0, .detail = std::move(detail)};
  return out;
}

/// One request and its answer.
class exchange {
public:
  exchange(webhook_post what, webhook_transport::callback done,
           const address_guard& guard)
      : post_{std::move(what)}, done_{std::move(done)}, guard_{guard} {}

  CURL* prepare(const webhook_settings& settings, const std::string& ca_file) {
    easy_.reset(curl_easy_init());
    for (const auto& line : post_.fields)
      append(fields_, line);
    append(fields_, "Content-Type: application/json");
    append(fields_, "Accept: */*");
    // Else libcurl waits for a 100 that few receivers send.
    append(fields_, "Expect:");
    auto* easy = easy_.get();
    set(easy, CURLOPT_HTTPHEADER, fields_.get());
    set(easy, CURLOPT_URL, post_.url.c_str());
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE,
        static_cast<curl_off_t>(post_.body.size()));
    set(easy, CURLOPT_POSTFIELDS, post_.body.c_str());
    set(easy, CURLOPT_USERAGENT, "Pixmill/" PIXMILL_VERSION);
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(settings.timeout.count()));
    // A proxy would connect in our stead, past the guard.
    set(easy, CURLOPT_PROXY, "");
    set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_QUICK_EXIT, 1L);
    if (!ca_file.empty())
      set(easy, CURLOPT_CAINFO, ca_file.c_str());
    set_callbacks();
    begun_ = clock::now();
    return easy;
  }

  void end(CURLcode code) {
    auto out = judge(code);
    out.took = std::chrono::duration_cast<milliseconds>(clock::now() - begun_);
    std::exchange(done_, {})(std::move(out));
  }

  void cancel() {
    std::exchange(done_, {})(failed(errc::canceled, "stopped"));
  }

private:
  void set_callbacks() {
    auto* easy = easy_.get();
    set(easy, CURLOPT_PRIVATE, this);
    set(easy, CURLOPT_ERRORBUFFER, error_text_.data());
    set(easy, CURLOPT_HEADERDATA, this);
    set(
      easy, CURLOPT_HEADERFUNCTION,
      +[](char* text, std::size_t size, std::size_t count, void* self) {
        const std::string_view line{text, size * count};
        return static_cast<exchange*>(self)->head_.feed(line) ? line.size() : 0;
      });
    set(easy, CURLOPT_WRITEDATA, this);
    set(
      easy, CURLOPT_WRITEFUNCTION,
      +[](char*, std::size_t size, std::size_t count, void* self) {
        auto& ignored = static_cast<exchange*>(self)->ignored_bytes_;
        ignored += size * count;
        return ignored > most_ignored_bytes ? 0 : size * count;
      });
    set(easy, CURLOPT_OPENSOCKETDATA, this);
    set(
      easy, CURLOPT_OPENSOCKETFUNCTION,
      +[](void* self, curlsocktype, curl_sockaddr* peer) -> curl_socket_t {
        return static_cast<exchange*>(self)->open_socket(*peer);
      });
  }

  curl_socket_t open_socket(const curl_sockaddr& peer) {
    const auto endpoint = to_endpoint(peer.addr);
    if (!endpoint) {
      denied_ = context_of(endpoint.error());
      return CURL_SOCKET_BAD;
    }
    const auto verdict = guard_.judge(endpoint->address, endpoint->port);
    if (verdict != address_guard::verdict::allowed) {
      denied_ =
        verdict == address_guard::verdict::address_denied
          ? endpoint->address.str() + " is not a public address"
          : "port " + std::to_string(endpoint->port) + " is not allowed";
      return CURL_SOCKET_BAD;
    }
    opened_socket_ = true;
    return socket(peer.family, peer.socktype | SOCK_CLOEXEC, peer.protocol);
  }

  webhook_answer judge(CURLcode code) const {
    if (head_.complete())
      return judge_status();
    // One refused address of several is no matter when another was tried.
    if (code == CURLE_COULDNT_CONNECT && !denied_.empty() && !opened_socket_)
      return failed(errc::address_blocked, denied_);
    webhook_answer out;
    out.why = code == CURLE_OK ? failure{.code = errc::truncated,
                                         .http_status = 0,
                                         .detail = "the answer has no end"}
                               : curl_failure(code, false, error_text_.data());
    return out;
  }

  webhook_answer judge_status() const {
    webhook_answer out;
    out.status = static_cast<std::uint16_t>(head_.status());
    if (head_.is_success())
      return out;
    auto detail = "HTTP " + std::to_string(out.status);
    if (head_.is_redirect())
      detail += "; redirects are not followed";
    out.why = {.code =
                 out.status == 429 ? errc::rate_limited : errc::http_status,
               .http_status = out.status,
               .detail = std::move(detail)};
    curl_off_t seconds = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &seconds);
    // A year: what is beyond it would overflow somewhere.
    constexpr curl_off_t longest = 31'536'000;
    if (seconds > 0)
      out.retry_after = std::chrono::seconds{std::min(seconds, longest)};
    return out;
  }

  webhook_post post_;
  webhook_transport::callback done_;
  const address_guard& guard_;
  field_list fields_;
  easy_handle easy_; // Ends before what it was told of.
  response_head head_;
  std::size_t ignored_bytes_ = 0;
  bool opened_socket_ = false;
  std::string denied_; ///< The last endpoint that the guard refused.
  clock::time_point begun_{};
  std::array<char, CURL_ERROR_SIZE> error_text_{};
};

} // namespace

class webhook_sender::engine {
public:
  engine(const webhook_settings& settings, std::string ca_file,
         address_guard guard)
      : settings_{settings}, ca_file_{std::move(ca_file)}, guard_{
                                                             std::move(guard)} {
    // Never undone: other users of libcurl in this process may outlive us.
    static const auto started = curl_global_init(CURL_GLOBAL_DEFAULT);
    static_cast<void>(started);
    multi_.reset(curl_multi_init());
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS,
                      most_idle_connections);
    thread_ = std::thread{[this] { run(); }};
  }

  ~engine() {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
    }
    curl_multi_wakeup(multi_.get());
    thread_.join();
  }

  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  void start(webhook_post what, callback done) {
    auto one =
      std::make_unique<exchange>(std::move(what), std::move(done), guard_);
    {
      const std::lock_guard lock{mutex_};
      if (!stopping_)
        waiting_.push_back(std::move(one));
    }
    if (one)
      one->cancel();
    else
      curl_multi_wakeup(multi_.get());
  }

private:
  void run() {
    while (begin_waiting()) {
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      reap();
      curl_multi_poll(multi_.get(), nullptr, 0, idle_poll_ms, nullptr);
    }
    for (auto& [easy, one] : active_) {
      curl_multi_remove_handle(multi_.get(), easy);
      one->cancel();
    }
    active_.clear();
  }

  // False: the end has come, and whoever waits has been told.
  bool begin_waiting() {
    std::vector<std::unique_ptr<exchange>> fresh;
    bool stopping = false;
    {
      const std::lock_guard lock{mutex_};
      fresh.swap(waiting_);
      stopping = stopping_;
    }
    for (auto& one : fresh) {
      if (stopping) {
        one->cancel();
        continue;
      }
      auto* easy = one->prepare(settings_, ca_file_);
      curl_multi_add_handle(multi_.get(), easy);
      active_.emplace(easy, std::move(one));
    }
    return !stopping;
  }

  void reap() {
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE)
        continue;
      auto* easy = message->easy_handle;
      const auto code = message->data.result;
      auto ended = active_.extract(easy);
      curl_multi_remove_handle(multi_.get(), easy);
      ended.mapped()->end(code);
    }
  }

  const webhook_settings settings_;
  const std::string ca_file_;
  const address_guard guard_;
  multi_handle multi_;
  std::unordered_map<CURL*, std::unique_ptr<exchange>> active_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<exchange>> waiting_; // guarded by mutex_
  bool stopping_ = false;                          // guarded by mutex_
  std::thread thread_;
};

caf::expected<std::unique_ptr<webhook_sender>>
webhook_sender::create(const webhook_settings& settings,
                       const fetch_settings& fetch) {
  auto ranges = fetch.allow_cidrs;
  ranges.insert(ranges.end(), settings.allow_cidrs.begin(),
                settings.allow_cidrs.end());
  auto ports = fetch.allow_ports;
  ports.insert(ports.end(), settings.allow_ports.begin(),
               settings.allow_ports.end());
  auto guard = address_guard::create(ranges, ports);
  if (!guard)
    return std::move(guard.error());
  return std::unique_ptr<webhook_sender>{new webhook_sender(
    std::make_unique<engine>(settings, fetch.ca_file, std::move(*guard)))};
}

webhook_sender::webhook_sender(std::unique_ptr<engine> running)
    : engine_{std::move(running)} {}

webhook_sender::~webhook_sender() = default;

void webhook_sender::start(webhook_post what, callback done) {
  engine_->start(std::move(what), std::move(done));
}

} // namespace pixmill::net
