#include "cluster/tls_errors.hpp"

#include <dlfcn.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

// The functions of this name in libssl are found behind these: a program's own
// come first, for the libraries that it is linked with as well.

namespace {

template <class Function>
Function* next(const char* name) {
  ERR_clear_error();
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

} // namespace

extern "C" {

// NOLINTBEGIN(readability-identifier-naming)
int SSL_read(SSL* ssl, void* bytes, int count) {
  static auto* const real = next<int(SSL*, void*, int)>("SSL_read");
  ERR_clear_error();
  return real(ssl, bytes, count);
}

int SSL_write(SSL* ssl, const void* bytes, int count) {
  static auto* const real = next<int(SSL*, const void*, int)>("SSL_write");
  ERR_clear_error();
  return real(ssl, bytes, count);
}

int SSL_accept(SSL* ssl) {
  static auto* const real = next<int(SSL*)>("SSL_accept");
  ERR_clear_error();
  return real(ssl);
}

int SSL_connect(SSL* ssl) {
  static auto* const real = next<int(SSL*)>("SSL_connect");
  ERR_clear_error();
  return real(ssl);
}
// NOLINTEND(readability-identifier-naming)

} // extern "C"

namespace pixmill::cluster {

void keep_tls_errors_apart() {
  ERR_clear_error();
}

} // namespace pixmill::cluster
