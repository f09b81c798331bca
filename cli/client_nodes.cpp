#include "cli/client_nodes.hpp"

#include <array>
#include <cstdio>
#include <ostream>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/exit_code.hpp"
#include "cli/table.hpp"
#include "model/errc.hpp"

namespace pixmill::cli {
namespace {

using json = nlohmann::json;
using namespace std::chrono_literals;

constexpr auto nodes_path = "/v1/nodes";
constexpr auto look_again = 250ms;

std::string text_in(const json& node, const char* name) {
  const auto i = node.find(name);
  return i != node.end() && i->is_string() ? printable(i->get<std::string>())
                                           : std::string{};
}

double number_in(const json& node, const char* name) {
  const auto i = node.find(name);
  return i != node.end() && i->is_number() ? i->get<double>() : 0.0;
}

std::string rounded(double number, int digits, const char* unit = "") {
  std::array<char, 48> out{};
  std::snprintf(out.data(), out.size(), "%.*f%s", digits, number, unit);
  return out.data();
}

tint tint_of(const std::string& state) {
  if (state == "up")
    return tint::good;
  return state == "lost" ? tint::bad : tint::caution;
}

std::string joined(const json& node) {
  std::string out;
  const auto labels = node.find("labels");
  if (labels == node.end() || !labels->is_array())
    return out;
  for (const auto& label : *labels)
    if (label.is_string())
      out += (out.empty() ? "" : " ") + printable(label.get<std::string>());
  return out;
}

void add(table& rows, const json& node) {
  const auto state = text_in(node, "state");
  constexpr double mib = 1 << 20;
  rows.add({{text_in(node, "name"), tint::strong},
            {state, tint_of(state)},
            {rounded(number_in(node, "used"), 0) + "/"
             + rounded(number_in(node, "slots"), 0)},
            {rounded(number_in(node, "leases"), 0)},
            {rounded(number_in(node, "images_per_s"), 1)},
            {rounded(number_in(node, "cpu") * 100, 0, " %")},
            {rounded(number_in(node, "memory_bytes") / mib, 0, " MiB")},
            {rounded(number_in(node, "last_heartbeat_s"), 1, " s")},
            {rounded(number_in(node, "rtt_ms"), 1, " ms")},
            {text_in(node, "version")},
            {text_in(node, "since"), tint::faint},
            {text_in(node, "id"), tint::faint},
            {joined(node)}});
}

// Returns the nodes of an answer; nothing: it is no list of nodes.
std::optional<std::vector<json>> nodes_in(const std::string& body) {
  const auto read = json::parse(body, nullptr, false);
  if (!read.is_object() || !read.contains("nodes")
      || !read.at("nodes").is_array())
    return std::nullopt;
  std::vector<json> out;
  for (const auto& node : read.at("nodes"))
    if (node.is_object())
      out.push_back(node);
  return out;
}

int no_nodes(const terminal& to) {
  return report_failure(
    make_error(errc::connect, "the answer is none of a Pixmill server"), to);
}

// Waits until a node has nothing left: it is gone, or idle where it cannot go.
int wait_until_empty(const std::string& id, service& server,
                     const terminal& to) {
  for (;;) {
    const auto answer = server.get(nodes_path);
    if (!answer)
      return report_failure(answer.error(), to);
    if (!answer->is_success())
      return report_problem(*answer, false, to);
    const auto all = nodes_in(answer->body);
    if (!all)
      return no_nodes(to);
    const json* found = nullptr;
    for (const auto& node : *all)
      if (text_in(node, "id") == id)
        found = &node;
    if (found == nullptr)
      return exit_ok;
    const auto state = text_in(*found, "state");
    if (state == "lost") {
      complain(to, "the node was lost; its work is given to others");
      return exit_job_failed;
    }
    if (state == "up") {
      complain(to, "the node was told to take work again");
      return exit_job_failed;
    }
    if (found->value("local", false) && number_in(*found, "used") == 0)
      return exit_ok;
    if (server.wait(look_again))
      return exit_interrupted;
  }
}

} // namespace

int nodes(const nodes_options& options, service& server, const terminal& to) {
  const auto answer = server.get(nodes_path);
  if (!answer)
    return report_failure(answer.error(), to);
  if (!answer->is_success())
    return report_problem(*answer, options.json, to);
  if (options.json)
    return print_json(answer->body, to);
  const auto all = nodes_in(answer->body);
  if (!all)
    return no_nodes(to);
  table rows{{{.title = "node"},
              {.title = "state"},
              {.title = "used", .right = true},
              {.title = "leases", .right = true},
              {.title = "images/s", .right = true},
              {.title = "cpu", .right = true},
              {.title = "memory", .right = true},
              {.title = "heard", .right = true},
              {.title = "rtt", .right = true},
              {.title = "version"},
              {.title = "since"},
              {.title = "id"},
              {.title = "labels", .widest = 40}}};
  for (const auto& node : *all)
    add(rows, node);
  to.out << (rows.empty() ? "no nodes\n" : rows.text(to.colours)) << std::flush;
  return exit_ok;
}

int drain(const drain_options& options, service& server, const terminal& to) {
  const auto path = std::string{nodes_path} + '/'
                    + percent_encoded(options.node)
                    + (options.drain ? "/drain" : "/undrain");
  const auto answer =
    server.post(path, options.wait ? R"({"leave":true})" : std::string{});
  if (!answer)
    return report_failure(answer.error(), to);
  if (!answer->is_success())
    return report_problem(*answer, options.json, to);
  const auto node = json::parse(answer->body, nullptr, false);
  if (!node.is_object())
    return no_nodes(to);
  if (options.json)
    print_json(answer->body, to);
  else
    to.out << text_in(node, "name") << ' ' << text_in(node, "state")
           << std::endl;
  if (!options.wait)
    return exit_ok;
  const auto end = wait_until_empty(text_in(node, "id"), server, to);
  if (end == exit_ok && !options.json)
    to.out << text_in(node, "name") << " has nothing left" << std::endl;
  return end;
}

} // namespace pixmill::cli
