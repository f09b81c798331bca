#include "cluster/result_places.hpp"

#include <utility>

#include <nlohmann/json.hpp>

namespace pixmill::cluster {
namespace {

using nlohmann::json;

std::string text_in(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>()
                                                     : std::string{};
}

json to_json(const net::s3_settings& bucket) {
  return {{"endpoint", bucket.endpoint},
          {"region", bucket.region},
          {"bucket", bucket.bucket},
          {"prefix", bucket.prefix},
          {"virtual_host", bucket.style == net::s3_style::virtual_host},
          {"encryption", static_cast<unsigned>(bucket.encryption)},
          {"kms_key", bucket.kms_key}};
}

net::s3_settings read_bucket(const json& object) {
  net::s3_settings out;
  out.endpoint = text_in(object, "endpoint");
  out.region = text_in(object, "region");
  out.bucket = text_in(object, "bucket");
  out.prefix = text_in(object, "prefix");
  if (object.value("virtual_host", json{}) == true)
    out.style = net::s3_style::virtual_host;
  const auto encryption = object.value("encryption", json{});
  for (const auto each : {net::s3_encryption::aes256, net::s3_encryption::kms})
    if (encryption == static_cast<unsigned>(each))
      out.encryption = each;
  out.kms_key = text_in(object, "kms_key");
  return out;
}

} // namespace

std::string to_text(const result_places& places) {
  json out{{"handing_in", places.handing_in}, {"owner", places.owner}};
  if (places.bucket)
    out["bucket"] = to_json(*places.bucket);
  if (!places.folder.empty()) {
    out["folder"] = places.folder;
    out["token"] = places.token;
  }
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

result_places read_result_places(const std::string& text) {
  result_places out;
  const auto told = json::parse(text, nullptr, false);
  if (!told.is_object())
    return out;
  out.handing_in = text_in(told, "handing_in");
  out.owner = text_in(told, "owner");
  if (const auto found = told.find("bucket");
      found != told.end() && found->is_object())
    out.bucket = read_bucket(*found);
  out.folder = text_in(told, "folder");
  out.token = text_in(told, "token");
  return out;
}

bool same_store(const result_places& x, const result_places& y) {
  const auto bare = [](const result_places& one) {
    auto out = one;
    out.handing_in.clear();
    out.token.clear();
    return to_text(out);
  };
  return bare(x) == bare(y);
}

} // namespace pixmill::cluster
