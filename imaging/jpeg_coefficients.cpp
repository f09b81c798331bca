#include "imaging/jpeg_coefficients.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "imaging/jpeg_blocks.hpp"
#include "imaging/jpeg_library.hpp"
#include "imaging/jpeg_tables.hpp"

namespace pixmill::imaging {

namespace {

JDIMENSION blocks_for(JDIMENSION samples, int factor, int most) {
  auto unit = static_cast<JDIMENSION>(most * DCTSIZE);
  auto blocks = (samples * static_cast<JDIMENSION>(factor) + unit - 1) / unit;
  auto group = static_cast<JDIMENSION>(factor);
  return (blocks + group - 1) / group * group;
}

} // namespace

class jpeg_coefficients::impl {
public:
  impl(byte_view source, const picture_header& header, bool reusable)
      : bytes_in_(source.size()), icc_(header.icc), reader_(source) {
    auto& info = reader_.info;
    jpeg_read_header(&info, TRUE);
    halving_ = find_halving();
    if (reusable || halving_)
      request_work();
    source_ = jpeg_read_coefficients(&info);
    for (int i = 0; i < info.num_components; ++i)
      read_table(i);
  }

  caf::error complaint() const {
    return reader_.complaint();
  }

  int source_quality() const {
    return quality_of(tables_[0]);
  }

  bool can_halve_chroma() const {
    return halving_;
  }

  std::string write(const jpeg_recoding& how) {
    jpeg_writer writer(bytes_in_ * 3 / 4);
    jpeg_copy_critical_parameters(&reader_.info, &writer.info);
    // Its absence tells how CMYK is meant; libjpeg always writes it.
    if (reader_.info.num_components == 4)
      writer.info.write_Adobe_marker = reader_.info.saw_Adobe_marker;
    writer.info.optimize_coding = how.optimize ? TRUE : FALSE;
    bool halve = how.halve_chroma && halving_;
    set_tables(writer.info, how.quality);
    if (halve)
      writer.info.comp_info[0].h_samp_factor =
        writer.info.comp_info[0].v_samp_factor = 2;
    for (int i = 0; halve && i < writer.info.num_components; ++i)
      if (i > 0)
        writer.info.comp_info[i].h_samp_factor =
          writer.info.comp_info[i].v_samp_factor = 1;
    auto** target = work_.empty() ? source_ : work_.data() + (halve ? 4 : 0);
    for (int i = 0; i < writer.info.num_components; ++i) {
      if (halve && i > 0)
        halve_component(i, target[i]);
      else
        requantize_component(i, target[i]);
    }
    jpeg_write_coefficients(&writer.info, target);
    writer.write_icc(icc_);
    return writer.finish();
  }

  luma_plane source_luma() const {
    return render(tables_[luma_component()]);
  }

  luma_plane luma_at(int quality) const {
    return render(table_at(static_cast<int>(luma_component()), quality));
  }

private:
  /// Green and magenta stand in where no component is luma.
  std::size_t luma_component() const {
    auto space = reader_.info.jpeg_color_space;
    return space == JCS_RGB || space == JCS_CMYK ? 1 : 0;
  }

  bool is_chroma(int component) const {
    auto space = reader_.info.jpeg_color_space;
    return (space == JCS_YCbCr || space == JCS_YCCK)
           && (component == 1 || component == 2);
  }

  bool find_halving() {
    auto& info = reader_.info;
    if (info.num_components != 3 || info.jpeg_color_space != JCS_YCbCr)
      return false;
    auto& luma = info.comp_info[0];
    auto& chroma = info.comp_info[1];
    auto& other = info.comp_info[2];
    if (chroma.h_samp_factor != other.h_samp_factor
        || chroma.v_samp_factor != other.v_samp_factor
        || luma.h_samp_factor % chroma.h_samp_factor != 0
        || luma.v_samp_factor % chroma.v_samp_factor != 0)
      return false;
    auto across = luma.h_samp_factor / chroma.h_samp_factor;
    auto down = luma.v_samp_factor / chroma.v_samp_factor;
    halve_across_ = across == 1;
    halve_down_ = down == 1;
    return across <= 2 && down <= 2 && (halve_across_ || halve_down_);
  }

  /// Work space for a copy in the source's sampling (0 to 3) and for one with
  /// halved chroma (4 to 7). Requested before libjpeg allocates its own, so
  /// that it allocates all at once.
  void request_work() {
    auto& info = reader_.info;
    work_.assign(8, nullptr);
    int most_across = 1;
    int most_down = 1;
    for (int i = 0; i < info.num_components; ++i) {
      most_across = std::max(most_across, info.comp_info[i].h_samp_factor);
      most_down = std::max(most_down, info.comp_info[i].v_samp_factor);
    }
    for (int i = 0; i < info.num_components; ++i) {
      auto at = static_cast<std::size_t>(i);
      auto& component = info.comp_info[i];
      work_[at] = request(component.h_samp_factor, component.v_samp_factor,
                          most_across, most_down);
      if (halving_)
        work_[at + 4] = request(i == 0 ? 2 : 1, i == 0 ? 2 : 1, 2, 2);
    }
  }

  jvirt_barray_ptr request(int across, int down, int most_across,
                           int most_down) {
    auto& info = reader_.info;
    return (*info.mem->request_virt_barray)(
      reinterpret_cast<j_common_ptr>(&info), JPOOL_IMAGE, TRUE,
      blocks_for(info.image_width, across, most_across),
      blocks_for(info.image_height, down, most_down),
      static_cast<JDIMENSION>(down));
  }

  JBLOCKROW row(jvirt_barray_ptr array, JDIMENSION at, bool writable) const {
    auto& info = const_cast<jpeg_decompress_struct&>(reader_.info);
    return *(*info.mem->access_virt_barray)(
      reinterpret_cast<j_common_ptr>(&info), array, at, 1,
      writable ? TRUE : FALSE);
  }

  void read_table(int component) {
    auto* table = reader_.info.comp_info[component].quant_table;
    if (table == nullptr)
      throw jpeg_error("a component without quantization table");
    auto& values = tables_[static_cast<std::size_t>(component)];
    std::copy_n(table->quantval, 64, values.begin());
    if (std::find(values.begin(), values.end(), 0) != values.end())
      throw jpeg_error("a quantization table with a zero");
  }

  quant_table table_at(int component, int quality) const {
    return coarser(tables_[static_cast<std::size_t>(component)],
                   quality_table(quality, is_chroma(component)));
  }

  /// Gives each component the coarser of its own table and the quality's,
  /// equal ones once.
  void set_tables(jpeg_compress_struct& info, int quality) {
    std::size_t used = 0;
    std::array<quant_table, NUM_QUANT_TBLS> slots;
    for (int i = 0; i < info.num_components; ++i) {
      auto& table = written_tables_[static_cast<std::size_t>(i)];
      table = table_at(i, quality);
      auto* end = slots.data() + used;
      auto* found = std::find(slots.data(), end, table);
      if (found == end)
        slots[used++] = table;
      info.comp_info[i].quant_tbl_no = static_cast<int>(found - slots.data());
    }
    for (std::size_t slot = 0; slot < used; ++slot) {
      auto*& target = info.quant_tbl_ptrs[slot];
      if (target == nullptr)
        target = jpeg_alloc_quant_table(reinterpret_cast<j_common_ptr>(&info));
      std::copy_n(slots[slot].begin(), 64, target->quantval);
      target->sent_table = FALSE;
    }
  }

  void requantize_component(int component, jvirt_barray_ptr target) {
    auto at = static_cast<std::size_t>(component);
    auto& from = reader_.info.comp_info[component];
    requantizer change(tables_[at], written_tables_[at]);
    for (JDIMENSION y = 0; y < from.height_in_blocks; ++y)
      change.apply(row(source_[at], y, false)[0], row(target, y, true)[0],
                   from.width_in_blocks);
  }

  void halve_component(int component, jvirt_barray_ptr target) {
    auto at = static_cast<std::size_t>(component);
    auto& from = reader_.info.comp_info[component];
    block_halver halver(tables_[at], written_tables_[at], halve_across_,
                        halve_down_);
    JDIMENSION step_across = halve_across_ ? 2 : 1;
    JDIMENSION step_down = halve_down_ ? 2 : 1;
    for (JDIMENSION y = 0; y < from.height_in_blocks; y += step_down) {
      auto* upper = row(source_[at], y, false);
      // Beyond the edge the last blocks stand again: a rim that nobody sees.
      auto* lower =
        row(source_[at], std::min(y + 1, from.height_in_blocks - 1), false);
      auto* out = row(target, y / step_down, true);
      for (JDIMENSION x = 0; x < from.width_in_blocks; x += step_across) {
        auto next = std::min(x + 1, from.width_in_blocks - 1);
        halver.apply({upper[x], upper[next], lower[x], lower[next]},
                     out[x / step_across]);
      }
    }
  }

  /// Renders the source's luma as if written with `table`.
  luma_plane render(const quant_table& table) const {
    auto at = luma_component();
    auto& from = reader_.info.comp_info[at];
    luma_plane plane;
    plane.width = from.downsampled_width;
    plane.height = from.downsampled_height;
    plane.stride = from.width_in_blocks * DCTSIZE;
    plane.samples.resize(std::size_t{plane.stride} * from.height_in_blocks
                         * DCTSIZE);
    requantizer change(tables_[at], table);
    block_renderer renderer(table);
    std::vector<std::int16_t> blocks(std::size_t{from.width_in_blocks} * 64);
    for (JDIMENSION y = 0; y < from.height_in_blocks; ++y) {
      change.apply(row(source_[at], y, false)[0], blocks.data(),
                   from.width_in_blocks);
      renderer.apply(blocks.data(), from.width_in_blocks,
                     plane.samples.data()
                       + std::size_t{y} * DCTSIZE * plane.stride,
                     plane.stride);
    }
    return plane;
  }

  std::size_t bytes_in_;
  std::string icc_;
  jpeg_reader reader_;
  bool halving_ = false;
  bool halve_across_ = false;
  bool halve_down_ = false;
  jvirt_barray_ptr* source_ = nullptr;
  std::vector<jvirt_barray_ptr> work_;
  std::array<quant_table, 4> tables_{};
  std::array<quant_table, 4> written_tables_{};
};

jpeg_coefficients::jpeg_coefficients(std::unique_ptr<impl> inner)
    : impl_(std::move(inner)) {}

jpeg_coefficients::jpeg_coefficients(jpeg_coefficients&&) noexcept = default;

jpeg_coefficients&
jpeg_coefficients::operator=(jpeg_coefficients&&) noexcept = default;

jpeg_coefficients::~jpeg_coefficients() = default;

caf::expected<jpeg_coefficients>
jpeg_coefficients::read(byte_view source, const picture_header& header,
                        bool reusable) {
  try {
    auto result = std::make_unique<impl>(source, header, reusable);
    if (auto reason = result->complaint())
      return reason;
    return jpeg_coefficients(std::move(result));
  } catch (const jpeg_error& reason) {
    return make_error(errc::decode, reason.what());
  }
}

int jpeg_coefficients::source_quality() const {
  return impl_->source_quality();
}

bool jpeg_coefficients::can_halve_chroma() const {
  return impl_->can_halve_chroma();
}

caf::expected<std::string> jpeg_coefficients::write(const jpeg_recoding& how) {
  try {
    return impl_->write(how);
  } catch (const jpeg_error& reason) {
    return make_error(errc::encode, reason.what());
  }
}

luma_plane jpeg_coefficients::source_luma() const {
  return impl_->source_luma();
}

luma_plane jpeg_coefficients::luma_at(int quality) const {
  return impl_->luma_at(quality);
}

} // namespace pixmill::imaging
