#include "imaging/jpeg_library.hpp"

#include <jerror.h>

namespace pixmill::imaging {

namespace {

[[noreturn]] void fail(j_common_ptr info) {
  char text[JMSG_LENGTH_MAX] = {};
  info->err->format_message(info, text);
  throw jpeg_error(text);
}

void note(j_common_ptr info, int level) {
  if (level >= 0)
    return;
  auto& reports = *reinterpret_cast<jpeg_reports*>(info->err);
  ++reports.manager.num_warnings;
  switch (reports.manager.msg_code) {
  case JWRN_HIT_MARKER:
  case JWRN_JPEG_EOF:
    reports.cut = true;
    break;
  case JWRN_HUFF_BAD_CODE:
  case JWRN_MUST_RESYNC:
  case JWRN_ARITH_BAD_CODE:
    reports.damaged = true;
    break;
  default: // Oddities that lose nothing, such as padding before a marker.
    break;
  }
}

void stay_silent(j_common_ptr) {}

jpeg_error_mgr* prepare(jpeg_reports& reports) {
  auto* manager = jpeg_std_error(&reports.manager);
  manager->error_exit = fail;
  manager->emit_message = note;
  manager->output_message = stay_silent;
  return manager;
}

} // namespace

jpeg_reader::jpeg_reader(byte_view source) {
  info.err = prepare(reports_);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, source.data(), source.size());
}

jpeg_reader::~jpeg_reader() {
  jpeg_destroy_decompress(&info);
}

caf::error jpeg_reader::complaint() const {
  if (reports_.cut)
    return make_error(errc::truncated, "the JPEG data ends too early");
  if (reports_.damaged)
    return make_error(errc::decode, "the JPEG data is damaged");
  return {};
}

jpeg_writer::jpeg_writer(std::size_t expected_bytes) {
  info.err = prepare(reports_);
  jpeg_create_compress(&info);
  out_.resize(expected_bytes + 4096);
  info.client_data = this;
  info.dest = &destination_;
  destination_.init_destination = [](j_compress_ptr cinfo) {
    auto& self = *static_cast<jpeg_writer*>(cinfo->client_data);
    self.destination_.next_output_byte =
      reinterpret_cast<JOCTET*>(self.out_.data());
    self.destination_.free_in_buffer = self.out_.size();
  };
  destination_.empty_output_buffer = [](j_compress_ptr cinfo) -> boolean {
    grow(*static_cast<jpeg_writer*>(cinfo->client_data));
    return TRUE;
  };
  destination_.term_destination = [](j_compress_ptr) {};
}

jpeg_writer::~jpeg_writer() {
  jpeg_destroy_compress(&info);
}

void jpeg_writer::grow(jpeg_writer& self) {
  // libjpeg asks when the whole buffer is full, whatever the counter says.
  auto used = self.out_.size();
  self.out_.resize(used * 2);
  self.destination_.next_output_byte =
    reinterpret_cast<JOCTET*>(self.out_.data()) + used;
  self.destination_.free_in_buffer = used;
}

void jpeg_writer::write_icc(const std::string& profile) {
  if (!profile.empty())
    jpeg_write_icc_profile(&info,
                           reinterpret_cast<const JOCTET*>(profile.data()),
                           static_cast<unsigned>(profile.size()));
}

std::string jpeg_writer::finish() {
  jpeg_finish_compress(&info);
  out_.resize(out_.size() - destination_.free_in_buffer);
  return std::move(out_);
}

} // namespace pixmill::imaging
