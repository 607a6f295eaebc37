// Pieces of an SVG picture: escaped text, short numbers, axes with ticks at round numbers. plot.cpp puts them together.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace penchant {

/// For XML: the five characters escaped, and U+FFFD for each byte that is no UTF-8 and each character that XML forbids.
std::string xml_text(std::string_view text);

/// Its first characters, the last of `characters` being an ellipsis where there are more.
std::string shortened(std::string_view text, std::size_t characters);

/// A coordinate in pixels: to a hundredth, without trailing zeros.
std::string pixels(double value);

/// Finished pictures in one, one below the other.
std::string svg_column(std::span<const std::string> pictures);

/// A scale from `low` to `high`, both at ticks.
struct Axis {
  double low = 0;
  double high = 1;
  double step = 0.1;  // 1, 2 or 5 times a power of ten

  std::vector<double> ticks() const;
  /// With as many decimals as the step has; thousands grouped.
  std::string label(double tick) const;
  /// Where `value` lies between the pixels `first`, of low, and `last`, of high.
  double place(double value, double first, double last) const;
};
Axis round_axis(double low, double high);

/// A picture that is written from back to front.
class SvgPicture {
 public:
  /// `title` is what readers of the picture who cannot see it are told.
  SvgPicture(double width, double height, std::string_view title);

  /// Style classes are those of the sheet in svg.cpp.
  void line(std::string_view style, double x1, double y1, double x2, double y2);
  void rectangle(std::string_view style, double x, double y, double width, double height);
  /// anchor: start, middle or end. Cut to `characters`.
  void text(std::string_view style, double x, double y, std::string_view text, std::string_view anchor = "start",
            std::size_t characters = 200);
  void text_upwards(double x, double y, std::string_view text);
  void circle(std::string_view style, double x, double y, double radius, std::string_view tooltip);
  /// `points` as "x,y x,y".
  void polyline(std::string_view style, std::string_view points, std::string_view tooltip);

  std::string finish() &&;

 private:
  std::string svg_;
};

}  // namespace penchant
