#include "imaging/magick_policy.hpp"

#include <Magick++.h>
#include <gtest/gtest.h>

#include "imaging/magick_codec.hpp"

namespace pixmill::imaging {

namespace {

bool may_read(MagickCore::PolicyDomain domain, const char* what) {
  return MagickCore::IsRightsAuthorized(domain, MagickCore::ReadPolicyRights,
                                        what)
         != MagickCore::MagickFalse;
}

TEST(MagickPolicy, LetsNoCoderReadButThoseOfferedHere) {
  prepare_magick();
  for (const auto* coder :
       {"SVG", "MSVG", "MVG", "MSL", "PS", "EPS", "PDF", "URL", "HTTPS", "TEXT",
        "LABEL", "EPHEMERAL", "WIN", "X", "GIF", "MPEG", "HEIC", "PNG"})
    EXPECT_FALSE(may_read(MagickCore::CoderPolicyDomain, coder)) << coder;
  for (const auto* coder : {"JPEG", "TIFF", "BMP"})
    EXPECT_TRUE(may_read(MagickCore::CoderPolicyDomain, coder)) << coder;
}

TEST(MagickPolicy, LetsNoPictureNameFilesOrPrograms) {
  prepare_magick();
  EXPECT_FALSE(may_read(MagickCore::PathPolicyDomain, "@/etc/passwd"));
  EXPECT_FALSE(may_read(MagickCore::PathPolicyDomain, "|/bin/sh"));
  EXPECT_FALSE(may_read(MagickCore::DelegatePolicyDomain, "HTTPS"));
}

} // namespace

} // namespace pixmill::imaging
