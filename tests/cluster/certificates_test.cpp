#include "cluster/certificates.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "model/errc.hpp"
#include "model/job.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::cluster {
namespace {

constexpr std::int64_t day = 86'400;

class Certificates : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(make_authority(folder.path() / "ca"));
    ASSERT_FALSE(issue_bundle(folder.path() / "ca", "w1", bundle, day));
  }

  std::string why(std::int64_t when) const {
    const auto reason = check_bundle(bundle, when);
    return reason ? context_of(reason) : "";
  }

  test::temporary_folder folder;
  std::filesystem::path bundle = folder.path() / "w1.pem";
  std::int64_t now = unix_now() / 1'000;
};

TEST_F(Certificates, MakesABundleThatCanBeUsed) {
  EXPECT_EQ(why(now), "");
  const auto info = read_certificate(bundle);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->subject, "w1");
  EXPECT_TRUE(info->has_key);
  EXPECT_TRUE(info->has_authority);
  EXPECT_FALSE(info->is_authority);
  EXPECT_LE(info->valid_from, now);
  EXPECT_NEAR(static_cast<double>(info->valid_until),
              static_cast<double>(now + day), 60);
}

TEST_F(Certificates, RefusesABundleBeforeAndAfterItsTime) {
  EXPECT_NE(why(now - day).find("not valid yet"), std::string::npos);
  EXPECT_NE(why(now + 2 * day).find("has expired"), std::string::npos);
}

TEST_F(Certificates, RefusesWhatIsNoBundle) {
  EXPECT_EQ(code_of(check_bundle({}, now), errc::none), errc::config_invalid);
  EXPECT_TRUE(check_bundle(folder.path() / "nothing.pem", now));
  // The authority's own certificate makes no node.
  EXPECT_TRUE(check_bundle(folder.path() / "ca" / authority_file, now));
}

TEST_F(Certificates, KeepsAnAuthorityThatIsThere) {
  EXPECT_EQ(code_of(make_authority(folder.path() / "ca"), errc::none),
            errc::file_unwritable);
}

TEST_F(Certificates, RenewsABundleInPlace) {
  const auto before = read_certificate(bundle)->serial;
  ASSERT_FALSE(issue_bundle(folder.path() / "ca", "w1", bundle, day));
  EXPECT_NE(read_certificate(bundle)->serial, before);
  EXPECT_EQ(why(now), "");
}

TEST_F(Certificates, WritesForTheOwnerAlone) {
  namespace fs = std::filesystem;
  for (const auto& file : {bundle, folder.path() / "ca" / authority_key_file})
    EXPECT_EQ(fs::status(file).permissions() & fs::perms::mask,
              fs::perms::owner_read | fs::perms::owner_write);
}

} // namespace
} // namespace pixmill::cluster
