#include "cluster/certificate_file.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "model/errc.hpp"
#include "persistence/posix_file.hpp"

namespace pixmill::cluster {
namespace {

struct bio_end {
  void operator()(BIO* x) const {
    BIO_free(x);
  }
};

using bio_ptr = std::unique_ptr<BIO, bio_end>;

// No terminal is asked for a passphrase.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

std::string text_in(BIO& memory) {
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(&memory, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

} // namespace

void openssl_end::operator()(EVP_PKEY* x) const {
  EVP_PKEY_free(x);
}

void openssl_end::operator()(X509* x) const {
  X509_free(x);
}

caf::expected<pem_contents> read_pem(const std::filesystem::path& file) {
  const auto text = persistence::read_all(AT_FDCWD, file.c_str());
  if (!text)
    return make_error(errc::file_unreadable,
                      file.string() + ": "
                        + std::generic_category().message(errno));
  const auto open = [&text] {
    return bio_ptr{
      BIO_new_mem_buf(text->data(), static_cast<int>(text->size()))};
  };
  pem_contents out;
  const auto certificates = open();
  for (;;) {
    certificate_ptr next{
      PEM_read_bio_X509(certificates.get(), nullptr, no_passphrase, nullptr)};
    if (!next)
      break;
    out.certificates.push_back(std::move(next));
  }
  const auto keys = open();
  out.key.reset(
    PEM_read_bio_PrivateKey(keys.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  return out;
}

std::string pem_of(X509& certificate) {
  const bio_ptr memory{BIO_new(BIO_s_mem())};
  PEM_write_bio_X509(memory.get(), &certificate);
  return text_in(*memory);
}

std::string pem_of(EVP_PKEY& key) {
  const bio_ptr memory{BIO_new(BIO_s_mem())};
  PEM_write_bio_PrivateKey(memory.get(), &key, nullptr, nullptr, 0, nullptr,
                           nullptr);
  return text_in(*memory);
}

std::string openssl_reason() {
  std::array<char, 256> text{};
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0)
    return "unknown";
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

} // namespace pixmill::cluster
