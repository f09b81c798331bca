#include "cli/served_images.hpp"

#include <filesystem>
#include <utility>

#include "cli/read_file.hpp"
#include "model/errc.hpp"
#include "model/sha256.hpp"
#include "persistence/directory_store.hpp"
#include "persistence/s3_store.hpp"

namespace pixmill::cli {
namespace {

constexpr std::string_view route = "/v1/files/";

// Not through a directory store, which would make a folder that is not there.
caf::expected<std::string> read_from(const std::filesystem::path& folder,
                                     const persistence::stored_object& which) {
  std::string bytes;
  const auto path =
    folder
    / persistence::directory_store::relative_path(which.sha256, which.format);
  if (const auto reason = read_file(path, [&bytes](std::string_view block) {
        bytes += block;
        return true;
      }))
    return make_error(errc::store, context_of(reason));
  return bytes;
}

} // namespace

std::optional<persistence::stored_object> served_image(std::string_view url) {
  const auto at = url.find(route);
  if (at == url.npos)
    return std::nullopt;
  const auto rest = url.substr(at + route.size());
  const auto slash = rest.find('/');
  const auto dot = rest.rfind('.');
  if (slash == rest.npos || dot == rest.npos || dot < slash)
    return std::nullopt;
  persistence::stored_object out{std::string{rest.substr(0, slash)},
                                 format_of_extension(rest.substr(dot + 1))};
  if (!is_sha256(out.sha256) || out.format == image_format::unknown)
    return std::nullopt;
  return out;
}

caf::expected<std::string>
served_images::get(const persistence::stored_object& which) {
  if (settings_.store.kind == persistence::store_kind::local)
    return read_from(settings_.store.images, which);
  if (bucket_ == nullptr) {
    auto opened = persistence::s3_store::open(settings_.s3);
    if (!opened)
      return std::move(opened.error());
    bucket_ = std::move(*opened);
  }
  return bucket_->get(which.sha256, which.format);
}

} // namespace pixmill::cli
