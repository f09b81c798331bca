// What holds for every JPEG: sizes of 1 to 64, samplings, restart markers,
// baseline and progressive.

#include <gtest/gtest.h>

#include "imaging/compressor.hpp"
#include "imaging/jpeg_emitter.hpp"
#include "imaging/jpeg_library.hpp"
#include "imaging/jpeg_pixels.hpp"
#include "imaging/jpeg_requantize.hpp"
#include "imaging/jpeg_scans.hpp"
#include "imaging/jpeg_tables.hpp"
#include "imaging/jpeg_tokens.hpp"
#include "tests/imaging/pictures.hpp"

namespace pixmill::imaging {

namespace {

using test::view;

struct shape {
  int across = 1; ///< Sampling of luma.
  int down = 1;
  unsigned restart_interval = 0; ///< MCUs.
  bool progressive = false;
};

/// A way of telling coefficients bit by bit, beside libjpeg's own.
using scan_script = std::vector<jpeg_scan_info>;

/// @param first Lowest bit of the first scans.
scan_script by_bits(int components, int first) {
  scan_script script;
  jpeg_scan_info dc{components, {0, 1, 2, 0}, 0, 0, 0, first};
  script.push_back(dc);
  for (int bit = first; bit > 0; --bit) {
    dc.Ah = bit;
    dc.Al = bit - 1;
    script.push_back(dc);
  }
  for (int i = 0; i < components; ++i) {
    for (auto [from, to] : {std::pair{1, 5}, std::pair{6, 63}})
      script.push_back({1, {i, 0, 0, 0}, from, to, 0, first});
    for (int bit = first; bit > 0; --bit)
      script.push_back({1, {i, 0, 0, 0}, 1, 63, bit, bit - 1});
  }
  return script;
}

/// Tells each component's AC coefficients in so many bands, the last one first.
scan_script by_bands(int components, int bands) {
  scan_script script{{components, {0, 1, 2, 0}, 0, 0, 0, 0}};
  for (int i = 0; i < components; ++i) {
    for (int band = bands; band > 0; --band)
      script.push_back({1,
                        {i, 0, 0, 0},
                        63 * (band - 1) / bands + 1,
                        63 * band / bands,
                        0,
                        1});
    script.push_back({1, {i, 0, 0, 0}, 1, 63, 1, 0});
  }
  return script;
}

std::string encoded(const pixel_buffer& pixels, const shape& how,
                    const scan_script& script = {}) {
  jpeg_writer writer(pixels.samples.size() + 4'096);
  auto& info = writer.info;
  info.image_width = pixels.width;
  info.image_height = pixels.height;
  info.input_components = pixels.channels;
  info.in_color_space = pixels.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 91, TRUE);
  info.comp_info[0].h_samp_factor = how.across;
  info.comp_info[0].v_samp_factor = how.down;
  info.restart_interval = how.restart_interval;
  if (how.progressive)
    jpeg_simple_progression(&info);
  if (!script.empty()) {
    info.scan_info = script.data();
    info.num_scans = static_cast<int>(script.size());
  }
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<JSAMPROW>(pixels.row(info.next_scanline));
    jpeg_write_scanlines(&info, &row, 1);
  }
  return writer.finish();
}

std::vector<std::uint8_t> decoded(const std::string& jpeg) {
  auto pixels = decode_jpeg(view(jpeg), {60'000, 60'000});
  EXPECT_TRUE(pixels);
  return pixels ? std::move(pixels->samples) : std::vector<std::uint8_t>{};
}

/// A row of MCUs as a quantizer would leave it.
struct symbols_of_row {
  std::vector<std::uint32_t> words;
  dc_edges edges;

  /// @param dc What its DC coefficients follow upon.
  symbols_of_row(const token_row& row, dc_state dc) {
    visit_symbols(row.begin, row.end, dc,
                  [&](std::size_t table, unsigned symbol, std::uint32_t bits) {
                    words.push_back(make_symbol(table, symbol, bits));
                  });
    for (const auto* token = row.begin; token != row.end; ++token)
      if (auto& first = edges.first[token_component(*token)];
          token_position(*token) == 0 && !first)
        first = token_value(*token);
    edges.last = dc;
  }
};

/// Writes the coefficients as a progressive file.
/// @param joined Whether each row's symbols follow upon the row before.
std::string in_scans(const jpeg_tokens& picture, bool joined) {
  std::vector<symbols_of_row> rows;
  dc_state before{};
  for (auto& row : rows_of(picture)) {
    rows.emplace_back(row, joined ? before : dc_state{});
    before = rows.back().edges.last;
  }
  std::vector<jpeg_scans::row> sorted;
  for (auto& row : rows)
    sorted.push_back({row.words, &row.edges});
  jpeg_scans scans(picture);
  const auto bits = scans.sort(sorted);
  auto bytes = scans.emit(picture, {});
  // But for stuffing, and for what fills the last byte of each scan.
  EXPECT_GE(bytes.size(), scans.header_bytes({}) + bits / 8);
  EXPECT_LE(bytes.size(), scans.header_bytes({}) + bits / 8 * 51 / 50 + 20);
  return bytes;
}

template <class Check>
void for_each_jpeg(Check check) {
  for (auto side : {1u, 2u, 7u, 8u, 9u, 16u, 17u, 31u, 33u, 48u, 63u, 64u})
    for (auto channels : {1, 3})
      for (auto [across, down] :
           {std::pair{1, 1}, std::pair{2, 1}, std::pair{1, 2}, std::pair{2, 2},
            std::pair{4, 1}, std::pair{4, 2}})
        for (auto interval : {0u, 1u, 3u})
          for (bool progressive : {false, true}) {
            auto pixels =
              test::photo(side, 65 - side, static_cast<std::uint8_t>(channels));
            SCOPED_TRACE(testing::Message()
                         << side << " x " << 65 - side << ", " << channels
                         << " channels, " << across << ":" << down
                         << ", restart " << interval
                         << (progressive ? ", progressive" : ""));
            check(encoded(pixels, {across, down, interval, progressive}));
            if (testing::Test::HasFailure())
              return;
          }
}

} // namespace

TEST(JpegProperties, ReadsAndWritesTheSameCoefficients) {
  for_each_jpeg([](const std::string& source) {
    auto tokens = read_usual_tokens(view(source));
    ASSERT_TRUE(tokens);
    EXPECT_EQ(decoded(emit_jpeg(*tokens, {})), decoded(source));
  });
}

TEST(JpegProperties, WritesTheSameCoefficientsInScans) {
  for_each_jpeg([](const std::string& source) {
    auto tokens = read_usual_tokens(view(source));
    ASSERT_TRUE(tokens);
    auto scans = in_scans(*tokens, false);
    EXPECT_EQ(decoded(scans), decoded(source));
    EXPECT_EQ(in_scans(*tokens, true), scans);
    EXPECT_TRUE(read_usual_tokens(view(scans)));
  });
}

TEST(JpegProperties, WritesFlatPicturesInScans) {
  // More blocks without a coefficient than one symbol tells of.
  auto pixels = test::photo(40, 40, 1);
  pixel_buffer canvas{2'048, 1'200, 1, {}};
  canvas.samples.assign(std::size_t{2'048} * 1'200, 255);
  for (std::uint32_t y = 0; y < 40; ++y)
    std::copy_n(pixels.row(y), 40, canvas.row(1'100 + y));
  auto source = encoded(canvas, {});
  auto tokens = read_usual_tokens(view(source));
  ASSERT_TRUE(tokens);
  auto scans = in_scans(*tokens, false);
  EXPECT_EQ(decoded(scans), decoded(source));
  EXPECT_LT(scans.size() * 2, source.size());
}

TEST(JpegProperties, ReadsProgressiveScansOfAnyDepth) {
  for (auto side : {1u, 9u, 40u})
    for (auto channels : {1, 3})
      for (auto interval : {0u, 3u})
        for (int first = 0; first <= 5; ++first) {
          auto pixels =
            test::photo(side, 65 - side, static_cast<std::uint8_t>(channels));
          auto source =
            encoded(pixels, {2, 2, interval, true}, by_bits(channels, first));
          SCOPED_TRACE(testing::Message()
                       << side << ", " << channels << " channels, restart "
                       << interval << ", from bit " << first);
          // Deeper ones are left to libjpeg.
          EXPECT_EQ(read_usual_tokens(view(source)).has_value(), first <= 3);
          auto tokens = read_tokens(view(source));
          ASSERT_TRUE(tokens);
          EXPECT_EQ(decoded(emit_jpeg(*tokens, {})), decoded(source));
          auto coarse = [](const jpeg_component& component) {
            return coarser(component.table,
                           quality_table(40, component.chroma));
          };
          similarity of_scan;
          ASSERT_TRUE(
            read_tokens(view(emit_jpeg(*tokens, {})), coarse, &of_scan));
          requantize(*tokens, coarse);
          similarity of_scans;
          auto at_once = read_tokens(view(source), coarse, &of_scans);
          ASSERT_TRUE(at_once);
          EXPECT_NE(of_scans.luma_ppm, 0u);
          // By the same rows, but where libjpeg reads.
          EXPECT_TRUE(of_scans == of_scan || first > 3);
          EXPECT_TRUE(std::equal(tokens->tokens.begin(), tokens->tokens.end(),
                                 at_once->tokens.begin(),
                                 at_once->tokens.end()));
        }
}

TEST(JpegProperties, ReadsProgressiveScansOfAnyBands) {
  for (auto side : {9u, 40u})
    for (auto channels : {1, 3})
      for (int bands = 1; bands <= 10; ++bands) {
        auto pixels =
          test::photo(side, 65 - side, static_cast<std::uint8_t>(channels));
        auto source =
          encoded(pixels, {2, 2, 3, true}, by_bands(channels, bands));
        SCOPED_TRACE(testing::Message()
                     << side << ", " << channels << " channels, in " << bands);
        // More are left to libjpeg.
        EXPECT_EQ(read_usual_tokens(view(source)).has_value(), bands <= 8);
        auto tokens = read_tokens(view(source));
        ASSERT_TRUE(tokens);
        EXPECT_EQ(decoded(emit_jpeg(*tokens, {})), decoded(source));
      }
}

TEST(JpegProperties, LeavesScansThatRepeatThemselvesToLibjpeg) {
  auto source = encoded(test::photo(40, 25, 1), {1, 1, 0, true}, by_bits(1, 1));
  ASSERT_TRUE(read_usual_tokens(view(source)));
  // libjpeg writes no such script: the last scan, once more.
  auto last = source.rfind("\xff\xda");
  source.insert(last, source.substr(last, source.size() - 2 - last));
  EXPECT_FALSE(read_usual_tokens(view(source)));
}

TEST(JpegProperties, RefusesWhatIsCutOff) {
  for_each_jpeg([](const std::string& source) {
    for (auto share : {3u, 5u, 7u, 9u})
      EXPECT_FALSE(
        read_usual_tokens(view(source).first(source.size() * share / 10)));
    EXPECT_FALSE(read_usual_tokens(view(source).first(source.size() - 2)));
  });
}

TEST(JpegProperties, IsNeverLargerAndFitsWhatItSays) {
  for_each_jpeg([](const std::string& source) {
    for (auto effort : {compress_effort::fast, compress_effort::best}) {
      auto made = compress(view(source), {.value = 700'000}, {}, effort);
      ASSERT_TRUE(made);
      EXPECT_LE(made->bytes.size(), source.size());
      if (!made->target_missed && !made->kept_original) {
        EXPECT_LE(made->bytes.size() * 10, source.size() * 7);
      }
      if (!made->bytes.empty())
        decoded(made->bytes);
    }
  });
}

} // namespace pixmill::imaging
