#include "actors/head_metrics.hpp"

namespace pixmill::actors {

void add_node_metrics(telemetry::metric_page& page,
                      const net::fetch_load& fetch,
                      const imaging::codec_load& codec) {
  const auto add = [&](const char* name, const char* help, auto value) {
    page.gauge(name, help, static_cast<double>(value));
  };
  add("pixmill_fetch_active", "Downloads under way.", fetch.active);
  add("pixmill_fetch_queued", "Downloads that wait.", fetch.queued);
  add("pixmill_fetch_held_bytes", "Images in memory.", fetch.bytes_held);
  add("pixmill_codec_processes", "Codec processes.", codec.processes);
  add("pixmill_codec_busy", "Codec processes at work.", codec.busy);
  add("pixmill_codec_queued", "Images that wait for one.", codec.queued);
  const auto count = [&](const char* name, const char* help, auto value) {
    page.counter(name, help, static_cast<double>(value));
  };
  count("pixmill_fetches_total", "Downloads that ended.", fetch.finished);
  count("pixmill_fetch_failures_total", "Downloads that failed.", fetch.failed);
  count("pixmill_codec_images_total", "Images that left the codecs.",
        codec.finished);
  count("pixmill_codec_crashes_total", "Codec processes that died.",
        codec.crashes);
}

} // namespace pixmill::actors
