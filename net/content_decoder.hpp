#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include <caf/expected.hpp>

namespace pixmill::net {

/// Undoes the Content-Encoding of an origin that compresses although it was
/// asked for `identity`: gzip and deflate. libcurl is not let do this, because
/// it knows no limit on what comes out.
class content_decoder {
public:
  /// Takes decoded bytes; answers whether it wants more.
  using sink = std::function<bool(std::string_view)>;

  /// @param encoding One Content-Encoding, in lower case.
  /// @retval errc::unsupported_format Neither gzip, x-gzip nor deflate.
  static caf::expected<std::unique_ptr<content_decoder>>
  create(std::string_view encoding);
  ~content_decoder();

  /// Decodes the next bytes, at most 64 KiB for each call of `out`.
  /// @retval errc::decode   The stream is damaged.
  /// @retval errc::canceled `out` wanted no more.
  caf::error feed(std::string_view bytes, const sink& out);

  /// Returns whether the stream has come to its end.
  bool complete() const noexcept;

private:
  class stream;
  explicit content_decoder(std::unique_ptr<stream> inflater);

  std::unique_ptr<stream> stream_;
};

} // namespace pixmill::net
