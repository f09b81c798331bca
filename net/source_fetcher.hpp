#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

#include "net/downloader.hpp"

namespace pixmill::net {

class local_files;

/// Fetches whatever a sheet of `pixmill run` may name: http(s) URLs through a
/// downloader, everything else as the path of a local file. Both share one
/// budget.
///
/// @note Not for `pixmill serve`, whose callers may not read its files.
class source_fetcher final : public fetcher {
public:
  /// @retval errc::config_invalid A CIDR or port of `settings` is malformed.
  static caf::expected<std::unique_ptr<source_fetcher>>
  create(const fetch_settings& settings);
  ~source_fetcher() override;

  /// @param order Its `url` may be a path.
  ticket start(fetch_order order, callback done) override;
  void cancel(ticket which) override;
  void govern(origin_rule rule) override;
  void permit(std::vector<origin_permit> permits) override;
  void look(std::function<void(std::vector<origin_activity>)> told) override;

  /// Returns the load of the downloader, and the bytes of both.
  fetch_load load() const;

  /// See `downloader::origins`.
  std::optional<std::vector<origin_load>>
  origins(std::chrono::milliseconds patience) const {
    return web_->origins(patience);
  }

private:
  source_fetcher(std::unique_ptr<downloader> web,
                 std::unique_ptr<local_files> local);

  std::unique_ptr<downloader> web_;
  std::unique_ptr<local_files> local_;
};

/// Returns whether `text` starts with `http://` or `https://`, in any case.
bool is_web_url(std::string_view text) noexcept;

} // namespace pixmill::net
