#include "http/route_pattern.hpp"

#include <gtest/gtest.h>

namespace pixmill::http {
namespace {

TEST(RoutePattern, StandsForAllPathsOfARoute) {
  EXPECT_EQ(route_of("/v1/jobs"), "/v1/jobs");
  EXPECT_EQ(route_of("/v1/jobs/job_1"), "/v1/jobs/{id}");
  EXPECT_EQ(route_of("/v1/jobs/job_1/results.csv"),
            "/v1/jobs/{id}/results.csv");
  EXPECT_EQ(route_of("/v1/files/ab/cd.jpg"), "/v1/files/{sha256}/{name}");
  EXPECT_EQ(route_of("/metrics"), "/metrics");
}

TEST(RoutePattern, IsOneForWhatNobodyServes) {
  for (const auto* path : {"", "/", "x", "/v1/jobs/", "/v1/jobs/a/b",
                           "/v1/jobs/a/pause/b", "/healthz/", "/v2/jobs"})
    EXPECT_EQ(route_of(path), "other") << path;
}

} // namespace
} // namespace pixmill::http
