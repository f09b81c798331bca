#pragma once

#include "imaging/codec_pool.hpp"
#include "net/downloader.hpp"
#include "telemetry/metrics.hpp"

namespace pixmill::actors {

/// Adds what the download engine and the codecs of a node are doing.
void add_node_metrics(telemetry::metric_page& page,
                      const net::fetch_load& fetch,
                      const imaging::codec_load& codec);

} // namespace pixmill::actors
