#include "cli/token.hpp"

#include <filesystem>
#include <memory>
#include <ostream>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/held_signals.hpp"
#include "cli/service.hpp"
#include "cli/service_json.hpp"
#include "cli/table.hpp"
#include "http/token_json.hpp"
#include "model/errc.hpp"
#include "persistence/journal_store.hpp"

namespace pixmill::cli {
namespace {

using json = nlohmann::ordered_json;
using answer_or_error = caf::expected<net::http_answer>;

/// Where tokens are kept. All of them answer as a server does.
class token_place {
public:
  virtual ~token_place() = default;

  /// @param wish What a server takes.
  virtual answer_or_error add(std::string wish) = 0;
  virtual answer_or_error list() = 0;
  virtual answer_or_error revoke(const std::string& id) = 0;
};

class token_server final : public token_place {
public:
  explicit token_server(service_address address)
      : server_{std::move(address), [this](std::chrono::milliseconds pause) {
                  return signals_.came_within(pause);
                }} {}

  answer_or_error add(std::string wish) override {
    return server_.post("/v1/tokens", std::move(wish));
  }
  answer_or_error list() override {
    return server_.get("/v1/tokens");
  }
  answer_or_error revoke(const std::string& id) override {
    return server_.send(
      {.method = net::http_method::del, .timeout = std::chrono::seconds{60}},
      "/v1/tokens/" + percent_encoded(id));
  }

private:
  held_signals signals_;
  service server_;
};

net::http_answer answer_of(int status, std::string body) {
  return {.status = status, .fields = {}, .body = std::move(body)};
}

class token_folder final : public token_place {
public:
  explicit token_folder(std::unique_ptr<persistence::journal_store> journal)
      : journal_{std::move(journal)} {}

  answer_or_error add(std::string wish) override {
    const auto read = http::read_token_wish(wish);
    if (!read)
      return read.error();
    auto drawn = draw_token(*read, unix_now());
    if (!drawn)
      return drawn.error();
    if (auto stored = journal_->tokens().put(drawn->token); !stored)
      return stored.error();
    return answer_of(201, http::to_json(*drawn));
  }

  answer_or_error list() override {
    const auto tokens = journal_->tokens().all();
    if (!tokens)
      return tokens.error();
    return answer_of(200, http::to_json(*tokens, unix_now()));
  }

  answer_or_error revoke(const std::string& id) override {
    const auto known = journal_->tokens().erase(id);
    if (!known)
      return known.error();
    if (!*known)
      return make_error(errc::option_invalid, "there is no token " + id);
    const auto left = journal_->tokens().all();
    if (!left || !left->empty())
      return answer_of(204, {});
    return answer_of(
      200, json{{"id", id},
                {"warning", "That was the last token: the next server on this "
                            "store is open, and listens on loopback only."}}
             .dump());
  }

private:
  std::unique_ptr<persistence::journal_store> journal_;
};

// -- which one ----------------------------------------------------------------

caf::expected<std::unique_ptr<token_place>>
server_at(const server_options& options,
          const std::map<std::string, std::string>& environment,
          const terminal& to) {
  auto address = address_of(options, environment);
  if (!address)
    return std::move(address.error());
  to.err << "pixmill: at the server " << address->url << std::endl;
  return std::unique_ptr<token_place>{
    std::make_unique<token_server>(std::move(*address))};
}

bool names_a_server(const server_options& options,
                    const std::map<std::string, std::string>& environment) {
  const auto found = environment.find("PIXMILL_URL");
  return !options.url.empty()
         || (found != environment.end() && !found->second.empty());
}

caf::expected<std::unique_ptr<token_place>>
place_of(server_options options, const config::settings& settings,
         const std::map<std::string, std::string>& environment,
         const terminal& to) {
  if (names_a_server(options, environment))
    return server_at(options, environment, to);
  const auto& folder = settings.store.journal;
  auto journal = persistence::journal_store::open(folder);
  if (journal) {
    to.err << "pixmill: in the store " << folder << std::endl;
    return std::unique_ptr<token_place>{
      std::make_unique<token_folder>(std::move(*journal))};
  }
  if (code_of(journal.error(), errc::none) != errc::store_locked)
    return std::move(journal.error());
  // Whoever has it open is most likely the server of these settings.
  if (settings.http.port != 0)
    options.url = "http://127.0.0.1:" + std::to_string(settings.http.port);
  return server_at(options, environment, to);
}

// -- the verbs ----------------------------------------------------------------

std::string text_in(const json& value, const char* name) {
  const auto found = value.find(name);
  return found != value.end() && found->is_string() ? found->get<std::string>()
                                                    : std::string{};
}

std::string scopes_in(const json& token) {
  std::string out;
  const auto scopes = token.find("scopes");
  if (scopes != token.end() && scopes->is_array())
    for (const auto& one : *scopes)
      if (one.is_string())
        out += (out.empty() ? "" : ",") + one.get<std::string>();
  return out;
}

exit_code not_understood(const terminal& to) {
  return report_failure(
    make_error(errc::connect, "the answer is none of a Pixmill server"), to);
}

std::string wish_of(const token_new_options& options) {
  json wish{{"scopes", options.scopes}};
  if (!options.tenant.empty())
    wish["tenant"] = options.tenant;
  if (!options.name.empty())
    wish["name"] = options.name;
  if (!options.expires.empty())
    wish["expires"] = options.expires;
  return wish.dump(-1, ' ', false, json::error_handler_t::replace);
}

// The secret alone goes to standard output, fit for a variable.
exit_code show(const token_new_options&, const std::string& body,
               const terminal& to) {
  const auto made = json::parse(body, nullptr, false);
  if (!made.is_object() || text_in(made, "token").empty())
    return not_understood(to);
  to.err << "pixmill: made " << printable(text_in(made, "id")) << " with scope "
         << printable(scopes_in(made)) << "; it is shown this once, so keep it"
         << std::endl;
  to.out << printable(text_in(made, "token")) << std::endl;
  return exit_ok;
}

exit_code show(const token_list_options&, const std::string& body,
               const terminal& to) {
  const auto page = json::parse(body, nullptr, false);
  if (!page.is_object() || !page.contains("tokens"))
    return not_understood(to);
  table rows{{{.title = "token"},
              {.title = "scopes"},
              {.title = "tenant", .widest = 40},
              {.title = "created"},
              {.title = "expires"},
              {.title = "name", .widest = 40}}};
  for (const auto& one : page.at("tokens")) {
    const bool expired = one.value("expired", false);
    rows.add({{text_in(one, "id"), tint::strong},
              {scopes_in(one)},
              {text_in(one, "tenant")},
              {text_in(one, "created_at"), tint::faint},
              {text_in(one, "expires_at"), expired ? tint::bad : tint::faint},
              {text_in(one, "name")}});
  }
  to.out << (rows.empty() ? "no tokens\n" : rows.text(to.colours))
         << std::flush;
  return exit_ok;
}

exit_code show(const token_revoke_options& options, const std::string& body,
               const terminal& to) {
  const auto said = json::parse(body, nullptr, false);
  if (said.is_object())
    complain(to, text_in(said, "warning"));
  to.out << "revoked " << printable(options.id) << std::endl;
  return exit_ok;
}

answer_or_error ask(token_place& place, const token_new_options& options) {
  return place.add(wish_of(options));
}

answer_or_error ask(token_place& place, const token_list_options&) {
  return place.list();
}

answer_or_error ask(token_place& place, const token_revoke_options& options) {
  return place.revoke(options.id);
}

template <class Options>
int carry_out(const Options& options, const config::settings& settings,
              const std::map<std::string, std::string>& environment,
              const terminal& to) {
  auto place = place_of(options, settings, environment, to);
  if (!place)
    return report_failure(place.error(), to);
  const auto answer = ask(**place, options);
  if (!answer)
    return report_failure(answer.error(), to);
  if (!answer->is_success())
    return report_problem(*answer, options.json, to);
  if (options.json && !answer->body.empty())
    return print_json(answer->body, to);
  if (options.json)
    return exit_ok;
  return show(options, answer->body, to);
}

} // namespace

int token(const token_options& options, const config::settings& settings,
          const std::map<std::string, std::string>& environment,
          const terminal& to) {
  return std::visit(
    [&](const auto& x) { return carry_out(x, settings, environment, to); },
    options);
}

} // namespace pixmill::cli
