#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <caf/expected.hpp>
#include <caf/unit.hpp>

namespace pixmill::persistence {

/// Writes a ZIP of any size as a stream, with 64-bit sizes where they are
/// needed.
class zip_writer {
public:
  /// @param out Gets the bytes; outlives the writer.
  explicit zip_writer(std::string& out);
  ~zip_writer();
  zip_writer(const zip_writer&) = delete;
  zip_writer& operator=(const zip_writer&) = delete;

  /// Begins a file.
  /// @param seconds Its time, since the Unix epoch.
  /// @param size    In bytes; empty: not known. Files of known size are
  ///        stored, others are deflated: a reader of the stream must be able
  ///        to tell where they end.
  /// @retval errc::encode
  caf::expected<caf::unit_t> begin_file(const std::string& name,
                                        std::int64_t seconds,
                                        std::optional<std::uint64_t> size);
  caf::expected<caf::unit_t> write(std::string_view bytes);

  /// Writes the list of files.
  caf::expected<caf::unit_t> finish();

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace pixmill::persistence
