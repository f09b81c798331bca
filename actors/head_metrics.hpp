#pragma once

#include <vector>

#include "actors/messages.hpp"
#include "imaging/codec_pool.hpp"
#include "net/downloader.hpp"
#include "telemetry/metrics.hpp"

namespace pixmill::actors {

/// Adds what the download engine and the codecs of a node are doing.
void add_node_metrics(telemetry::metric_page& page,
                      const net::fetch_load& fetch,
                      const imaging::codec_load& codec);

/// Adds what the nodes of the cluster are doing, by name; not the lost ones.
void add_cluster_metrics(telemetry::metric_page& page,
                         const std::vector<node_status>& nodes);

/// Adds how many origins there are, and how they are, all together.
void add_origin_metrics(telemetry::metric_page& page,
                        const std::vector<origin_status>& origins);

} // namespace pixmill::actors
