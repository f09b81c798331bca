#include "persistence/zip_writer.hpp"

#include <archive.h>
#include <archive_entry.h>

#include "model/errc.hpp"

namespace pixmill::persistence {
namespace {

constexpr int plain_file_mode = 0644;

using archive_handle = std::unique_ptr<archive, decltype(&archive_write_free)>;
using entry_handle =
  std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;

} // namespace

class zip_writer::impl {
public:
  explicit impl(std::string& out)
      : out_{out}, archive_{archive_write_new(), &archive_write_free} {
    archive_write_set_format_zip(archive_.get());
    // What is written comes out at once, and the end is not padded.
    archive_write_set_bytes_per_block(archive_.get(), 0);
    archive_write_open(
      archive_.get(), this, nullptr,
      +[](archive*, void* self, const void* bytes, size_t length) {
        static_cast<impl*>(self)->out_.append(static_cast<const char*>(bytes),
                                              length);
        return static_cast<la_ssize_t>(length);
      },
      nullptr);
  }

  caf::expected<caf::unit_t> begin_file(const std::string& name,
                                        std::int64_t seconds,
                                        std::optional<std::uint64_t> size) {
    const entry_handle entry{archive_entry_new(), &archive_entry_free};
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), plain_file_mode);
    archive_entry_set_mtime(entry.get(), seconds, 0);
    if (size) {
      archive_entry_set_size(entry.get(), static_cast<la_int64_t>(*size));
      archive_write_zip_set_compression_store(archive_.get());
    } else {
      archive_write_zip_set_compression_deflate(archive_.get());
    }
    return said(archive_write_header(archive_.get(), entry.get()));
  }

  caf::expected<caf::unit_t> write(std::string_view bytes) {
    const auto written =
      archive_write_data(archive_.get(), bytes.data(), bytes.size());
    return said(written < 0 ? static_cast<int>(written) : ARCHIVE_OK);
  }

  caf::expected<caf::unit_t> finish() {
    return said(archive_write_close(archive_.get()));
  }

private:
  caf::expected<caf::unit_t> said(int code) {
    if (code == ARCHIVE_OK || code == ARCHIVE_WARN)
      return caf::unit;
    const auto* why = archive_error_string(archive_.get());
    return make_error(errc::encode,
                      std::string{"zip: "} + (why ? why : "no reason"));
  }

  std::string& out_;
  archive_handle archive_;
};

zip_writer::zip_writer(std::string& out) : impl_{std::make_unique<impl>(out)} {
  // nop
}

zip_writer::~zip_writer() = default;

caf::expected<caf::unit_t>
zip_writer::begin_file(const std::string& name, std::int64_t seconds,
                       std::optional<std::uint64_t> size) {
  return impl_->begin_file(name, seconds, size);
}

caf::expected<caf::unit_t> zip_writer::write(std::string_view bytes) {
  return impl_->write(bytes);
}

caf::expected<caf::unit_t> zip_writer::finish() {
  return impl_->finish();
}

} // namespace pixmill::persistence
