#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace pixmill::cluster {

/// Section `[cluster]`: how nodes find and trust each other.
struct cluster_settings {
  /// `ADDRESS:PORT` that workers join a head at; empty: none may.
  std::string address;
  /// This node's certificate, its key and the cluster's CA in one PEM file;
  /// empty: none, which is good for loopback only.
  std::string bundle;
  /// Images under way in the head itself; -1: as many as `[jobs] slots`.
  std::int32_t local_slots = -1;
  /// Where workers hand results in; empty: the head's HTTP service, at the host
  /// that they joined.
  std::string upload_url;
  /// Whether a worker stores results itself where it can reach the head's
  /// store.
  bool direct = true;
  /// The head's folder of images, as a worker sees it; empty: as the head does.
  std::string shared_images;
  /// A worker that is told to end waits this long for what it has.
  std::chrono::milliseconds drain_deadline{30'000};
  /// What a worker tells of itself, for people.
  std::vector<std::string> labels;
};

} // namespace pixmill::cluster
