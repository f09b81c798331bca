#include "model/options.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include "model/quantity.hpp"
#include "model/sha256.hpp"
#include "model/url_text.hpp"

namespace pixmill {
namespace {

using nlohmann::json;

constexpr std::size_t max_json_bytes = 64 << 10;
constexpr std::size_t max_name_bytes = 200;
constexpr std::size_t max_url_bytes = 2'000;
constexpr std::uint32_t one_in_ppm = 1'000'000;
constexpr std::int64_t max_edge_pixels = 65'535;
constexpr std::chrono::seconds max_deadline = std::chrono::days{30};

constexpr std::string_view target_forms =
  "{\"bytes\": \"50%\"} (more than 0%, at most 100%), {\"bytes\": 120000}, "
  "{\"quality\": 1..100} or {\"scale\": \"50%\"}";

// An empty text means that the option is fine, as it is for each reader below.
using complaint = std::string;

complaint wants(std::string_view option, std::string_view allowed,
                const json& got) {
  auto shown = got.dump(-1, ' ', true, json::error_handler_t::replace);
  if (shown.size() > 80)
    shown = shown.substr(0, 77) + "...";
  return std::string{option} + ": must be " + std::string{allowed} + ", not "
         + shown;
}

complaint unknown(std::string_view option, std::string_view allowed) {
  return std::string{option.substr(0, 80)} + ": no such option; known are "
         + std::string{allowed};
}

complaint read_text(const json& value, std::string_view option,
                    std::size_t max_bytes, std::string& out) {
  if (value.is_string())
    out = value.get_ref<const std::string&>();
  if (!value.is_string() || out.size() > max_bytes)
    return wants(option,
                 "a text of at most " + std::to_string(max_bytes) + " bytes",
                 value);
  return {};
}

complaint read_flag(const json& value, std::string_view option, bool& out) {
  if (!value.is_boolean())
    return wants(option, "true or false", value);
  out = value.get<bool>();
  return {};
}

template <class Integer>
complaint read_integer(const json& value, std::string_view option,
                       std::int64_t min, std::int64_t max, Integer& out) {
  // Beyond 2^63 the library keeps an unsigned that get() would wrap round.
  const bool fits =
    value.is_number_integer()
    && !(value.is_number_unsigned()
         && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX));
  const auto number = fits ? value.get<std::int64_t>() : 0;
  if (!fits || number < min || number > max)
    return wants(option,
                 "a whole number from " + std::to_string(min) + " to "
                   + std::to_string(max),
                 value);
  out = static_cast<Integer>(number);
  return {};
}

complaint read_share(const json& value, std::string_view option,
                     std::uint32_t& ppm) {
  const auto number = value.is_number() ? value.get<double>() : -1;
  if (!(number >= 0 && number <= 1))
    return wants(option, "a number from 0 to 1", value);
  ppm = static_cast<std::uint32_t>(std::lround(number * one_in_ppm));
  return {};
}

complaint read_target(const json& value, compress_goal& goal) {
  if (!value.is_object() || value.size() != 1)
    return wants("target", target_forms, value);
  const auto& key = value.begin().key();
  const auto& amount = value.front();
  // A whole number goes the way of a text; any other is none of the forms.
  auto text = std::string{};
  if (amount.is_number_unsigned())
    text = std::to_string(amount.get<std::uint64_t>());
  else if (amount.is_string() && key != "quality")
    text = amount.get<std::string>();
  const auto target = parse_target(key + ':' + text);
  if (!target)
    return wants("target", target_forms, value);
  goal.target = target->target;
  goal.value = target->value;
  return {};
}

complaint read_floor(const json& value, compress_goal& goal) {
  if (!value.is_object() || value.size() != 1 || !value.contains("ssim"))
    return wants("floor", "{\"ssim\": 0.95}", value);
  return read_share(value["ssim"], "floor.ssim", goal.floor_ssim_ppm);
}

complaint read_format(const json& value, compress_goal& goal) {
  const auto format = value.is_string()
                        ? format_choice_from(value.get<std::string>())
                        : std::nullopt;
  if (!format)
    return wants("format", "keep, jpeg, png, webp, avif or auto", value);
  goal.format = *format;
  return {};
}

complaint read_columns(const json& value, column_names& columns) {
  if (!value.is_object())
    return wants("columns",
                 "{\"serial\": \"...\", \"name\": \"...\", \"urls\": \"...\"}",
                 value);
  for (const auto& [key, text] : value.items()) {
    auto* column = key == "serial" ? &columns.serial
                   : key == "name" ? &columns.name
                   : key == "urls" ? &columns.urls
                                   : nullptr;
    if (column == nullptr)
      return unknown("columns." + key, "serial, name, urls");
    if (auto bad = read_text(text, "columns." + key, max_name_bytes, *column);
        !bad.empty())
      return bad;
  }
  return {};
}

complaint read_deadline(const json& value, std::chrono::seconds& deadline) {
  std::optional<std::chrono::seconds> time;
  if (value.is_string())
    time = parse_duration(value.get_ref<const std::string&>());
  else if (value.is_number_unsigned())
    time = parse_duration(std::to_string(value.get<std::uint64_t>()));
  if (!time || *time > max_deadline)
    return wants("deadline",
                 "seconds, or a text such as \"30m\" or \"2h\", at most 30 "
                 "days; 0: none",
                 value);
  deadline = *time;
  return {};
}

complaint read_on_invalid(const json& value, invalid_policy& policy) {
  if (value == "reject" || value == "skip") {
    policy = value == "skip" ? invalid_policy::skip : invalid_policy::reject;
    return {};
  }
  return wants("on_invalid", "reject or skip", value);
}

// A URL with a password in it would be in logs and lists soon.
complaint read_webhook_url(const json& value, std::string& url) {
  std::string text;
  if (auto bad = read_text(value, "webhook.url", max_url_bytes, text);
      bad.empty())
    if (is_webhook_url(text)) {
      url = std::move(text);
      return {};
    }
  return wants("webhook.url",
               "an http or https URL of at most 2000 bytes that names a host "
               "and no user",
               value);
}

complaint read_webhook(const json& value, job_options& options) {
  if (!value.is_object() || !value.contains("url"))
    return wants("webhook", "{\"url\": \"https://...\", \"payload\": \"thin\"}",
                 value);
  for (const auto& [key, item] : value.items()) {
    if (key == "url") {
      if (auto bad = read_webhook_url(item, options.webhook_url); !bad.empty())
        return bad;
    } else if (key == "payload") {
      if (item != "thin" && item != "full")
        return wants("webhook.payload", "thin or full", item);
      options.webhook_full = item == "full";
    } else {
      return unknown("webhook." + key, "url, payload");
    }
  }
  return {};
}

complaint read_option(const std::string& key, const json& value,
                      job_options& options) {
  if (key == "name")
    return read_text(value, key, max_name_bytes, options.name);
  if (key == "on_invalid")
    return read_on_invalid(value, options.on_invalid);
  if (key == "target")
    return read_target(value, options.goal);
  if (key == "floor")
    return read_floor(value, options.goal);
  if (key == "format")
    return read_format(value, options.goal);
  if (key == "max_edge")
    return read_integer(value, key, 0, max_edge_pixels, options.goal.max_edge);
  if (key == "columns")
    return read_columns(value, options.columns);
  if (key == "assume_https")
    return read_flag(value, key, options.assume_https);
  if (key == "max_failure_ratio")
    return read_share(value, key, options.max_failure_ppm);
  if (key == "deadline")
    return read_deadline(value, options.deadline);
  if (key == "priority")
    return read_integer(value, key, -10, 10, options.priority);
  if (key == "webhook")
    return read_webhook(value, options);
  return unknown(key, "name, on_invalid, target, floor, format, max_edge, "
                      "columns, assume_https, max_failure_ratio, deadline, "
                      "priority, webhook");
}

json target_json(const compress_goal& goal) {
  switch (goal.target) {
  case target_kind::bytes:
    return {{"bytes", goal.value}};
  case target_kind::quality:
    return {{"quality", goal.value}};
  case target_kind::scale:
    return {{"scale", to_percent(goal.value)}};
  default:
    return {{"bytes", to_percent(goal.value)}};
  }
}

// What changes the outcome of a slot; see job_fingerprint.
json work_json(const job_options& options) {
  const auto& goal = options.goal;
  json result{
    {"on_invalid",
     options.on_invalid == invalid_policy::skip ? "skip" : "reject"},
    {"target", target_json(goal)},
    {"floor", {{"ssim", goal.floor_ssim_ppm / 1e6}}},
    {"format", to_string(goal.format)},
    {"max_edge", goal.max_edge},
    {"assume_https", options.assume_https},
  };
  const auto& columns = options.columns;
  for (const auto& [key, text] : {std::pair{"serial", &columns.serial},
                                  {"name", &columns.name},
                                  {"urls", &columns.urls}})
    if (!text->empty())
      result["columns"][key] = *text;
  return result;
}

} // namespace

bool is_webhook_url(std::string_view text) {
  const auto scheme = text.find("://");
  if (text.size() > max_url_bytes || scheme == text.npos)
    return false;
  const auto host = text.substr(scheme + 3);
  const auto user = host.substr(0, host.find_first_of("/?#\\")).find('@');
  // Bytes that a URL has not got would end its line in a request.
  const bool plain = std::all_of(text.begin(), text.end(),
                                 [](char c) { return c > ' ' && c < '\x7f'; });
  sheet_slot read;
  read_url(text, {}, read);
  // What it has cleaned of quotes or the like was none.
  return plain && user == host.npos && read.problem.empty()
         && starts_with_scheme(text);
}

caf::expected<job_options> parse_job_options(std::string_view text) {
  if (text.size() > max_json_bytes)
    return make_error(errc::option_invalid,
                      "options: must be at most 64 KiB of JSON");
  const auto document = json::parse(text, nullptr, false);
  if (!document.is_object())
    return make_error(errc::option_invalid, "options: must be a JSON object");
  job_options options;
  for (const auto& [key, value] : document.items())
    if (auto bad = read_option(key, value, options); !bad.empty())
      return make_error(errc::option_invalid, std::move(bad));
  return options;
}

std::string to_json(const job_options& options) {
  auto result = work_json(options);
  result["name"] = options.name;
  result["max_failure_ratio"] = options.max_failure_ppm / 1e6;
  result["deadline"] = options.deadline.count();
  result["priority"] = options.priority;
  if (!options.webhook_url.empty())
    result["webhook"] = {{"url", options.webhook_url},
                         {"payload", options.webhook_full ? "full" : "thin"}};
  return result.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string job_fingerprint(std::string_view csv_sha256_hex,
                            const job_options& options,
                            std::string_view tenant) {
  sha256 hasher;
  hasher.update("pixmill job 1\n");
  hasher.update(csv_sha256_hex);
  hasher.update("\n");
  hasher.update(
    work_json(options).dump(-1, ' ', false, json::error_handler_t::replace));
  if (!tenant.empty()) {
    hasher.update("\n");
    hasher.update(tenant);
  }
  return hasher.finish();
}

} // namespace pixmill
