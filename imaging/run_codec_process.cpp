#include "imaging/codec_pool.hpp"
#include "imaging/codec_server.hpp"
#include "imaging/compressor.hpp"

// Apart from the server, so that whoever serves another function does not link
// every codec.
namespace pixmill::imaging {

int run_codec_process(int descriptor) {
  return serve_codec(descriptor, compress);
}

} // namespace pixmill::imaging
