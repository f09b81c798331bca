#pragma once

#include "actors/settings.hpp"
#include "cluster/settings.hpp"
#include "http/service_settings.hpp"
#include "http/settings.hpp"
#include "imaging/settings.hpp"
#include "net/settings.hpp"
#include "persistence/settings.hpp"
#include "telemetry/log.hpp"

namespace pixmill::config {

/// Every setting of a process; each section is declared by who uses it.
struct settings {
  actors::scheduler_settings scheduler;
  actors::job_settings jobs;
  net::fetch_settings fetch;
  imaging::imaging_settings imaging;
  persistence::store_settings store;
  net::s3_settings s3; ///< In section `[store]`, too.
  http::service_settings http;
  http::gate_settings gate;              ///< In section `[http]`, too.
  actors::notifier_settings notifier;    ///< In section `[webhook]`.
  net::webhook_settings webhook;         ///< In section `[webhook]`, too.
  persistence::keyring_settings keyring; ///< In section `[webhook]`, too.
  telemetry::log_settings log;
  cluster::cluster_settings cluster;
};

} // namespace pixmill::config
