#include "net/s3_bucket.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <openssl/evp.h>

#include "model/errc.hpp"
#include "model/sha256.hpp"
#include "telemetry/log.hpp"

namespace pixmill::net {
namespace {

// Somebody waits for an answer of theirs.
constexpr std::uint32_t attempts_to_read = 2;

// There is no body to wait for.
constexpr std::chrono::milliseconds time_to_look{10'000};

// Whoever removes has little time, see `s3_owners`, and comes again.
constexpr std::chrono::milliseconds time_to_remove{5'000};

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string md5_of(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  // A machine in FIPS mode has no MD5; then nothing is compared.
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_md5(),
                 nullptr)
      != 1)
    return {};
  std::string out;
  for (unsigned int i = 0; i < length; ++i)
    (out += digits[digest[i] >> 4]) += digits[digest[i] & 15];
  return out;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t out = 0;
  const auto [end, code] =
    std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return out;
}

// An ETag is the MD5 of what is stored, but not where a key of the KMS or a
// customer's encrypts it, nor of what went up in parts.
std::string compare_etag(const http_answer& answer, const std::string& md5) {
  auto etag = answer.field("etag");
  std::erase(etag, '"');
  const bool is_md5 =
    etag.size() == 32 && etag.find_first_not_of("0123456789abcdef") == etag.npos
    && answer.field("x-amz-server-side-encryption").find("kms")
         == std::string::npos;
  return is_md5 && !md5.empty() && etag != md5
           ? "what is stored has another checksum than what was sent"
           : "";
}

} // namespace

s3_bucket::s3_bucket(const s3_settings& settings, s3_address address)
    : settings_{settings}, address_{std::move(address)}, client_{settings} {}

caf::expected<std::unique_ptr<s3_bucket>>
s3_bucket::open(const s3_settings& settings) {
  auto address = s3_address::of(settings);
  if (!address)
    return std::move(address.error());
  if (settings.access_key.empty() || settings.secret_key.empty())
    return make_error(
      errc::config_invalid,
      "[store] s3-access-key and s3-secret-key: set "
      "PIXMILL_STORE_S3_ACCESS_KEY and PIXMILL_STORE_S3_SECRET_KEY, or "
      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  return std::unique_ptr<s3_bucket>{
    new s3_bucket{settings, std::move(*address)}};
}

s3_request s3_bucket::request(http_method method, std::string_view key,
                              const s3_query& query) const {
  s3_request out;
  out.http.method = method;
  out.http.url = address_.url(key, query);
  out.subject = address_.name_of(key);
  return out;
}

s3_request s3_bucket::upload(std::string_view key,
                             std::span<const std::uint8_t> bytes,
                             std::string_view sha256,
                             const s3_query& query) const {
  auto out = request(http_method::put, key, query);
  out.http.borrowed_body = text_of(bytes);
  out.http.content_type = "application/octet-stream";
  out.body_sha256 = sha256;
  out.objection = [md5 = md5_of(bytes)](const http_answer& answer) {
    return compare_etag(answer, md5);
  };
  return out;
}

void s3_bucket::say_how_to_keep(http_request& request,
                                std::string_view content_type) const {
  request.content_type = content_type;
  if (settings_.encryption == s3_encryption::none)
    return;
  const bool kms = settings_.encryption == s3_encryption::kms;
  request.fields.push_back("x-amz-server-side-encryption: "
                           + std::string{kms ? "aws:kms" : "AES256"});
  if (kms && !settings_.kms_key.empty())
    request.fields.push_back("x-amz-server-side-encryption-aws-kms-key-id: "
                             + settings_.kms_key);
}

caf::expected<caf::unit_t> s3_bucket::check() {
  if (auto listed = list(settings_.prefix, {}, 1); !listed)
    return std::move(listed.error());
  return caf::unit;
}

caf::expected<caf::unit_t> s3_bucket::put(const std::string& key,
                                          std::span<const std::uint8_t> bytes,
                                          std::string_view sha256,
                                          std::string_view content_type) {
  if (bytes.size() > settings_.multipart_bytes)
    return put_in_parts(key, bytes, content_type);
  auto order = upload(key, bytes, sha256);
  say_how_to_keep(order.http, content_type);
  if (auto stored = client_.send(order); !stored)
    return std::move(stored.error());
  return caf::unit;
}

caf::expected<caf::unit_t>
s3_bucket::put_in_parts(const std::string& key,
                        std::span<const std::uint8_t> bytes,
                        std::string_view content_type) {
  auto order = request(http_method::post, key, {{"uploads", ""}});
  say_how_to_keep(order.http, content_type);
  const auto begun = client_.send(order);
  if (!begun)
    return begun.error();
  const auto id = s3_element(begun->body, "UploadId");
  if (id.empty())
    return make_error(errc::store,
                      order.subject + ": the upload in parts has no id");
  auto sent = send_parts(key, id, bytes);
  if (sent)
    return sent;
  // Parts cost money for as long as nobody takes them back.
  auto abort = request(http_method::del, key, {{"uploadId", id}});
  abort.welcome = {404};
  if (const auto aborted = client_.send(abort); !aborted)
    telemetry::log(telemetry::log_level::warning,
                   "parts of an upload may be left: "
                     + context_of(aborted.error()),
                   {{"upload", id}});
  return sent;
}

caf::expected<caf::unit_t>
s3_bucket::send_parts(const std::string& key, const std::string& upload_id,
                      std::span<const std::uint8_t> bytes) {
  std::vector<std::string> etags;
  for (std::size_t from = 0; from < bytes.size();) {
    const auto part =
      bytes.subspan(from, std::min<std::size_t>(settings_.multipart_bytes,
                                                bytes.size() - from));
    const auto sent =
      client_.send(upload(key, part, sha256_of(part),
                          {{"partNumber", std::to_string(etags.size() + 1)},
                           {"uploadId", upload_id}}));
    if (!sent)
      return sent.error();
    etags.push_back(sent->field("etag"));
    from += part.size();
  }
  return complete(key, upload_id, etags, bytes.size());
}

caf::expected<caf::unit_t>
s3_bucket::complete(const std::string& key, const std::string& upload_id,
                    const std::vector<std::string>& etags, std::uint64_t size) {
  auto order = request(http_method::post, key, {{"uploadId", upload_id}});
  order.http.body = s3_completion(etags);
  order.http.content_type = "application/xml";
  order.body_sha256 = sha256_of(order.http.body);
  // The API says 200 before it knows how that ends.
  order.objection = [](const http_answer& answer) {
    return answer.body.find("<Error>") == std::string::npos
             ? std::string{}
             : read_s3_refusal(answer.body).code + " in the end";
  };
  const auto completed = client_.send(order);
  if (completed)
    return caf::unit;
  // The answer to an attempt that succeeded may have been lost.
  const auto there = this->size(key);
  return there && *there == size ? caf::expected<caf::unit_t>{caf::unit}
                                 : completed.error();
}

caf::expected<std::optional<std::uint64_t>>
s3_bucket::size(const std::string& key) {
  auto order = request(http_method::head, key);
  order.welcome = {404};
  order.attempts = attempts_to_read;
  order.http.timeout = std::min(settings_.timeout, time_to_look);
  const auto answer = client_.send(order);
  if (!answer)
    return answer.error();
  if (answer->status == 404)
    return std::optional<std::uint64_t>{};
  return number(answer->field("content-length"));
}

caf::expected<std::string> s3_bucket::get(const std::string& key) {
  auto order = request(http_method::get, key);
  order.attempts = attempts_to_read;
  auto answer = client_.send(order);
  if (!answer)
    return std::move(answer.error());
  return std::move(answer->body);
}

caf::expected<s3_piece> s3_bucket::get(const std::string& key,
                                       std::uint64_t offset,
                                       std::uint64_t length,
                                       const std::string& etag) {
  if (length == 0)
    return s3_piece{};
  auto order = request(http_method::get, key);
  order.http.fields.push_back("Range: bytes=" + std::to_string(offset) + "-"
                              + std::to_string(offset + length - 1));
  if (!etag.empty())
    order.http.fields.push_back("If-Match: " + etag);
  order.welcome = {416};
  order.attempts = attempts_to_read;
  auto answer = client_.send(order);
  if (!answer)
    return std::move(answer.error());
  s3_piece out;
  out.etag = answer->field("etag");
  if (answer->status == 416) {
    // Of nothing there is no range.
    const auto whole = size(key);
    if (!whole)
      return whole.error();
    out.size = whole->value_or(0);
    return out;
  }
  out.bytes = std::move(answer->body);
  const auto range = answer->field("content-range");
  const auto slash = range.find('/');
  if (answer->status == 206 && slash != range.npos)
    out.size = number(range.substr(slash + 1)).value_or(0);
  else if (offset == 0)
    out.size = out.bytes.size(); // It was sent whole.
  else
    return make_error(errc::store, order.subject + ": no range was answered");
  return out;
}

caf::expected<caf::unit_t> s3_bucket::remove(const std::string& key) {
  auto order = request(http_method::del, key);
  order.welcome = {404};
  order.attempts = 1;
  order.http.timeout = std::min(settings_.timeout, time_to_remove);
  if (auto removed = client_.send(order); !removed)
    return std::move(removed.error());
  return caf::unit;
}

caf::expected<s3_page> s3_bucket::list(const std::string& prefix,
                                       const std::string& from,
                                       std::size_t most) {
  s3_query query{
    {"list-type", "2"}, {"max-keys", std::to_string(most)}, {"prefix", prefix}};
  if (!from.empty())
    query.emplace("continuation-token", from);
  const auto answer = client_.send(request(http_method::get, {}, query));
  if (!answer)
    return answer.error();
  return read_s3_page(answer->body);
}

} // namespace pixmill::net
