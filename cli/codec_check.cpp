#include "cli/codec_check.hpp"

#include <array>
#include <chrono>
#include <future>
#include <memory>
#include <utility>

#include "cli/codec_samples.hpp"
#include "imaging/codec_pool.hpp"
#include "model/compress_goal.hpp"
#include "model/errc.hpp"

namespace pixmill::cli {
namespace {

using grade = finding::grade;
using imaging::codec_pool;
using imaging::compressed_image;

caf::expected<compressed_image>
compress_now(codec_pool& pool, std::string source, format_choice format) {
  compress_goal goal;
  goal.target = target_kind::quality;
  goal.value = 80;
  goal.format = format;
  std::promise<caf::expected<compressed_image>> answer;
  auto ready = answer.get_future();
  pool.start(std::make_shared<const std::string>(std::move(source)), goal, 0,
             [&answer](caf::expected<compressed_image> result) {
               answer.set_value(std::move(result));
             });
  return ready.get();
}

finding readable(std::string name, const caf::error& reason, grade how_bad) {
  finding out{.subject = "codec " + std::move(name),
              .how = grade::ok,
              .detail = "reads",
              .remedy = {}};
  if (reason) {
    out.how = how_bad;
    out.detail = "does not read: " + context_of(reason);
    out.remedy = "images of this format fail; is its package installed?";
  }
  return out;
}

// Writes the sample in `format` and reads back what was written.
finding check_both_ways(codec_pool& pool, const std::string& name,
                        format_choice format, grade how_bad) {
  auto written = compress_now(pool, sample_bmp(), format);
  if (!written)
    return {.subject = "codec " + name,
            .how = how_bad,
            .detail = "does not write: " + context_of(written.error()),
            .remedy = "--format " + std::string{name} + " will not work"};
  auto read =
    compress_now(pool, std::move(written->bytes), format_choice::keep);
  auto out = readable(name, read ? caf::error{} : read.error(), how_bad);
  if (out.how == grade::ok)
    out.detail = "reads and writes";
  return out;
}

finding check_reading(codec_pool& pool, const std::string& name,
                      std::string sample) {
  auto read = compress_now(pool, std::move(sample), format_choice::keep);
  return readable(name, read ? caf::error{} : read.error(), grade::warn);
}

} // namespace

std::vector<finding> check_codecs(const imaging::imaging_settings& settings,
                                  const std::string& program) {
  using clock = std::chrono::steady_clock;
  auto few = settings;
  few.processes = 1;
  const auto begin = clock::now();
  auto pool = codec_pool::create(few, program);
  if (!pool)
    return {{.subject = "codec process",
             .how = grade::fail,
             .detail = context_of(pool.error()),
             .remedy = "no image can be compressed"}};
  auto& codecs = **pool;
  std::vector<finding> out{
    check_both_ways(codecs, "JPEG", format_choice::jpeg, grade::fail),
    check_both_ways(codecs, "PNG", format_choice::png, grade::fail),
    check_both_ways(codecs, "WebP", format_choice::webp, grade::fail),
    check_both_ways(codecs, "AVIF", format_choice::avif, grade::warn),
    check_reading(codecs, "GIF", sample_gif()),
    check_reading(codecs, "TIFF", sample_tiff()),
    check_reading(codecs, "BMP", sample_bmp())};
  const auto spent =
    std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - begin);
  const auto load = codecs.load();
  finding process{.subject = "codec process",
                  .how = grade::ok,
                  .detail = "starts and answers; all formats took "
                            + std::to_string(spent.count()) + " ms",
                  .remedy = {}};
  if (load.crashes > 0) {
    process.how = grade::fail;
    process.detail = std::to_string(load.crashes) + " of them died";
    process.remedy = "see the log with --set log.level=debug";
  }
  if (load.gaps != 0)
    out.push_back({.subject = "codec sandbox",
                   .how = grade::warn,
                   .detail = imaging::describe_gaps(load.gaps),
                   .remedy = "a hostile image could do more than it should; "
                             "does a container forbid seccomp?"});
  else
    out.push_back({.subject = "codec sandbox",
                   .how = grade::ok,
                   .detail = "no files, no network, no other programs",
                   .remedy = {}});
  out.insert(out.begin(), std::move(process));
  return out;
}

} // namespace pixmill::cli
