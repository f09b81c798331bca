#include "net/source_fetcher.hpp"

#include <algorithm>
#include <utility>

#include "net/local_files.hpp"
#include "net/memory_budget.hpp"

namespace pixmill::net {
namespace {

// Tickets of both sides in one number: the last bit says whose it is.
constexpr fetcher::ticket web_ticket(fetcher::ticket inner) {
  return inner << 1;
}

constexpr fetcher::ticket local_ticket(fetcher::ticket inner) {
  return (inner << 1) | 1;
}

bool starts_with(std::string_view text, std::string_view lower_case) {
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
  };
  return text.size() >= lower_case.size()
         && std::equal(lower_case.begin(), lower_case.end(), text.begin(),
                       [same](char b, char a) { return same(a, b); });
}

} // namespace

caf::expected<std::unique_ptr<source_fetcher>>
source_fetcher::create(const fetch_settings& settings) {
  auto budget = memory_budget::create(settings.memory_budget);
  auto web = downloader::create(settings, budget);
  if (!web)
    return std::move(web.error());
  auto local =
    std::make_unique<local_files>(settings.max_bytes, std::move(budget));
  return std::unique_ptr<source_fetcher>{
    new source_fetcher(std::move(*web), std::move(local))};
}

source_fetcher::source_fetcher(std::unique_ptr<downloader> web,
                               std::unique_ptr<local_files> local)
    : web_(std::move(web)), local_(std::move(local)) {}

source_fetcher::~source_fetcher() = default;

fetcher::ticket source_fetcher::start(fetch_order order, callback done) {
  return is_web_url(order.url)
           ? web_ticket(web_->start(std::move(order), std::move(done)))
           : local_ticket(local_->start(std::move(order), std::move(done)));
}

void source_fetcher::cancel(ticket which) {
  if (which & 1)
    local_->cancel(which >> 1);
  else
    web_->cancel(which >> 1);
}

void source_fetcher::govern(origin_rule rule) {
  web_->govern(std::move(rule));
}

void source_fetcher::permit(std::vector<origin_permit> permits) {
  web_->permit(std::move(permits));
}

void source_fetcher::look(
  std::function<void(std::vector<origin_activity>)> told) {
  web_->look(std::move(told));
}

fetch_load source_fetcher::load() const {
  return web_->load();
}

bool is_web_url(std::string_view text) noexcept {
  return starts_with(text, "http://") || starts_with(text, "https://");
}

} // namespace pixmill::net
