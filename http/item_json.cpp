#include "http/item_json.hpp"

#include <map>

#include <nlohmann/json.hpp>

namespace pixmill::http {
namespace {

using json = nlohmann::ordered_json;

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json text_or_null(std::string_view text) {
  return text.empty() ? json() : json(text);
}

template <class T>
json number_or_null(T x) {
  return x == 0 ? json() : json(x);
}

json cursor_or_null(std::string_view cursor) {
  return cursor.empty() ? json() : json(cursor);
}

json error_json(const failure& why) {
  if (!why)
    return {};
  return {{"code", why.word()},
          {"kind", why.transient() ? "transient" : "permanent"},
          {"detail", why.detail}};
}

json item_json(const item& what, const std::string& job,
               std::string_view base) {
  const auto& x = what.result;
  auto warnings = json::array();
  if (x.target_missed)
    warnings.push_back("target_not_reached");
  return {{"id", item_id(job, what.slot)},
          {"row", what.slot.row},
          {"slot", what.slot.index},
          {"url", text_or_null(what.url)},
          {"host", text_or_null(host_of(what.url))},
          {"state", to_string(x.state)},
          {"error", error_json(x.why)},
          {"warnings", std::move(warnings)},
          {"output", x.has_file() ? json(file_url(base, x)) : json()},
          {"bytes_in", number_or_null(x.bytes_in)},
          {"bytes_out", number_or_null(x.bytes_out)},
          {"quality", number_or_null(x.quality)},
          {"ssim", number_or_null(x.ssim_ppm / 1e6)},
          {"sha256", text_or_null(x.sha256)},
          {"width", number_or_null(x.width)},
          {"height", number_or_null(x.height)},
          {"milliseconds", x.milliseconds},
          {"attempts", x.attempts},
          {"node", text_or_null(x.node)},
          {"ssim_worst", number_or_null(x.ssim_worst_ppm / 1e6)},
          {"chroma_ssim", number_or_null(x.chroma_ssim_ppm / 1e6)},
          {"chroma_ssim_worst", number_or_null(x.chroma_ssim_worst_ppm / 1e6)},
          {"ratio", number_or_null(x.ratio_ppm() / 1e6)},
          {"format", x.has_file() ? json(to_string(x.format)) : json()},
          {"format_reason", text_or_null(to_string(x.why_format))}};
}

json row_json(const row_view& row, const std::string& job) {
  auto items = json::array();
  std::map<std::string_view, std::size_t> counts;
  for (const auto& each : row.items) {
    const auto state = to_string(each.result.state);
    items.push_back({{"id", item_id(job, each.slot)},
                     {"slot", each.slot.index},
                     {"state", state}});
    ++counts[state];
  }
  return {{"row", row.row},
          {"line", row.line},
          {"serial", row.serial},
          {"name", row.name},
          {"total", row.items.size()},
          {"counts", counts},
          {"items", std::move(items)}};
}

} // namespace

std::string file_url(std::string_view base, const outcome& x) {
  std::string out{base};
  out.append("/v1/files/").append(x.sha256).append("/");
  out.append(x.sha256, 0, 12).append(".").append(extension_of(x.format));
  return out;
}

std::string to_json(const item& what, const std::string& job,
                    std::string_view base) {
  return dumped(item_json(what, job, base));
}

std::string to_json(const item_page& page, const std::string& job,
                    std::string_view base, std::string_view next_cursor) {
  auto items = json::array();
  for (const auto& each : page.items)
    items.push_back(item_json(each, job, base));
  return dumped({{"items", std::move(items)},
                 {"next_cursor", cursor_or_null(next_cursor)}});
}

std::string to_json(const row_page& page, const std::string& job,
                    std::string_view next_cursor) {
  auto rows = json::array();
  for (const auto& each : page.rows)
    rows.push_back(row_json(each, job));
  return dumped(
    {{"rows", std::move(rows)}, {"next_cursor", cursor_or_null(next_cursor)}});
}

} // namespace pixmill::http
