#include "tests/cli/fake_service.hpp"

#include <utility>

namespace pixmill::cli {
namespace {

constexpr std::string_view length_field = "Content-Length: ";

std::size_t length_in(const std::string& head) {
  const auto at = head.find(length_field);
  return at == head.npos ? 0
                         : std::stoul(head.substr(at + length_field.size()));
}

} // namespace

void fake_service::on(const std::string& line, std::vector<reply> replies) {
  const std::lock_guard lock{mutex_};
  replies_[line] = {replies.begin(), replies.end()};
}

std::vector<fake_service::request> fake_service::requests() {
  const std::lock_guard lock{mutex_};
  return requests_;
}

std::vector<std::string> fake_service::lines() {
  std::vector<std::string> out;
  for (const auto& each : requests())
    out.push_back(each.line);
  return out;
}

void fake_service::answer(net::test::connection& to, const std::string& head) {
  auto body = to.read_body(length_in(head));
  const auto said = next_reply({.line = head.substr(0, head.find(" HTTP/")),
                                .head = head,
                                .body = std::move(body)});
  if (said.status.empty()) {
    to.reset();
  } else if (said.cut) {
    to.send("HTTP/1.1 " + said.status + "\r\nContent-Length: "
            + std::to_string(said.body.size() + 1) + "\r\n\r\n" + said.body);
    to.close();
  } else if (said.status.starts_with("304")) {
    to.send("HTTP/1.1 304 Not Modified\r\n" + said.fields + "\r\n");
  } else {
    to.answer(said.status, said.body, said.fields);
  }
}

fake_service::reply fake_service::next_reply(request asked) {
  const std::lock_guard lock{mutex_};
  const auto found = replies_.find(asked.line);
  requests_.push_back(std::move(asked));
  if (found == replies_.end() || found->second.empty())
    return {.status = "500 Unscripted"};
  auto out = found->second.front();
  if (found->second.size() > 1)
    found->second.pop_front();
  return out;
}

} // namespace pixmill::cli
