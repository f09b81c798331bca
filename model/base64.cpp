#include "model/base64.hpp"

#include <openssl/evp.h>

namespace pixmill {

std::string base64_of(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const auto length =
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                    reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

} // namespace pixmill
