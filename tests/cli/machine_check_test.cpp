#include "cli/machine_check.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/cli/scratch_folder.hpp"

namespace pixmill::cli {
namespace {

using grade = finding::grade;

TEST(MachineCheck, LooksAtEverythingThatItSettles) {
  const scratch_folder folder;
  config::settings settings;
  settings.store.journal = (folder.path() / "a/b/journal").string();
  settings.store.images = folder.path().string();
  const auto findings = check_machine(settings);
  for (const auto* subject : {"cores", "actor threads", "memory", "file limit",
                              "clock", "journal", "images"})
    EXPECT_EQ(
      std::count_if(findings.begin(), findings.end(),
                    [=](const finding& x) { return x.subject == subject; }),
      1)
      << subject;
  for (const auto& each : findings)
    EXPECT_EQ(each.how == grade::ok, each.remedy.empty()) << each.subject;
}

TEST(MachineCheck, AsksForMoreDescriptorsThanThereAre) {
  config::settings settings;
  settings.fetch.max_transfers = 2'000'000'000;
  const auto findings = check_machine(settings);
  const auto limit =
    std::find_if(findings.begin(), findings.end(),
                 [](const finding& x) { return x.subject == "file limit"; });
  ASSERT_NE(limit, findings.end());
  EXPECT_EQ(limit->how, grade::fail);
}

TEST(MachineCheck, FindsTheParentOfAFolderToCome) {
  const scratch_folder folder;
  const auto found =
    check_folder("images", (folder.path() / "not/yet").string());
  EXPECT_NE(found.how, grade::fail) << found.detail;
  EXPECT_NE(found.detail.find(folder.path().string()), std::string::npos);
}

TEST(MachineCheck, RefusesAFolderThatCannotBe) {
  const auto found = check_folder("journal", "/proc/pixmill");
  EXPECT_EQ(found.how, grade::fail);
  EXPECT_NE(found.remedy.find("store.journal"), std::string::npos);
}

TEST(MachineCheck, SaysWhyABucketCannotBeUsed) {
  config::settings settings;
  settings.store.kind = persistence::store_kind::s3;
  // Nothing listens on port 1.
  settings.s3.endpoint = "http://127.0.0.1:1";
  settings.s3.bucket = "images";
  settings.s3.access_key = "KEY";
  settings.s3.secret_key = "hidden";
  const auto findings = check_machine(settings);
  const auto images =
    std::find_if(findings.begin(), findings.end(),
                 [](const finding& x) { return x.subject == "images"; });
  ASSERT_NE(images, findings.end());
  EXPECT_EQ(images->how, grade::fail);
  EXPECT_NE(images->detail.find("127.0.0.1:1"), std::string::npos)
    << images->detail;
  EXPECT_EQ(images->detail.find("hidden"), std::string::npos);
}

TEST(MachineCheck, FindsDeniedCoders) {
  const auto found = check_magick_policy(
    "<policymap>\n"
    "<!-- <policy domain=\"coder\" rights=\"none\" pattern=\"BMP\" /> -->\n"
    "<policy domain=\"coder\" rights=\"none\" pattern=\"PDF\" />\n"
    "<policy domain=\"coder\" rights=\"none\" pattern=\"TIFF\" />\n"
    "<policy domain=\"coder\" rights=\"read\" pattern=\"GIF\" />\n");
  EXPECT_EQ(found.how, grade::warn);
  EXPECT_EQ(found.detail, "denies TIFF");
}

TEST(MachineCheck, IsContentWithAnOrdinaryPolicy) {
  EXPECT_EQ(check_magick_policy("<policymap>\n<policy domain=\"resource\" "
                                "name=\"memory\" value=\"256MiB\"/>\n")
              .how,
            grade::ok);
  EXPECT_EQ(check_magick_policy("").how, grade::ok);
  EXPECT_EQ(check_magick_policy("<!-- open").how, grade::ok);
}

TEST(MachineCheck, TakesAStarForEveryCoder) {
  const auto found = check_magick_policy(
    "<policy domain=\"coder\" rights=\"none\" pattern=\"*\" />");
  EXPECT_EQ(found.detail, "denies JPEG, TIFF, BMP");
}

} // namespace
} // namespace pixmill::cli
