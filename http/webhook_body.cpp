#include "http/webhook_body.hpp"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "http/job_json.hpp"

namespace pixmill::http {
namespace {

using json = nlohmann::ordered_json;

// Links are paths for whoever asks the service itself.
std::string job_data(const delivery& event, std::string_view public_url) {
  actors::job_status status{.record = event.job, .counters = event.counters};
  settle_rest(status.record, status.counters);
  auto data = json::parse(to_json(status, event.created_at));
  for (auto& link : data["links"])
    link = std::string{public_url} + link.get<std::string>();
  return data.dump();
}

// Returns the lines as members of an array; nothing: they are too many.
caf::expected<std::optional<std::string>> members_of(text_source& rows,
                                                     std::size_t most_bytes) {
  std::string lines;
  for (bool more = true; more;) {
    const auto got = rows.next(lines);
    if (!got)
      return got.error();
    more = *got;
    if (lines.size() > most_bytes)
      return std::optional<std::string>{};
  }
  if (!lines.empty() && lines.back() == '\n')
    lines.pop_back();
  // Within a line of JSON there is no line end.
  std::replace(lines.begin(), lines.end(), '\n', ',');
  return std::optional{std::move(lines)};
}

} // namespace

caf::expected<std::string> webhook_body(const delivery& event,
                                        text_source* rows,
                                        std::size_t most_row_bytes,
                                        std::string_view public_url) {
  auto data = job_data(event, public_url);
  if (event.job.options.webhook_full) {
    std::optional<std::string> members;
    if (rows != nullptr) {
      auto read = members_of(*rows, most_row_bytes);
      if (!read)
        return std::move(read.error());
      members = std::move(*read);
    }
    data.back() = ',';
    data += members ? "\"result_rows\":[" + *members + "]}"
                    : R"("rows_omitted":true})";
  }
  return R"({"type":")" + event.type() + R"(","timestamp":")"
         + to_rfc3339(event.created_at) + R"(","data":)" + data + "}";
}

} // namespace pixmill::http
