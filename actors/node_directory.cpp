#include "actors/node_directory.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

namespace pixmill::actors {
namespace {

using namespace std::chrono_literals;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

// A node that has not answered is left alone for so long.
constexpr auto rest = 1s;
// What a node may spend on waiting for an actor, of the time it has itself.
constexpr milliseconds actor_patience = 350ms;
// More than a node has; what is behind is not told.
constexpr std::size_t most_actors = 100'000;

} // namespace

// -- who is there -------------------------------------------------------------

std::string node_directory::free_name(const std::string& name,
                                      std::uint64_t life) const {
  const auto taken = nodes_.find(name);
  const bool is_free = taken == nodes_.end() || taken->second.life == life
                       || !taken->second.inspector;
  if (is_free && name != own_name)
    return name;
  std::array<char, 8> mark{};
  std::snprintf(mark.data(), mark.size(), ".%04x",
                static_cast<unsigned>(life & 0xffff));
  return name + mark.data();
}

void node_directory::enter(const std::string& name, std::uint64_t life,
                           const caf::strong_actor_ptr& inspector) {
  const std::lock_guard lock{mutex_};
  std::erase_if(nodes_,
                [life](const auto& x) { return x.second.life == life; });
  nodes_[free_name(name, life)] = {
    .life = life,
    .inspector = caf::actor_cast<inspector_actor>(inspector),
    .heard = clock::now()};
}

void node_directory::leave(std::uint64_t life, bool lost) {
  const std::lock_guard lock{mutex_};
  for (auto i = nodes_.begin(); i != nodes_.end(); ++i) {
    if (i->second.life != life)
      continue;
    if (lost)
      i->second.inspector = nullptr;
    else
      nodes_.erase(i);
    return;
  }
}

void node_directory::clear() {
  const std::lock_guard lock{mutex_};
  nodes_.clear();
}

std::string node_directory::name_of(const std::string& caf_node) const {
  if (caf_node == to_string(system_->node()))
    return own_name;
  const std::lock_guard lock{mutex_};
  for (const auto& [name, x] : nodes_)
    if (x.inspector && to_string(x.inspector.node()) == caf_node)
      return name;
  return {};
}

std::vector<std::string> node_directory::names() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> out;
  for (const auto& [name, x] : nodes_)
    out.push_back(name);
  return out;
}

std::vector<node_directory::asked_node>
node_directory::to_ask(const std::string& only) {
  const std::lock_guard lock{mutex_};
  const auto now = clock::now();
  std::erase_if(nodes_, [now](const auto& x) {
    return !x.second.inspector && x.second.heard < now - told_when_lost;
  });
  std::vector<asked_node> out;
  for (const auto& [name, x] : nodes_)
    if (only.empty() || only == name)
      out.push_back(
        {name, x.rests_until > now ? inspector_actor{} : x.inspector});
  return out;
}

void node_directory::note(const asked_node& which, bool answered) {
  const std::lock_guard lock{mutex_};
  const auto i = nodes_.find(which.name);
  // It may be another's by now.
  if (i == nodes_.end() || i->second.inspector != which.inspector)
    return;
  const auto now = clock::now();
  if (answered)
    i->second.heard = now;
  else
    i->second.rests_until = now + rest;
}

milliseconds node_directory::silence_of(const std::string& name) const {
  const std::lock_guard lock{mutex_};
  const auto i = nodes_.find(name);
  return i == nodes_.end()
           ? milliseconds{0}
           : duration_cast<milliseconds>(clock::now() - i->second.heard);
}

// -- asking -------------------------------------------------------------------

template <class T, class... Ts>
std::vector<node_word<T>>
node_directory::ask(const std::vector<asked_node>& whom,
                    clock::time_point until, const Ts&... question) {
  caf::scoped_actor self{*system_};
  const auto left =
    std::max(1ms, duration_cast<milliseconds>(until - clock::now()));
  const auto send = [&](const asked_node& x) {
    return self->request(x.inspector, left, question...);
  };
  using sent = decltype(send(whom.front()));
  // All are asked before the first answer is waited for: their times run at
  // once.
  std::vector<std::optional<sent>> asked;
  for (const auto& x : whom)
    asked.push_back(x.inspector ? std::optional<sent>{send(x)} : std::nullopt);
  std::vector<node_word<T>> out;
  for (std::size_t i = 0; i < whom.size(); ++i) {
    node_word<T> word{.node = whom[i].name};
    if (asked[i]) {
      asked[i]->receive([&](T& answer) { word.answer = std::move(answer); },
                        [](const caf::error&) {
                          // Too late, or lost: it stays without an answer.
                        });
      note(whom[i], word.answer.has_value());
    }
    if (!word.answer)
      word.silent = silence_of(word.node);
    out.push_back(std::move(word));
  }
  return out;
}

template <class T, class... Ts>
node_word<T> node_directory::ask_one(const std::string& node,
                                     const Ts&... question) {
  const auto whom = to_ask(node);
  if (whom.empty())
    return {.node = node};
  return std::move(ask<T>(whom, clock::now() + patience_, question...).front());
}

std::vector<node_word<std::vector<actor_report>>> node_directory::actors() {
  using word = node_word<std::vector<actor_report>>;
  const auto until = clock::now() + patience_;
  std::vector<word> out;
  const auto whom = to_ask({});
  const auto first = ask<actor_page>(whom, until, actor_page_query{0, 2'000});
  for (std::size_t i = 0; i < whom.size(); ++i) {
    word told{.node = whom[i].name, .answer = {}, .silent = first[i].silent};
    auto page = first[i].answer;
    if (page)
      told.answer.emplace();
    while (page) {
      std::move(page->actors.begin(), page->actors.end(),
                std::back_inserter(*told.answer));
      if (!page->more || page->actors.empty()
          || told.answer->size() >= most_actors)
        break;
      const actor_page_query rest_of_it{told.answer->back().id, 2'000};
      auto next = ask<actor_page>({whom[i]}, until, rest_of_it).front();
      told.silent =
        next.silent; // What has come until then is told all the same.
      page = std::move(next.answer);
    }
    out.push_back(std::move(told));
  }
  return out;
}

std::vector<node_word<origins_view>> node_directory::origins() {
  return ask<origins_view>(to_ask({}), clock::now() + patience_,
                           atom::origins::value);
}

std::vector<node_word<stage_report>> node_directory::loads() {
  return ask<stage_report>(to_ask({}), clock::now() + patience_,
                           atom::load::value);
}

node_word<actor_view> node_directory::look(const std::string& node,
                                           std::uint64_t id) {
  return ask_one<actor_view>(
    node, actor_query{.id = id, .patience_ms = actor_patience.count()});
}

node_word<bool> node_directory::kill(const std::string& node,
                                     std::uint64_t id) {
  return ask_one<bool>(node, atom::kill::value, id);
}

node_word<bool> node_directory::trace(const std::string& node,
                                      const trace_request& wanted) {
  return ask_one<bool>(node, wanted);
}

node_word<trace_view> node_directory::traced(const std::string& node,
                                             const trace_query& wanted) {
  return ask_one<trace_view>(node, wanted);
}

void node_directory::stop_trace(const std::string& node,
                                const std::string& id) {
  for (const auto& x : to_ask(node))
    if (x.inspector)
      caf::anon_send(x.inspector, atom::cancel::value, id);
}

} // namespace pixmill::actors
