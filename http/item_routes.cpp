#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <httplib.h>

#include "http/answer.hpp"
#include "http/item_json.hpp"
#include "http/paging.hpp"
#include "http/routes.hpp"

namespace pixmill::http {
namespace {

constexpr auto filter_names = {"limit", "status", "code", "host"};

// A place in a list: `row.slot`, or `row`.
std::string cursor_of(slot_id slot) {
  return std::to_string(slot.row) + "." + std::to_string(slot.index);
}

template <class T>
bool read_number(const char*& at, const char* end, T& out) {
  const auto [last, wrong] = std::from_chars(at, end, out);
  at = last;
  return wrong == std::errc{};
}

std::optional<slot_id> slot_in(const std::string& cursor) {
  slot_id out{1, 0};
  if (cursor.empty())
    return out;
  const char* at = cursor.data();
  const char* const end = at + cursor.size();
  if (!read_number(at, end, out.row) || out.row == 0)
    return std::nullopt;
  if (at != end && (*at++ != '.' || !read_number(at, end, out.index)))
    return std::nullopt;
  return at == end ? std::optional{out} : std::nullopt;
}

// The texts of a parameter that may be given more than once, and each time as a
// list with commas.
std::vector<std::string> list_in(const httplib::Request& request,
                                 const char* name) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < request.get_param_value_count(name); ++i) {
    const auto text = request.get_param_value(name, i);
    for (std::size_t at = 0; at <= text.size();) {
      const auto comma = std::min(text.find(',', at), text.size());
      if (comma > at)
        out.push_back(text.substr(at, comma - at));
      at = comma + 1;
    }
  }
  return out;
}

void refuse(httplib::Response& to, const std::string& detail) {
  send_problem(to,
               {422, "option-invalid", "An option is not valid", detail, 0});
}

// Reads the filters; nothing: one is not valid, and the answer says which.
std::optional<item_filter> filter_of(const httplib::Request& request,
                                     httplib::Response& response) {
  item_filter out;
  for (const auto& word : list_in(request, "status")) {
    if (word == "active") {
      out.states.insert(out.states.end(),
                        {item_state::downloading, item_state::compressing,
                         item_state::storing});
      continue;
    }
    const auto state = item_state_from(word);
    if (!state) {
      refuse(response, "status: " + word
                         + " is none; pending, downloading, compressing, "
                           "storing, active, done, kept_original, failed, "
                           "skipped and canceled are known");
      return std::nullopt;
    }
    out.states.push_back(*state);
  }
  out.codes = list_in(request, "code");
  for (const auto& word : out.codes)
    if (!is_failure_word(word)) {
      refuse(response,
             "code: " + word + " is none; timeout, http_404 and the like are");
      return std::nullopt;
    }
  out.hosts = list_in(request, "host");
  for (auto& host : out.hosts)
    for (auto& c : host)
      if (c >= 'A' && c <= 'Z')
        c = static_cast<char>(c - 'A' + 'a');
  return out;
}

struct page_request {
  actors::job_status job;
  slot_id first;
  std::size_t limit = 0;
};

// Finds the job and where to begin; nothing: it has been answered why not.
std::optional<page_request> page_of(route_context& context,
                                    const httplib::Request& request,
                                    httplib::Response& response) {
  auto status = find_job(context, request, request.matches[1].str());
  if (!status) {
    send_problem(response, problem_of(status.error()));
    return std::nullopt;
  }
  const auto limit = page_size_of(request);
  if (!limit) {
    refuse_page_size(response);
    return std::nullopt;
  }
  const auto first = slot_in(request.get_param_value("cursor"));
  if (!first) {
    refuse(response, "cursor: it is none that a page has given");
    return std::nullopt;
  }
  return page_request{std::move(*status), *first, *limit};
}

void send_items(route_context& context, const httplib::Request& request,
                httplib::Response& response) {
  const auto asked = page_of(context, request, response);
  if (!asked)
    return;
  const auto filter = filter_of(request, response);
  if (!filter)
    return;
  const auto page =
    context.head.items(asked->job, *filter, asked->first, asked->limit);
  if (!page)
    return send_problem(response, problem_of(page.error()));
  const auto next = page->next ? cursor_of(*page->next) : std::string{};
  if (page->next)
    link_next(request, response, next, filter_names);
  const auto body =
    to_json(*page, asked->job.record.id, context.settings.public_url, next);
  send_tagged_json(request, response, body, etag_of(body));
}

void send_rows(route_context& context, const httplib::Request& request,
               httplib::Response& response) {
  const auto asked = page_of(context, request, response);
  if (!asked)
    return;
  const auto page =
    context.head.rows(asked->job, asked->first.row, asked->limit);
  if (!page)
    return send_problem(response, problem_of(page.error()));
  const auto next = page->next ? std::to_string(*page->next) : std::string{};
  if (page->next)
    link_next(request, response, next, {"limit"});
  const auto body = to_json(*page, asked->job.record.id, next);
  send_tagged_json(request, response, body, etag_of(body));
}

void send_item(route_context& context, const httplib::Request& request,
               httplib::Response& response) {
  const auto found = find_item(context, request, response);
  if (!found)
    return;
  const auto body =
    to_json(*found, request.matches[1].str(), context.settings.public_url);
  send_tagged_json(request, response, body, etag_of(body));
}

} // namespace

std::optional<item> find_item(route_context& context,
                              const httplib::Request& request,
                              httplib::Response& response) {
  const auto status = find_job(context, request, request.matches[1].str());
  if (!status) {
    send_problem(response, problem_of(status.error()));
    return std::nullopt;
  }
  const auto slot = slot_of_item(status->record.id, request.matches[2].str());
  auto page = slot ? context.head.items(*status, {}, *slot, 1)
                   : caf::expected<item_page>{item_page{}};
  if (!page) {
    send_problem(response, problem_of(page.error()));
    return std::nullopt;
  }
  if (page->items.empty() || page->items.front().slot != *slot) {
    send_problem(response, {404, "no-such-item", "There is no such item",
                            request.matches[2].str(), 0});
    return std::nullopt;
  }
  return std::move(page->items.front());
}

void add_item_routes(httplib::Server& server, route_context& context) {
  server.Get("/v1/jobs/([^/]+)/items",
             [&context](const auto& request, auto& response) {
               send_items(context, request, response);
             });
  server.Get("/v1/jobs/([^/]+)/items/([^/]+)",
             [&context](const auto& request, auto& response) {
               send_item(context, request, response);
             });
  server.Get("/v1/jobs/([^/]+)/rows",
             [&context](const auto& request, auto& response) {
               send_rows(context, request, response);
             });
}

} // namespace pixmill::http
