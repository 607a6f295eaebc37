#include "net/http/content_coding.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>

#include "engine/check.h"

namespace penchant {
namespace {

constexpr int gzip_level = 4;  // of text as records are: half the time of 6, 5% larger
constexpr int zstd_level = 3;
constexpr int gzip_window = 15 + 16;  // as zlib.h has it: the largest window, in gzip's format
constexpr int memory_level = 8;
constexpr std::size_t grown_by = std::size_t{64} << 10;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// Whether a coding is in the list, and not with a weight of nothing.
bool takes(std::string_view list, std::string_view coding) {
  while (!list.empty()) {
    const std::string_view element = list.substr(0, list.find(','));
    list.remove_prefix(std::min(element.size() + 1, list.size()));
    const std::size_t semicolon = std::min(element.find(';'), element.size());
    if (trimmed(element.substr(0, semicolon)) != coding) continue;
    const std::string_view weight = trimmed(element.substr(std::min(semicolon + 1, element.size())));
    return !(weight.starts_with("q=0") && weight.find_first_not_of("0.", 2) == std::string_view::npos);
  }
  return false;
}

}  // namespace

ContentCoding coding_of(std::string_view accept_encoding) {
  if (takes(accept_encoding, "zstd")) return ContentCoding::zstd;
  return takes(accept_encoding, "gzip") ? ContentCoding::gzip : ContentCoding::none;
}

struct ContentCoder::State {
  z_stream gzip{};
  ZSTD_CCtx* zstd = nullptr;
};

ContentCoder::ContentCoder(ContentCoding coding) : coding_(coding), state_(std::make_unique<State>()) {
  if (coding == ContentCoding::gzip) {
    PENCHANT_CHECK(deflateInit2(&state_->gzip, gzip_level, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) ==
                   Z_OK);
  } else if (coding == ContentCoding::zstd) {
    state_->zstd = ZSTD_createCCtx();
    PENCHANT_CHECK(state_->zstd != nullptr);
    ZSTD_CCtx_setParameter(state_->zstd, ZSTD_c_compressionLevel, zstd_level);
  }
}

ContentCoder::~ContentCoder() {
  if (coding_ == ContentCoding::gzip) deflateEnd(&state_->gzip);
  ZSTD_freeCCtx(state_->zstd);
}

std::string ContentCoder::field() const {
  switch (coding_) {
    case ContentCoding::gzip: return "Content-Encoding: gzip\r\n";
    case ContentCoding::zstd: return "Content-Encoding: zstd\r\n";
    case ContentCoding::none: break;
  }
  return {};
}

std::string_view ContentCoder::code(std::string_view bytes, bool is_end) {
  if (coding_ == ContentCoding::none) return bytes;
  std::size_t used = 0;  // of out_
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  z_stream& gzip = state_->gzip;
  gzip.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // it only reads there
  gzip.avail_in = static_cast<uInt>(bytes.size());
  for (bool is_done = false; !is_done;) {
    out_.resize(used + grown_by);
    if (coding_ == ContentCoding::gzip) {
      gzip.next_out = reinterpret_cast<Bytef*>(out_.data() + used);
      gzip.avail_out = static_cast<uInt>(grown_by);
      const int status = deflate(&gzip, is_end ? Z_FINISH : Z_NO_FLUSH);
      used += grown_by - gzip.avail_out;
      is_done = is_end ? status == Z_STREAM_END : gzip.avail_out > 0;
    } else {
      ZSTD_outBuffer out{out_.data(), out_.size(), used};
      const std::size_t left = ZSTD_compressStream2(state_->zstd, &out, &in, is_end ? ZSTD_e_end : ZSTD_e_continue);
      PENCHANT_CHECK(ZSTD_isError(left) == 0);
      used = out.pos;
      is_done = is_end ? left == 0 : in.pos == in.size;
    }
  }
  return std::string_view(out_).substr(0, used);
}

}  // namespace penchant
