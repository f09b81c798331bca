#include "imaging/codec_pool.hpp"
#include "imaging/codec_sandbox.hpp"
#include "imaging/codec_server.hpp"
#include "imaging/compressor.hpp"

// Apart from the server, so that whoever serves another function does not link
// every codec.
namespace pixmill::imaging {

namespace {

sandbox_gaps confine(std::uint64_t memory_limit) {
  prepare_codecs(); // No file can be opened afterwards.
  auto gaps = limit_resources(memory_limit);
  return static_cast<sandbox_gaps>(gaps | filter_system_calls());
}

} // namespace

int run_codec_process(int descriptor) {
  return serve_codec(descriptor, compress, confine);
}

} // namespace pixmill::imaging
