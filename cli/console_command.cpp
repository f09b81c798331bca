#include "cli/console_command.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/service.hpp"

namespace pixmill::cli {
namespace {

using json = nlohmann::json;

constexpr std::string_view help =
  "overview | jobs [N] | job ID | errors [job ID] [code CODE] [host HOST] [N]\n"
  "nodes | drain NODE yes | undrain NODE | origins | deliveries [state STATE] "
  "[N]\n"
  "actors [top] [mailbox|rate|busy|age] [N] [kind KIND] [job ID] [node NODE]\n"
  "       [state STATE] [window 10s]\n"
  "tree [ACTOR] [N] | actor ACTOR | kill ACTOR yes | trace ACTOR [N] [job]\n"
  "retry JOB [code CODE] [host HOST] yes | pause JOB yes | resume JOB\n"
  "cancel JOB yes\n"
  "audit [N] | config | history METRIC\n";

constexpr std::array<std::string_view, 4> sorts{"mailbox", "rate", "busy",
                                                "age"};

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < line.size();) {
    const auto begin = line.find_first_not_of(" \t", at);
    if (begin == line.npos)
      break;
    const auto end = std::min(line.find_first_of(" \t", begin), line.size());
    out.emplace_back(line.substr(begin, end - begin));
    at = end;
  }
  return out;
}

std::optional<std::uint32_t> count_in(const std::string& word) {
  std::uint32_t out = 0;
  const auto* end = word.data() + word.size();
  const auto [last, wrong] = std::from_chars(word.data(), end, out);
  if (wrong != std::errc{} || last != end || out < 1 || out > 1'000)
    return std::nullopt;
  return out;
}

caf::error unknown(const std::string& what) {
  return make_error(errc::option_invalid,
                    what + "; known:\n" + std::string{help});
}

/// Takes one line apart, word by word.
class command_reader {
public:
  explicit command_reader(std::vector<std::string> words)
      : words_{std::move(words)} {}

  caf::expected<console_command> read() {
    if (words_.empty())
      return unknown("a command is wanted");
    const auto verb = words_[at_++];
    auto out = command_of(verb);
    if (out && at_ < words_.size())
      return unknown(verb + ": what is " + words_[at_] + "?");
    return out;
  }

private:
  caf::expected<console_command> command_of(const std::string& verb) {
    for (const auto& [name, screen] :
         {std::pair{"overview", console_screen::overview},
          {"nodes", console_screen::nodes},
          {"origins", console_screen::origins},
          {"config", console_screen::config}})
      if (verb == name)
        return look(screen, {}, {});
    if (verb == "jobs" || verb == "audit")
      return look(verb == "jobs" ? console_screen::jobs : console_screen::audit,
                  {}, {});
    if (verb == "errors")
      return look(console_screen::errors, {}, {"job", "code", "host"});
    if (verb == "deliveries")
      return look(console_screen::deliveries, {}, {"state"});
    if (verb == "actors")
      return actors();
    if (verb == "tree")
      return look(console_screen::tree, is_address() ? words_[at_++] : "", {});
    if (verb == "history")
      return history();
    return about_one(verb);
  }

  // A screen: names with values, and how many rows.
  caf::expected<console_command>
  look(console_screen screen, std::string subject,
       std::initializer_list<const char*> names) {
    console_query query{.screen = screen, .subject = std::move(subject)};
    if (auto wrong = options(query, names))
      return wrong;
    return console_command{.look = std::move(query)};
  }

  caf::error options(console_query& query,
                     std::initializer_list<const char*> names) {
    for (; at_ < words_.size(); ++at_) {
      const auto& word = words_[at_];
      if (const auto count = count_in(word)) {
        query.count = *count;
        continue;
      }
      if (std::none_of(names.begin(), names.end(),
                       [&](const char* name) { return word == name; }))
        return {};
      if (at_ + 1 == words_.size())
        return unknown(word + " of what?");
      ++at_;
      if (word == "window")
        query.window = words_[at_];
      else
        query.filters.push_back(words_[at_ - 1] + "="
                                + percent_encoded(words_[at_]));
    }
    return {};
  }

  caf::expected<console_command> actors() {
    console_query query{.screen = console_screen::actors, .count = 20};
    if (at_ < words_.size() && words_[at_] == "top")
      ++at_;
    if (at_ < words_.size()
        && std::find(sorts.begin(), sorts.end(), words_[at_]) != sorts.end())
      query.sort = words_[at_++];
    if (auto wrong = options(query, {"kind", "job", "node", "state", "window"}))
      return wrong;
    return console_command{.look = std::move(query)};
  }

  caf::expected<console_command> history() {
    if (at_ == words_.size())
      return unknown("history of what? images_per_s, bytes_in_per_s, "
                     "bytes_out_per_s, failures_per_s, cpu");
    return console_command{.look = {},
                           .path = "/v1/history?metric="
                                   + percent_encoded(words_[at_++])};
  }

  bool is_address() const {
    return at_ < words_.size() && words_[at_].find(':') != std::string::npos;
  }

  // What needs an id.
  caf::expected<console_command> about_one(const std::string& verb) {
    constexpr std::array<std::string_view, 10> verbs{
      "job",     "actor", "kill",  "trace",  "drain",
      "undrain", "retry", "pause", "resume", "cancel"};
    if (std::find(verbs.begin(), verbs.end(), verb) == verbs.end())
      return unknown("there is no command " + verb);
    if (at_ == words_.size())
      return unknown(verb + " what?");
    const auto id = words_[at_++];
    if (verb == "job")
      return look(console_screen::job, id, {});
    if (verb == "actor")
      return look(console_screen::actor, id, {});
    if (verb == "kill")
      return kill(id);
    if (verb == "trace")
      return trace(id);
    if (verb == "undrain" || verb == "drain")
      return if_meant({verb, id, {}},
                      deed("/v1/nodes/" + percent_encoded(id) + "/" + verb));
    if (verb == "retry")
      return retry(id);
    return if_meant({verb, id, {}}, deed(job_path(id, "/" + verb)));
  }

  bool is_meant() {
    const bool meant = at_ < words_.size() && words_[at_] == "yes";
    at_ += meant ? 1 : 0;
    return meant;
  }

  // What gives back what another deed took away needs no yes.
  console_command if_meant(deed_target target, console_command done) {
    if (is_meant() || target.verb == "undrain" || target.verb == "resume")
      return done;
    for (std::size_t i = 0; i < at_; ++i)
      target.meant += words_[i] + " ";
    target.meant += "yes";
    done.unmeant = std::move(target);
    return done;
  }

  static console_command deed(std::string path, std::string body = {}) {
    return {.look = {},
            .path = std::move(path),
            .body = std::move(body),
            .posts = true};
  }

  console_command kill(const std::string& id) {
    return deed("/v1/actors/" + id + "/kill",
                is_meant() ? json{{"confirm", id}}.dump() : "{}");
  }

  console_command trace(const std::string& id) {
    json body{{"seconds", 10}};
    if (at_ < words_.size())
      if (const auto count = count_in(words_[at_])) {
        body["limit"] = *count;
        ++at_;
      }
    if (at_ < words_.size() && words_[at_] == "job") {
      body["whole_job"] = true;
      ++at_;
    }
    auto out = deed("/v1/actors/" + id + "/trace", body.dump());
    out.follows_trace = true;
    return out;
  }

  caf::expected<console_command> retry(const std::string& id) {
    json body = json::object();
    while (at_ < words_.size()
           && (words_[at_] == "code" || words_[at_] == "host")) {
      if (at_ + 1 == words_.size())
        return unknown(words_[at_] + " of what?");
      body[words_[at_] + "s"].push_back(words_[at_ + 1]);
      at_ += 2;
    }
    return if_meant({"retry", id, {}},
                    deed(job_path(id, "/retry"), body.dump()));
  }

  std::vector<std::string> words_;
  std::size_t at_ = 0;
};

} // namespace

caf::expected<console_command> read_command(std::string_view line) {
  return command_reader{words_of(line)}.read();
}

std::string_view command_help() noexcept {
  return help;
}

} // namespace pixmill::cli
