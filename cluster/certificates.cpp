#include "cluster/certificates.hpp"

#include <array>
#include <ctime>
#include <system_error>
#include <utility>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "cluster/certificate_file.hpp"
#include "model/errc.hpp"
#include "persistence/posix_file.hpp"

namespace pixmill::cluster {
namespace {

namespace fs = std::filesystem;

constexpr long authority_seconds = 10L * 365 * 86'400;

// Clocks of machines differ a little.
constexpr long backdated_seconds = 300;

std::string hex_of(const unsigned char* bytes, std::size_t count) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    (out += digits[bytes[i] >> 4]) += digits[bytes[i] & 15];
  return out;
}

bool extend(X509& certificate, X509& issuer, int what, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  auto* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value);
  const bool added =
    extension != nullptr && X509_add_ext(&certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

// A certificate without a signature.
certificate_ptr draft(const std::string& name, EVP_PKEY& key, long seconds) {
  certificate_ptr out{X509_new()};
  std::array<unsigned char, 16> serial{};
  RAND_bytes(serial.data(), static_cast<int>(serial.size()));
  serial[0] &= 0x7f;
  BIGNUM* number =
    BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(out.get()));
  BN_free(number);
  X509_set_version(out.get(), X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), -backdated_seconds);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), seconds);
  X509_set_pubkey(out.get(), &key);
  X509_NAME_add_entry_by_txt(
    X509_get_subject_name(out.get()), "CN", MBSTRING_UTF8,
    reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return out;
}

caf::error failed_by_openssl(const std::string& what) {
  return make_error(errc::store, what + ": " + openssl_reason());
}

caf::error write(const fs::path& file, const std::string& text) {
  const auto failed = persistence::write_private(file, text);
  return failed == 0 ? caf::error{}
                     : make_error(errc::file_unwritable,
                                  file.string() + ": "
                                    + std::generic_category().message(failed));
}

std::int64_t seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
}

std::string name_in(const X509_NAME* name) {
  std::array<char, 256> text{};
  X509_NAME_get_text_by_NID(const_cast<X509_NAME*>(name), NID_commonName,
                            text.data(), text.size());
  return text.data();
}

bool signed_by(X509& certificate, X509& authority) {
  return X509_verify(&certificate, X509_get0_pubkey(&authority)) == 1
         && X509_check_issued(&authority, &certificate) == X509_V_OK;
}

certificate_info describe(const pem_contents& file) {
  auto& first = *file.certificates.front();
  certificate_info out;
  out.subject = name_in(X509_get_subject_name(&first));
  out.issuer = name_in(X509_get_issuer_name(&first));
  BIGNUM* number = ASN1_INTEGER_to_BN(X509_get_serialNumber(&first), nullptr);
  char* serial = BN_bn2hex(number);
  out.serial = serial;
  OPENSSL_free(serial);
  BN_free(number);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int size = 0;
  X509_digest(&first, EVP_sha256(), hash.data(), &size);
  out.fingerprint = hex_of(hash.data(), size);
  out.valid_from = seconds_of(X509_get0_notBefore(&first));
  out.valid_until = seconds_of(X509_get0_notAfter(&first));
  out.is_authority = X509_check_ca(&first) == 1;
  out.has_key = file.key && X509_check_private_key(&first, file.key.get()) == 1;
  for (std::size_t i = 1; i < file.certificates.size(); ++i)
    out.has_authority =
      out.has_authority || signed_by(first, *file.certificates[i]);
  return out;
}

} // namespace

caf::error make_authority(const fs::path& folder) {
  std::error_code ignored;
  for (const auto* name : {authority_file, authority_key_file})
    if (fs::exists(folder / name, ignored))
      return make_error(errc::file_unwritable,
                        (folder / name).string()
                          + " exists; a new authority would cut off every node "
                            "that has a bundle of this one: remove it first");
  const key_ptr key{EVP_EC_gen("P-256")};
  if (!key)
    return failed_by_openssl("making a key");
  std::array<unsigned char, 4> mark{};
  RAND_bytes(mark.data(), static_cast<int>(mark.size()));
  const auto certificate =
    draft("Pixmill cluster CA " + hex_of(mark.data(), mark.size()), *key,
          authority_seconds);
  auto& out = *certificate;
  X509_set_issuer_name(&out, X509_get_subject_name(&out));
  if (!extend(out, out, NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
      || !extend(out, out, NID_key_usage, "critical,keyCertSign,cRLSign")
      || !extend(out, out, NID_subject_key_identifier, "hash")
      || X509_sign(&out, key.get(), EVP_sha256()) == 0)
    return failed_by_openssl("signing the authority");
  if (auto failed = write(folder / authority_key_file, pem_of(*key)))
    return failed;
  return write(folder / authority_file, pem_of(out));
}

caf::error issue_bundle(const fs::path& folder, const std::string& name,
                        const fs::path& bundle, std::int64_t seconds) {
  const auto authority = read_pem(folder / authority_file);
  const auto authority_key = read_pem(folder / authority_key_file);
  if (!authority || !authority_key || authority->certificates.empty()
      || !authority_key->key)
    return make_error(errc::file_unreadable,
                      folder.string()
                        + ": there is no authority here; make one with: "
                          "pixmill cert init");
  auto& issuer = *authority->certificates.front();
  const key_ptr key{EVP_EC_gen("P-256")};
  if (!key)
    return failed_by_openssl("making a key");
  const auto certificate = draft(name, *key, static_cast<long>(seconds));
  auto& out = *certificate;
  X509_set_issuer_name(&out, X509_get_subject_name(&issuer));
  if (!extend(out, issuer, NID_basic_constraints, "critical,CA:FALSE")
      || !extend(out, issuer, NID_key_usage, "critical,digitalSignature")
      || !extend(out, issuer, NID_ext_key_usage, "serverAuth,clientAuth")
      || !extend(out, issuer, NID_subject_key_identifier, "hash")
      || X509_sign(&out, authority_key->key.get(), EVP_sha256()) == 0)
    return failed_by_openssl("signing the certificate");
  return write(bundle, pem_of(out) + pem_of(*key) + pem_of(issuer));
}

caf::expected<certificate_info> read_certificate(const fs::path& file) {
  const auto read = read_pem(file);
  if (!read)
    return read.error();
  if (read->certificates.empty())
    return make_error(errc::file_unreadable,
                      file.string() + ": there is no certificate in it");
  return describe(*read);
}

caf::error check_bundle(const fs::path& bundle, std::int64_t now) {
  const auto refuse = [&bundle](const std::string& what) {
    return make_error(
      errc::config_invalid,
      "[cluster] bundle = " + bundle.string() + ": " + what
        + "; make one with: pixmill cert init, then pixmill cert issue NAME");
  };
  if (bundle.empty())
    return refuse("none is named");
  const auto found = read_certificate(bundle);
  if (!found)
    return refuse(context_of(found.error()));
  if (!found->has_key)
    return refuse("it lacks the key of its certificate");
  if (!found->has_authority)
    return refuse("it lacks the authority that signed its certificate");
  if (now < found->valid_from)
    return refuse("its certificate is not valid yet: is the clock right?");
  if (now >= found->valid_until)
    return refuse("its certificate has expired");
  return {};
}

} // namespace pixmill::cluster
