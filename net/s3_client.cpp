#include "net/s3_client.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "model/errc.hpp"
#include "model/sha256.hpp"
#include "net/backoff.hpp"
#include "net/s3_answer.hpp"

namespace pixmill::net {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr auto connect_timeout = 5s;
constexpr auto stall_timeout = 20s;
constexpr auto longest_pause = 10s;
// More than the largest image that may be fetched.
constexpr std::size_t most_bytes = std::size_t{1} << 31;

// Errors of these codes pass, whatever their status.
bool passes(int status, std::string_view code) {
  if (status == 408 || status == 409 || status == 425 || status == 429
      || (status >= 500 && status != 501 && status != 505))
    return true;
  return code == "RequestTimeout" || code == "IncompleteBody"
         || code == "BadDigest" || code == "XAmzContentSHA256Mismatch"
         || code == "SlowDown";
}

// It is not this request that is refused, but all of ours.
bool refuses_us(int status, std::string_view code) {
  return status == 301 || status == 307 || status == 401 || status == 403
         || code == "NoSuchBucket" || code == "AuthorizationHeaderMalformed"
         || code == "InvalidBucketName" || code == "InvalidToken"
         || code == "ExpiredToken" || code == "RequestTimeTooSkewed";
}

std::string advice(std::string_view code, const http_answer& answer) {
  if (code == "RequestTimeTooSkewed")
    return "; set this machine's clock";
  const auto region = answer.field("x-amz-bucket-region");
  if (!region.empty()
      && (answer.status == 301 || answer.status == 307
          || code == "AuthorizationHeaderMalformed"))
    return "; the bucket is in " + region.substr(0, 32);
  return {};
}

std::optional<milliseconds> retry_after(const http_answer& answer) {
  const auto text = answer.field("retry-after");
  std::int64_t seconds = 0;
  const auto [end, code] =
    std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return std::clamp(milliseconds{std::chrono::seconds{seconds}},
                    milliseconds{0}, milliseconds{longest_pause});
}

} // namespace

// What one attempt came to.
struct s3_client::verdict {
  http_answer answer{};
  caf::error why{};
  bool again = false;
  std::optional<milliseconds> wish{};
};

// A connection for as long as a request takes.
class s3_client::lease {
public:
  explicit lease(s3_client& owner) : owner_{owner} {
    {
      const std::lock_guard lock{owner_.mutex_};
      if (!owner_.connections_.empty()) {
        mine_ = std::move(owner_.connections_.back());
        owner_.connections_.pop_back();
      }
    }
    if (mine_ == nullptr)
      mine_ = std::make_unique<http_client>(owner_.connection_settings());
  }
  ~lease() {
    const std::lock_guard lock{owner_.mutex_};
    owner_.connections_.push_back(std::move(mine_));
  }
  lease(const lease&) = delete;
  lease& operator=(const lease&) = delete;

  http_client& operator*() const noexcept {
    return *mine_;
  }

private:
  s3_client& owner_;
  std::unique_ptr<http_client> mine_;
};

s3_client::s3_client(const s3_settings& settings)
    : settings_{settings}, random_{std::random_device{}()} {}

s3_client::~s3_client() = default;

http_client_settings s3_client::connection_settings() {
  return {.signing = aws_signing{.region = settings_.region,
                                 .service = "s3",
                                 .access_key = settings_.access_key,
                                 .secret_key = settings_.secret_key},
          .ca_file = settings_.ca_file,
          .connect_timeout = connect_timeout,
          .stall_timeout = stall_timeout,
          .max_body_bytes = most_bytes,
          .stop = [this] { return interrupted_.load(); }};
}

std::uint64_t s3_client::random() {
  const std::lock_guard lock{mutex_};
  return random_();
}

// Returns whether nobody interrupted.
bool s3_client::pause(milliseconds length) {
  std::unique_lock lock{mutex_};
  return !ended_.wait_for(lock, length, [this] { return interrupted_.load(); });
}

void s3_client::interrupt() {
  {
    const std::lock_guard lock{mutex_};
    interrupted_ = true;
  }
  ended_.notify_all();
}

s3_client::verdict s3_client::judge(const s3_request& request,
                                    http_answer answer) const {
  const auto welcome =
    std::find(request.welcome.begin(), request.welcome.end(), answer.status)
    != request.welcome.end();
  if (answer.is_success() || welcome) {
    auto doubt = request.objection ? request.objection(answer) : std::string{};
    if (doubt.empty())
      return {.answer = std::move(answer)};
    return {.why = make_error(errc::store_unavailable,
                              request.subject + ": " + doubt),
            .again = true};
  }
  const auto refusal = read_s3_refusal(answer.body);
  const bool again = passes(answer.status, refusal.code);
  auto text = request.subject + ": " + std::to_string(answer.status);
  if (!refusal.code.empty())
    text += ' ' + refusal.code;
  if (!refusal.message.empty())
    text += ": " + refusal.message;
  text += advice(refusal.code, answer);
  const auto code = again || refuses_us(answer.status, refusal.code)
                      ? errc::store_unavailable
                      : errc::store;
  return {.why = make_error(code, std::move(text)),
          .again = again,
          .wish = retry_after(answer)};
}

s3_client::verdict s3_client::attempt(const s3_request& request) {
  static const auto nothing = sha256_of(std::string_view{});
  auto http = request.http;
  if (http.timeout.count() == 0)
    http.timeout = settings_.timeout;
  http.fields.push_back(
    "x-amz-content-sha256: "
    + (request.body_sha256.empty() ? nothing : request.body_sha256));
  if (!settings_.session_token.empty())
    http.fields.push_back("x-amz-security-token: " + settings_.session_token);
  const lease connection{*this};
  auto answer = (*connection).send(http);
  if (answer)
    return judge(request, std::move(*answer));
  if (code_of(answer.error(), errc::connect) == errc::interrupted)
    return {.why = std::move(answer.error())};
  return {.why =
            make_error(errc::store_unavailable, context_of(answer.error())),
          .again = true};
}

caf::expected<http_answer> s3_client::send(const s3_request& request) {
  const auto most =
    request.attempts == 0 ? settings_.max_attempts : request.attempts;
  fetch_settings backoff;
  backoff.first_pause = settings_.first_pause;
  backoff.longest_pause = longest_pause;
  for (std::uint32_t made = 1;; ++made) {
    if (interrupted_)
      return make_error(errc::interrupted, request.subject);
    auto result = attempt(request);
    if (!result.why)
      return std::move(result.answer);
    if (!result.again || made >= most)
      return std::move(result.why);
    if (!pause(pause_before(made + 1, backoff, result.wish, random())))
      return make_error(errc::interrupted, request.subject);
  }
}

} // namespace pixmill::net
