#include "imaging/shared_memory.hpp"

#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

caf::expected<std::span<std::uint8_t>> map(int descriptor, std::size_t bytes) {
  auto* address =
    ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (address == MAP_FAILED)
    return make_error(errc::decoder_crash, "cannot map shared memory");
  return std::span(static_cast<std::uint8_t*>(address), bytes);
}

} // namespace

shared_memory::shared_memory(shared_memory&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      bytes_(std::exchange(other.bytes_, {})) {}

shared_memory& shared_memory::operator=(shared_memory&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

shared_memory::~shared_memory() {
  if (!bytes_.empty())
    ::munmap(bytes_.data(), bytes_.size());
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

caf::expected<shared_memory> shared_memory::create(std::size_t bytes) {
  shared_memory result(
    ::memfd_create("pixmill-codec", MFD_CLOEXEC | MFD_ALLOW_SEALING), {});
  if (result.descriptor_ < 0
      || ::ftruncate(result.descriptor_, static_cast<off_t>(bytes)) != 0
      || ::fcntl(result.descriptor_, F_ADD_SEALS,
                 F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
           != 0)
    return make_error(errc::decoder_crash, "cannot create shared memory");
  auto mapped = map(result.descriptor_, bytes);
  if (!mapped)
    return std::move(mapped.error());
  result.bytes_ = *mapped;
  return result;
}

caf::expected<shared_memory> shared_memory::adopt(int descriptor) {
  shared_memory result(descriptor, {});
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || status.st_size <= 0)
    return make_error(errc::decoder_crash, "no shared memory");
  auto mapped = map(descriptor, static_cast<std::size_t>(status.st_size));
  if (!mapped)
    return std::move(mapped.error());
  result.bytes_ = *mapped;
  return result;
}

} // namespace pixmill::imaging
