#pragma once

#include <memory>
#include <string>

#include <caf/expected.hpp>

#include "actors/head.hpp"
#include "cli/serve.hpp"
#include "cluster/published_head.hpp"
#include "cluster/settings.hpp"
#include "model/task_permit.hpp"

namespace pixmill::cli {

/// A head's part in a cluster, before there is a head.
struct cluster_part {
  cluster::cluster_settings settings;          ///< Flags counted in.
  std::shared_ptr<const task_permits> permits; ///< Null: no cluster.
  persistence::store_settings store;
  net::s3_settings s3;

  /// Makes a head fit for it.
  void prepare(actors::head_settings& head) const;

  /// Lets workers join, if they may.
  /// @param url Of the HTTP service.
  /// @returns Null: no cluster.
  /// @retval errc::config_invalid, errc::file_unwritable
  caf::expected<std::unique_ptr<cluster::published_head>>
  publish(actors::head& head, const std::string& url) const;

  /// Returns a line for the operator; empty: no cluster.
  std::string line(const std::unique_ptr<cluster::published_head>& head) const;
};

/// Returns a head's part in its cluster.
/// @retval errc::config_invalid It must not be published so; says why, and
///         how it may be.
caf::expected<cluster_part> cluster_of(const serve_options& options,
                                       const config::settings& settings);

} // namespace pixmill::cli
