#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <caf/expected.hpp>

#include "actors/settings.hpp"
#include "cluster/endpoint.hpp"
#include "cluster/settings.hpp"
#include "imaging/settings.hpp"
#include "net/settings.hpp"

namespace pixmill::cluster {

/// Everything that a worker node is made from.
struct worker_node_settings {
  actors::scheduler_settings scheduler;
  actors::job_settings jobs; ///< Its slots, its patience.
  net::fetch_settings fetch;
  imaging::imaging_settings imaging;
  net::s3_settings s3; ///< Its own credentials, for its head's bucket.
  cluster_settings cluster;
  endpoint head;
  std::string program; ///< Path of the binary that runs codec processes.
  std::string name;
};

/// How a worker node ended.
enum class worker_end : std::uint8_t {
  left,      ///< With nothing left to do.
  cut_short, ///< At its deadline, or in a hurry; its work is given to others.
};

/// A node without a head of its own: a WORKER, its download engine and codec
/// processes, and the link to its head.
class worker_node {
public:
  /// @retval errc::config_invalid See `check_bundle`; or a head off loopback
  ///         without a bundle.
  static caf::expected<std::unique_ptr<worker_node>>
  start(worker_node_settings settings);
  ~worker_node();

  /// Works until it is told to leave by its head, or by `wait`.
  /// @param wait Waits so long, and says whether a signal came; told once for
  ///        each. At the first it leaves, within `drain-deadline`; the second
  ///        ends it at once.
  worker_end run(const std::function<bool(std::chrono::milliseconds)>& wait);

private:
  class impl;
  explicit worker_node(std::unique_ptr<impl> made);
  std::unique_ptr<impl> impl_;
};

} // namespace pixmill::cluster
