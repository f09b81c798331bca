#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

#include "config/settings.hpp"
#include "persistence/object_store.hpp"

namespace pixmill::cli {

/// Returns the image behind a URL of `serve`, whichever host it names; nothing:
/// it is none.
std::optional<persistence::stored_object> served_image(std::string_view url);

/// The images of a server, read from where its settings say that they are; the
/// server itself is not asked.
class served_images {
public:
  explicit served_images(const config::settings& settings)
      : settings_{settings} {}

  /// Reads one image.
  /// @retval errc::store There is none.
  /// @retval errc::store_unavailable, errc::config_invalid The bucket cannot be
  ///         used.
  caf::expected<std::string> get(const persistence::stored_object& which);

private:
  const config::settings& settings_;
  std::unique_ptr<persistence::object_store> bucket_; ///< Once it is needed.
};

} // namespace pixmill::cli
