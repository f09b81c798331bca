#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "net/downloader.hpp"
#include "tests/net/loopback_server.hpp"

namespace pixmill::net::test {

/// Longer than anything takes here; a test that waits so long has failed.
constexpr std::chrono::seconds patience{20};

/// Returns settings that reach `ports` on loopback.
inline fetch_settings loopback_settings(std::vector<std::uint16_t> ports) {
  fetch_settings result;
  result.allow_cidrs = {"127.0.0.0/8"};
  result.allow_ports = std::move(ports);
  return result;
}

/// Starts a transfer whose result can be waited for.
inline std::pair<fetcher::ticket, std::future<download>>
begin(fetcher& from, const std::string& url) {
  auto promise = std::make_shared<std::promise<download>>();
  auto result = promise->get_future();
  const auto ticket = from.start(
    {.url = url}, [promise](const download& x) { promise->set_value(x); });
  return {ticket, std::move(result)};
}

/// Waits for a result.
inline download wait(std::future<download>& pending) {
  if (pending.wait_for(patience) == std::future_status::ready)
    return pending.get();
  ADD_FAILURE() << "the transfer has not ended";
  download result;
  result.why.detail = "no result";
  return result;
}

/// Fetches one URL.
inline download fetch(fetcher& from, const std::string& url) {
  auto pending = begin(from, url);
  return wait(pending.second);
}

/// Fetches `path` of `origin` with an engine of its own.
inline download fetch_once(const loopback_server& origin,
                           const std::string& path = "/") {
  const auto engine = downloader::create(loopback_settings({origin.port()}));
  return fetch(**engine, origin.url(path));
}

/// Waits until `holds`, looking every millisecond.
template <class Condition>
bool eventually(Condition holds) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

} // namespace pixmill::net::test
