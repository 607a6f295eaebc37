#include "evaluate/svg.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "engine/check.h"

namespace penchant {
namespace {

constexpr double ticks_wanted = 6;
constexpr std::string_view picture_begin = "<svg xmlns=\"http://www.w3.org/2000/svg\"";

// s0 to s7 are the series' colours, d1 the dashes of the next eight. The dark ones are lighter, not inverted.
constexpr std::string_view style_sheet =
    "<style>text{font:12px system-ui,sans-serif;fill:#14181d}.ground{fill:#fff}.title{font-size:15px;font-weight:600}"
    ".muted{fill:#57616d}.end{font-variant-numeric:tabular-nums}.grid{stroke:#e0e3e8}.axis{stroke:#868f9b}"
    ".diagonal{stroke:#868f9b;stroke-dasharray:4 4}.interval{stroke:#14181d;stroke-width:1.5}"
    ".bar{fill:#8db6e2}.point{fill:#1f63b0;fill-opacity:.85}"
    "polyline,.key{fill:none;stroke-width:2;stroke-linejoin:round}"
    ".s0{stroke:#1f63b0}.s1{stroke:#c2570c}.s2{stroke:#22733f}.s3{stroke:#8a3ea8}.s4{stroke:#b3261e}.s5{stroke:#0f7b7b}"
    ".s6{stroke:#7a5a1e}.s7{stroke:#57616d}.d1{stroke-dasharray:6 3}"
    "@media(prefers-color-scheme:dark){text{fill:#e6e9ed}.ground{fill:#15191e}.muted{fill:#98a3af}.grid{stroke:#272d35}"
    ".axis,.diagonal{stroke:#6b7683}.interval{stroke:#e6e9ed}.bar{fill:#2f5f94}.point{fill:#82b7f2}"
    ".s0{stroke:#82b7f2}.s1{stroke:#eba468}.s2{stroke:#7dc795}.s3{stroke:#c99be0}.s4{stroke:#f2958c}.s5{stroke:#6fd0d0}"
    ".s6{stroke:#d6b46a}.s7{stroke:#98a3af}}</style>";

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// How many bytes the UTF-8 character at the begin of `text` has; 0 where that is none, or none that XML may hold.
std::size_t character_bytes(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return lead >= 0x20 || lead == '\t' || lead == '\n' || lead == '\r' ? 1 : 0;
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return 0;
  std::uint32_t code = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80) return 0;
    code = code << 6 | (next & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  const bool is_character = code >= least[bytes] && code <= 0x10FFFF && code != 0xFFFE && code != 0xFFFF;
  return is_character && !is_surrogate ? bytes : 0;
}

std::string_view escaped(char character) {
  switch (character) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
  }
}

std::string fixed(double value, int digits) {
  std::array<char, 400> text;
  const auto end = std::to_chars(text.begin(), text.end(), value, std::chars_format::fixed, digits);
  PENCHANT_CHECK(end.ec == std::errc());
  return {text.begin(), end.ptr};
}

std::string attribute(std::string_view name, double value) {
  return " " + std::string(name) + "=\"" + pixels(value) + "\"";
}

/// Of a finished picture: the value of an attribute of its own.
double number_after(std::string_view picture, std::string_view attribute) {
  const std::string_view rest = picture.substr(picture.find(attribute) + attribute.size());
  double number = 0;
  const auto end = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  PENCHANT_CHECK(end.ec == std::errc());
  return number;
}

std::string tooltip_of(std::string_view text) { return "<title>" + xml_text(text) + "</title>"; }

std::string style_of(std::string_view style) { return " class=\"" + std::string(style) + "\""; }

}  // namespace

std::string xml_text(std::string_view text) {
  std::string escaped_text;
  while (!text.empty()) {
    const std::size_t bytes = character_bytes(text);
    const std::string_view special = escaped(text[0]);
    escaped_text += bytes == 0 ? replacement : special.empty() ? text.substr(0, bytes) : special;
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return escaped_text;
}

std::string shortened(std::string_view text, std::size_t characters) {
  std::size_t end = 0;
  std::size_t before_last = 0;
  for (std::size_t i = 0; i < characters; ++i) {
    if (end == text.size()) return std::string(text);
    before_last = end;
    end += std::max<std::size_t>(character_bytes(text.substr(end)), 1);
  }
  return end == text.size() ? std::string(text) : std::string(text.substr(0, before_last)) + "\xE2\x80\xA6";
}

std::string pixels(double value) {
  std::string text = fixed(std::round(value * 100) / 100 + 0.0, 2);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::vector<double> Axis::ticks() const {
  const auto count = static_cast<std::size_t>(std::llround((high - low) / step)) + 1;
  std::vector<double> places(count);
  for (std::size_t i = 0; i < count; ++i) places[i] = low + static_cast<double>(i) * step;
  return places;
}

std::string Axis::label(double tick) const {
  const double magnitude = std::max(std::abs(low), std::abs(high));
  if (magnitude >= 1e9 || step < 1e-6) {
    std::array<char, 32> text;
    return {text.begin(), std::to_chars(text.begin(), text.end(), tick, std::chars_format::general, 6).ptr};
  }
  const int digits = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
  const double rounded = std::abs(tick) < step / 2 ? 0 : tick;  // no -0
  std::string text = fixed(rounded, digits);
  const auto point = static_cast<std::ptrdiff_t>(std::min(text.find('.'), text.size()));
  const std::ptrdiff_t first = rounded < 0 ? 1 : 0;
  for (std::ptrdiff_t i = point - 3; i > first; i -= 3) text.insert(static_cast<std::size_t>(i), ",");
  return text;
}

double Axis::place(double value, double first, double last) const {
  return first + (value - low) / (high - low) * (last - first);
}

Axis round_axis(double low, double high) {
  PENCHANT_CHECK(std::isfinite(low) && std::isfinite(high) && low <= high);
  const double least = std::max({std::abs(low), std::abs(high), 1e-9}) * 1e-6;  // below it rounding would show
  if (high - low < least) {
    const double around = low == 0 ? 0.5 : std::abs(low) / 2;
    low -= around;
    high += around;
  }
  const double raw = (high - low) / ticks_wanted;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double factor = raw / power;
  const double step = power * (factor <= 1.0 ? 1 : factor <= 2.0 ? 2 : factor <= 5.0 ? 5 : 10);
  constexpr double slack = 1e-9;  // an end that is at a tick but for rounding is at it
  return {std::floor(low / step + slack) * step, std::ceil(high / step - slack) * step, step};
}

SvgPicture::SvgPicture(double width, double height, std::string_view title) {
  const std::string w = pixels(width);
  const std::string h = pixels(height);
  svg_ = std::string(picture_begin) + " role=\"img\" width=\"" + w + "\" height=\"" + h + "\" viewBox=\"0 0 " + w +
         " " + h + "\">";
  svg_ += tooltip_of(title);
  svg_ += style_sheet;
  rectangle("ground", 0, 0, width, height);
}

void SvgPicture::line(std::string_view style, double x1, double y1, double x2, double y2) {
  svg_ += "<line" + style_of(style) + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) +
          attribute("y2", y2) + "/>\n";
}

void SvgPicture::rectangle(std::string_view style, double x, double y, double width, double height) {
  svg_ += "<rect" + style_of(style) + attribute("x", x) + attribute("y", y) + attribute("width", width) +
          attribute("height", height) + "/>\n";
}

void SvgPicture::text(std::string_view style, double x, double y, std::string_view text, std::string_view anchor,
                      std::size_t characters) {
  const std::string shown = shortened(text, characters);
  svg_ += "<text" + style_of(style) + attribute("x", x) + attribute("y", y) + " text-anchor=\"" + std::string(anchor) +
          "\">" + (shown == text ? "" : tooltip_of(text)) + xml_text(shown) + "</text>\n";
}

void SvgPicture::text_upwards(double x, double y, std::string_view text) {
  svg_ += "<text class=\"muted\" text-anchor=\"middle\" transform=\"translate(" + pixels(x) + " " + pixels(y) +
          ") rotate(-90)\">" + xml_text(text) + "</text>\n";
}

void SvgPicture::circle(std::string_view style, double x, double y, double radius, std::string_view tooltip) {
  svg_ += "<circle" + style_of(style) + attribute("cx", x) + attribute("cy", y) + attribute("r", radius) + ">" +
          tooltip_of(tooltip) + "</circle>\n";
}

void SvgPicture::polyline(std::string_view style, std::string_view points, std::string_view tooltip) {
  svg_ += "<polyline" + style_of(style) + " points=\"" + std::string(points) + "\">" + tooltip_of(tooltip) +
          "</polyline>\n";
}

std::string svg_column(std::span<const std::string> pictures) {
  double width = 0;
  double height = 0;
  std::string inner;
  for (const std::string& picture : pictures) {
    PENCHANT_CHECK(picture.starts_with(picture_begin));
    inner += std::string(picture_begin) + attribute("y", height) + picture.substr(picture_begin.size());
    width = std::max(width, number_after(picture, " width=\""));
    height += number_after(picture, " height=\"");
  }
  const std::string w = pixels(width);
  const std::string h = pixels(height);
  return std::string(picture_begin) + " width=\"" + w + "\" height=\"" + h + "\" viewBox=\"0 0 " + w + " " + h +
         "\">" + inner + "</svg>\n";
}

std::string SvgPicture::finish() && { return std::move(svg_) + "</svg>\n"; }

}  // namespace penchant
