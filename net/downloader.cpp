#include "net/downloader.hpp"

#include <utility>

#include "net/address_guard.hpp"
#include "net/engine.hpp"
#include "net/memory_budget.hpp"

namespace pixmill::net {

caf::expected<std::unique_ptr<downloader>>
downloader::create(const fetch_settings& settings,
                   std::shared_ptr<memory_budget> budget) {
  auto guard =
    address_guard::create(settings.allow_cidrs, settings.allow_ports);
  if (!guard)
    return std::move(guard.error());
  if (!budget)
    budget = memory_budget::create(settings.memory_budget);
  return std::unique_ptr<downloader>{new downloader(
    std::make_unique<engine>(settings, std::move(*guard), std::move(budget)))};
}

downloader::downloader(std::unique_ptr<engine> running)
    : engine_(std::move(running)) {}

downloader::~downloader() = default;

fetcher::ticket downloader::start(fetch_order order, callback done) {
  return engine_->start(std::move(order), std::move(done));
}

void downloader::cancel(ticket which) {
  engine_->cancel(which);
}

void downloader::govern(origin_rule rule) {
  engine_->govern(std::move(rule));
}

void downloader::permit(std::vector<origin_permit> permits) {
  engine_->permit(std::move(permits));
}

void downloader::look(std::function<void(std::vector<origin_activity>)> told) {
  engine_->look(std::move(told));
}

std::optional<std::vector<origin_load>>
downloader::origins(std::chrono::milliseconds patience) const {
  return engine_->origins(patience);
}

fetch_load downloader::load() const {
  return engine_->load();
}

} // namespace pixmill::net
