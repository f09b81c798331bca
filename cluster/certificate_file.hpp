#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <caf/expected.hpp>

// OpenSSL's own names, so that its headers stay out of this one.
using EVP_PKEY = struct evp_pkey_st;
using X509 = struct x509_st;

namespace pixmill::cluster {

struct openssl_end {
  void operator()(EVP_PKEY* x) const;
  void operator()(X509* x) const;
};

using key_ptr = std::unique_ptr<EVP_PKEY, openssl_end>;
using certificate_ptr = std::unique_ptr<X509, openssl_end>;

/// What a PEM file holds, in its order.
struct pem_contents {
  std::vector<certificate_ptr> certificates;
  key_ptr key; ///< Null: none.
};

/// Reads a PEM file.
/// @retval errc::file_unreadable Names the file.
caf::expected<pem_contents> read_pem(const std::filesystem::path& file);

/// Returns PEM text.
std::string pem_of(X509& certificate);
std::string pem_of(EVP_PKEY& key);

/// Returns what OpenSSL has to say about its last error.
std::string openssl_reason();

} // namespace pixmill::cluster
