#include "cli/console_page.hpp"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/answer_fields.hpp"
#include "cli/console_figures.hpp"
#include "cli/service.hpp"

namespace pixmill::cli {
namespace {

using json = nlohmann::json;

void add_silent(const json& x, console_page& out) {
  for (const auto& each : member(x, "silent"))
    out.head.push_back("no answer from " + text_in(each, "node") + " for "
                       + text_in(each, "since_ms") + " ms");
}

// -- screens ------------------------------------------------------------------

console_page overview_page(const json& x) {
  console_page out;
  const auto& jobs = member(x, "jobs");
  const auto& rate = member(x, "rate");
  const auto& bytes = member(x, "bytes");
  const auto& slow = member(x, "bottleneck");
  const auto& stages = member(x, "stages");
  out.columns = {left(""), left("")};
  const auto add = [&](const char* title, std::string text,
                       tint how = tint::plain) {
    out.rows.push_back(
      {{}, {{.text = title, .how = tint::faint}, {std::move(text), how}}});
  };
  add("jobs", text_in(jobs, "running") + " running, " + text_in(jobs, "queued")
                + " queued, " + text_in(jobs, "paused") + " paused, "
                + text_in(jobs, "finished") + " finished");
  add("images", fixed(number_in(rate, "images_per_s"), 1) + " a second, "
                  + fixed(number_in(rate, "failures_per_s"), 1) + " fail");
  add("bytes", size_of(number_in(rate, "bytes_in_per_s")) + "/s in, "
                 + size_of(number_in(rate, "bytes_out_per_s")) + "/s out");
  add("saved", percent(number_in(bytes, "saved_ratio")) + " of "
                 + size_of(number_in(bytes, "in")) + " since "
                 + moment(text_in(x, "since")));
  const auto what = text_in(slow, "what");
  add("bottleneck", what + ": " + text_in(slow, "why"),
      what == "store" ? tint::bad : tint::strong);
  add("stages", text_in(stages, "downloading") + " download, "
                  + text_in(stages, "downloads_waiting") + " wait for that; "
                  + text_in(stages, "compressing") + " compress, "
                  + text_in(stages, "compressions_waiting") + " wait for that; "
                  + text_in(stages, "storing") + " are stored");
  add("cpu", fixed(number_in(rate, "cpu"), 2) + " of " + text_in(x, "cores")
               + " cores");
  add("nodes", text_in(x, "node_count"));
  add("version", text_in(x, "version"));
  return out;
}

console_row job_row(const json& x) {
  const auto& progress = member(x, "progress");
  const auto settled = number_in(progress, "total")
                       - number_in(progress, "active")
                       - number_in(progress, "pending");
  const auto failed = text_in(progress, "failed");
  const auto id = text_in(x, "id");
  return {id,
          {{.text = id},
           state_cell(text_in(x, "state")),
           {fixed(settled, 0) + "/" + text_in(progress, "total")},
           {.text = failed == "0" ? "" : failed, .how = tint::bad},
           {fixed(number_in(member(x, "rate"), "images_per_s"), 1)},
           {percent(number_in(member(x, "bytes"), "saved_ratio"))},
           {.text = moment(text_in(x, "created_at")), .how = tint::faint},
           {text_in(x, "name")}}};
}

console_page jobs_page(const json& x) {
  console_page out;
  out.columns = {left("job"),     left("state"),   right("images"),
                 right("failed"), right("img/s"),  right("saved"),
                 left("created"), left("name", 40)};
  for (const auto& each : member(x, "jobs"))
    out.rows.push_back(job_row(each));
  return out;
}

console_page job_page_of(const json& x) {
  auto out = jobs_page({{"jobs", json::array({x})}});
  out.rows.clear();
  out.columns = {left("failure"), right("images")};
  const auto row = job_row(x);
  std::string line;
  for (std::size_t i = 1; i < row.cells.size(); ++i)
    line += (i > 1 ? "  " : "") + row.cells[i].text;
  out.head = {text_in(x, "id"), line};
  const auto& progress = member(x, "progress");
  std::string counts;
  for (const auto& [name, count] : progress.items())
    if (name != "total")
      counts += (counts.empty() ? "" : ", ") + count.dump() + " " + name;
  out.head.push_back(counts);
  if (const auto& error = member(x, "error"); error.is_object())
    out.head.push_back("ended: " + text_in(error, "code") + ": "
                       + text_in(error, "detail"));
  for (const auto& [code, count] : member(x, "failures").items())
    out.rows.push_back({text_in(x, "id"),
                        {{.text = code, .how = tint::bad}, {count.dump()}},
                        code,
                        {}});
  return out;
}

console_page errors_page(const json& x) {
  console_page out;
  out.head = {text_in(x, "total") + " images have failed"};
  out.columns = {right("images"),  left("code"), left(""),
                 left("host", 40), left("job"),  left("for example", 60)};
  for (const auto& each : member(x, "groups")) {
    const auto host = text_in(each, "host");
    out.rows.push_back(
      {text_in(each, "job"),
       {{text_in(each, "count")},
        {.text = text_in(each, "code"), .how = tint::bad},
        {.text = text_in(each, "transient") == "true" ? "may pass" : "stays",
         .how = tint::faint},
        {.text = host.empty() ? "being counted" : host,
         .how = host.empty() ? tint::faint : tint::plain},
        {text_in(each, "job")},
        {text_in(member(each, "sample"), "url")}},
       text_in(each, "code"),
       host});
  }
  return out;
}

console_page nodes_page(const json& x) {
  console_page out;
  out.columns = {left("node"),   left("name", 30), left("state"),
                 right("slots"), right("used"),    right("img/s"),
                 right("cpu"),   right("memory"),  right("rtt"),
                 right("heard"), left("version")};
  for (const auto& each : member(x, "nodes"))
    out.rows.push_back({text_in(each, "id"),
                        {{text_in(each, "id")},
                         {text_in(each, "name")},
                         state_cell(text_in(each, "state")),
                         {text_in(each, "slots")},
                         {text_in(each, "used")},
                         {fixed(number_in(each, "images_per_s"), 1)},
                         {fixed(number_in(each, "cpu"), 2)},
                         {size_of(number_in(each, "memory_bytes"))},
                         {fixed(number_in(each, "rtt_ms"), 1) + " ms"},
                         {age_of(number_in(each, "last_heartbeat_s")) + " ago"},
                         {text_in(each, "version")}},
                        {},
                        {},
                        text_in(each, "local") == "true"
                          ? std::string{"head"}
                          : text_in(each, "name")});
  return out;
}

std::vector<table::column> actor_columns() {
  return {left("actor"),    left("kind"),   left("state"),
          right("mailbox"), right("msg/s"), right("busy"),
          right("at it"),   right("age"),   left("label", 60)};
}

console_row actor_row(const json& x, std::size_t depth = 0) {
  const auto busy = number_in(x, "busy_ratio");
  const auto id = text_in(x, "id");
  return {id,
          {{std::string(2 * depth, ' ') + id},
           {text_in(x, "kind")},
           state_cell(text_in(x, "state")),
           {text_in(x, "mailbox")},
           {fixed(number_in(x, "rate"), 1)},
           {.text = percent(busy), .how = busy > 0.9 ? tint::bad : tint::plain},
           {number_in(x, "busy_ms") > 0 ? text_in(x, "busy_ms") + " ms" : ""},
           {age_of(number_in(x, "age_s"))},
           {text_in(x, "label")}},
          {},
          {},
          text_in(x, "kind") == "node" ? text_in(x, "node") : std::string{}};
}

void add_branch(const json& x, std::size_t depth, console_page& out) {
  auto row = actor_row(x, depth);
  const auto children = member(x, "children").size();
  const auto hidden =
    number_in(x, "children_total") - static_cast<double>(children);
  if (hidden > 0)
    row.cells.back().text += "  (+" + fixed(hidden, 0) + ")";
  out.rows.push_back(std::move(row));
  for (const auto& each : member(x, "children"))
    add_branch(each, depth + 1, out);
}

console_page actors_page(const json& x) {
  console_page out;
  out.head = {text_in(x, "total") + " actors"};
  add_silent(x, out);
  out.columns = actor_columns();
  for (const auto& each : member(x, "actors"))
    out.rows.push_back(actor_row(each));
  return out;
}

console_page tree_page(const json& x) {
  console_page out;
  out.head = {text_in(x, "total") + " actors in all"};
  out.columns = actor_columns();
  add_branch(member(x, "root"), 0, out);
  return out;
}

console_page actor_page(const json& x) {
  console_page out;
  const auto row = actor_row(x);
  out.head = {
    text_in(x, "kind") + " " + text_in(x, "id") + "  " + text_in(x, "label"),
    text_in(x, "state") + ", " + text_in(x, "messages") + " messages, "
      + row.cells[4].text + " a second, busy " + row.cells[5].text + ", age "
      + row.cells[7].text + ", parent " + text_in(x, "parent")};
  const auto& probe = member(x, "probe");
  out.head.push_back(text_in(probe, "answered") == "true"
                       ? "answered after " + text_in(probe, "after_ms")
                           + " ms, " + text_in(probe, "mailbox")
                           + " messages wait"
                       : text_in(probe, "text"));
  if (const auto held = text_in(x, "bytes_held"); !held.empty())
    out.head.push_back("holds " + size_of(number_in(x, "bytes_held")));
  out.columns = {left("what"), right(""), right("mean"), right("longest")};
  for (const auto& each : member(x, "handlers"))
    out.rows.push_back({{},
                        {{text_in(each, "message")},
                         {text_in(each, "count")},
                         {text_in(each, "mean_us") + " us"},
                         {text_in(each, "max_us") + " us"}}});
  for (const auto& each : member(x, "events"))
    out.rows.push_back(
      {{},
       {{.text = moment(text_in(each, "at")) + "  " + text_in(each, "text"),
         .how = tint::faint}}});
  for (const auto& each : member(x, "children"))
    out.rows.push_back(
      {text_in(each, "id"),
       {{text_in(each, "kind") + " " + text_in(each, "id") + "  "
         + text_in(each, "state") + "  " + text_in(each, "label")}}});
  return out;
}

console_page origins_page(const json& x) {
  console_page out;
  add_silent(x, out);
  out.columns = {left("origin", 60), left("node"),   right("active"),
                 right("waiting"),   right("limit"), right("p50"),
                 right("p99"),       right("done"),  right("errors"),
                 left("breaker")};
  for (const auto& each : member(x, "origins")) {
    const auto& latency = member(each, "latency_ms");
    auto breaker = state_cell(text_in(each, "breaker"));
    if (breaker.text == "open")
      breaker.text += ", " + text_in(each, "retry_after_s") + " s";
    out.rows.push_back({{},
                        {{text_in(each, "origin")},
                         {text_in(each, "node")},
                         {text_in(each, "active")},
                         {text_in(each, "waiting")},
                         {text_in(each, "limit")},
                         {text_in(latency, "p50") + " ms"},
                         {text_in(latency, "p99") + " ms"},
                         {text_in(each, "done")},
                         {text_in(each, "errors")},
                         std::move(breaker)}});
  }
  return out;
}

console_page deliveries_page(const json& x) {
  console_page out;
  out.columns = {left("event"),   left("type"), left("state"), right("tries"),
                 left("created"), left("next"), left("job"),   left("url", 50)};
  for (const auto& each : member(x, "deliveries"))
    out.rows.push_back(
      {text_in(each, "job"),
       {{text_in(each, "id")},
        {text_in(each, "type")},
        state_cell(text_in(each, "state")),
        {std::to_string(member(each, "attempts").size())},
        {.text = moment(text_in(each, "created_at")), .how = tint::faint},
        {.text = moment(text_in(each, "next_attempt_at")), .how = tint::faint},
        {text_in(each, "job")},
        {text_in(each, "url")}}});
  return out;
}

console_page audit_page(const json& x) {
  console_page out;
  out.columns = {left("at"),   left("who", 40), left("from"),
                 left("what"), left("target"),  left("effect", 80)};
  for (const auto& each : member(x, "entries"))
    out.rows.push_back(
      {{},
       {{.text = moment(text_in(each, "at")), .how = tint::faint},
        {text_in(each, "who")},
        {text_in(each, "address")},
        {.text = text_in(each, "what"), .how = tint::strong},
        {text_in(each, "target")},
        {text_in(each, "effect")}}});
  return out;
}

console_page config_page(const json& x) {
  console_page out;
  out.columns = {left("setting"), left("value", 40), left("from", 40)};
  for (const auto& each : member(x, "settings")) {
    const auto source = text_in(each, "source");
    out.rows.push_back(
      {{},
       {{text_in(each, "section") + "." + text_in(each, "key")},
        {text_in(each, "value")},
        {.text = source,
         .how = source == "default" ? tint::faint : tint::caution}}});
  }
  return out;
}

using reader = console_page (*)(const json&);

struct screen_facts {
  std::string_view title;
  const char* path;
  reader read;
};

// By `console_screen`.
constexpr std::array<screen_facts, 13> screens{
  screen_facts{"Config", "/v1/config", config_page},
  {"Overview", "/v1/overview", overview_page},
  {"Jobs", "/v1/jobs", jobs_page},
  {"Errors", "/v1/errors", errors_page},
  {"Nodes", "/v1/nodes", nodes_page},
  {"Actors", "/v1/actors", actors_page},
  {"Tree", "/v1/actors/tree", tree_page},
  {"Origins", "/v1/origins", origins_page},
  {"Deliveries", "/v1/deliveries", deliveries_page},
  {"Audit", "/v1/audit", audit_page},
  {"Job", "/v1/jobs/", job_page_of},
  {"Actor", "/v1/actors/", actor_page},
  {"Trace", "", nullptr}};

const screen_facts& facts_of(console_screen screen) {
  return screens[static_cast<std::size_t>(screen)];
}

std::string scope_of(const json& x) {
  const auto scope = text_in(x, "scope");
  if (scope == "window")
    return "last " + fixed(number_in(x, "window_s"), 0) + " s";
  return scope == "all_time" ? "all time" : "now";
}

bool is_paged(console_screen screen) {
  return screen == console_screen::jobs || screen == console_screen::errors
         || screen == console_screen::deliveries
         || screen == console_screen::audit || screen == console_screen::tree;
}

} // namespace

std::string_view title_of(console_screen screen) noexcept {
  return facts_of(screen).title;
}

std::string path_of(const console_query& query) {
  std::string out = facts_of(query.screen).path;
  std::vector<std::string> parameters;
  const auto count = std::to_string(query.count);
  if (query.screen == console_screen::job
      || query.screen == console_screen::actor) {
    // The colon of an actor's address may stand in a path as it is.
    auto id = percent_encoded(query.subject);
    for (auto at = id.find("%3A"); at != id.npos; at = id.find("%3A", at))
      id.replace(at, 3, ":");
    out += id;
  } else if (query.screen == console_screen::actors) {
    parameters = {"sort=" + query.sort, "top=" + count,
                  "window=" + query.window};
  } else if (query.screen == console_screen::tree) {
    parameters = {"depth=4", "limit=" + count};
    if (!query.subject.empty())
      parameters.push_back("root=" + percent_encoded(query.subject));
  } else if (is_paged(query.screen)) {
    parameters = {"limit=" + count};
  }
  parameters.insert(parameters.end(), query.filters.begin(),
                    query.filters.end());
  for (std::size_t i = 0; i < parameters.size(); ++i)
    out += (i == 0 ? "?" : "&") + parameters[i];
  return out;
}

console_page read_page(console_screen screen, std::string_view text) {
  const auto x = json::parse(text, nullptr, false);
  if (!x.is_object() || facts_of(screen).read == nullptr) {
    console_page out;
    out.head = {"this is no answer of Pixmill"};
    return out;
  }
  auto out = facts_of(screen).read(x);
  out.scope = scope_of(x);
  return out;
}

std::vector<table::column> trace_columns() {
  return {left("at"), left("from"), left("to"), left("message"), right("took")};
}

console_row read_traced(std::string_view text) {
  const auto x = json::parse(text, nullptr, false);
  const auto at = text_in(x, "at");
  return {text_in(x, "to"),
          {{.text = at.size() > 11 ? at.substr(11) : at, .how = tint::faint},
           {text_in(x, "from")},
           {text_in(x, "to")},
           {.text = text_in(x, "what"), .how = tint::strong},
           {text_in(x, "us") + " us"}}};
}

} // namespace pixmill::cli
