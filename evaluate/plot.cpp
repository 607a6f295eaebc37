#include "evaluate/plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/check.h"
#include "evaluate/svg.h"

namespace penchant {
namespace {

constexpr double character_width = 7;  // of the 12 px font, generously
constexpr std::size_t name_characters_max = 26;
constexpr double title_height = 44;
constexpr double margin = 16;
constexpr std::size_t colours = 8;

/// In pixels; y grows downwards.
struct Area {
  double left, top, right, bottom;
};

std::string decimal_3(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), std::abs(value) < 1e6 ? "%.3f" : "%.6g", value);
  return text.data();
}

double text_width(std::string_view text) {
  const auto characters =
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; });
  return character_width * static_cast<double>(std::min(static_cast<std::size_t>(characters), name_characters_max));
}

void draw_x_axis(SvgPicture& picture, const Axis& axis, const Area& area, std::string_view label) {
  for (const double tick : axis.ticks()) {
    const double x = axis.place(tick, area.left, area.right);
    picture.line("grid", x, area.top, x, area.bottom);
    picture.text("muted", x, area.bottom + 18, axis.label(tick), "middle");
  }
  picture.line("axis", area.left, area.bottom, area.right, area.bottom);
  picture.text("muted", (area.left + area.right) / 2, area.bottom + 38, label, "middle");
}

void draw_y_axis(SvgPicture& picture, const Axis& axis, const Area& area, std::string_view label) {
  for (const double tick : axis.ticks()) {
    const double y = axis.place(tick, area.bottom, area.top);
    picture.line("grid", area.left, y, area.right, y);
    picture.text("muted", area.left - 8, y + 4, axis.label(tick), "end");
  }
  picture.text_upwards(16, (area.top + area.bottom) / 2, label);
}

/// The axes of all points; both from 0 to 1 where there are none.
std::array<Axis, 2> axes_of(const std::vector<PlotSeries>& series) {
  bool is_first = true;
  PlotPoint low{0, 0};
  PlotPoint high{1, 1};
  for (const PlotSeries& each : series) {
    for (const PlotPoint& point : each.points) {
      PENCHANT_CHECK(std::isfinite(point.x) && std::isfinite(point.y));
      low = is_first ? point : PlotPoint{std::min(low.x, point.x), std::min(low.y, point.y)};
      high = is_first ? point : PlotPoint{std::max(high.x, point.x), std::max(high.y, point.y)};
      is_first = false;
    }
  }
  return {round_axis(low.x, high.x), round_axis(low.y, high.y)};
}

std::string series_style(std::size_t index) {
  return "s" + std::to_string(index % colours) + (index >= colours ? " d1" : "");
}

void draw_legend(SvgPicture& picture, const std::vector<PlotSeries>& series, double left, double top) {
  for (std::size_t i = 0; i < series.size(); ++i) {
    const double y = top + 8 + 20 * static_cast<double>(i);
    picture.line("key " + series_style(i), left, y, left + 22, y);
    picture.text("", left + 28, y + 4, series[i].name, "start", name_characters_max);
  }
}

bool is_dot_plot(double low, double high) { return low > 0 ? low > high / 2 : high < 0 && high < low / 2; }

}  // namespace

std::string to_svg(const LinePlot& plot) {
  PENCHANT_CHECK(plot.series.size() <= plot_series_max);
  constexpr double height = 420;
  double legend_width = 0;
  for (const PlotSeries& series : plot.series) {
    legend_width = std::max(legend_width, 28 + text_width(series.name) + margin);
  }
  const Area area{72, title_height, 640, height - 52};
  const auto [x_axis, y_axis] = axes_of(plot.series);

  SvgPicture picture(area.right + margin + legend_width, height, plot.title);
  picture.text("title", area.left, 26, plot.title, "start", 80);
  draw_x_axis(picture, x_axis, area, plot.x_label);
  draw_y_axis(picture, y_axis, area, plot.y_label);
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    std::string points;
    for (const PlotPoint& point : plot.series[i].points) {
      points += pixels(x_axis.place(point.x, area.left, area.right)) + "," +
                pixels(y_axis.place(point.y, area.bottom, area.top)) + " ";
    }
    if (!points.empty()) points.pop_back();
    picture.polyline(series_style(i), points, plot.series[i].name);
  }
  draw_legend(picture, plot.series, area.right + margin, area.top);
  return std::move(picture).finish();
}

std::string to_svg(const ReliabilityPlot& plot) {
  constexpr double radius_min = 2.5;
  constexpr double radius_max = 13;
  const Area area{72, title_height, 472, title_height + 400};
  const Axis axis{.low = 0, .high = 1, .step = 0.2};
  std::uint64_t count_max = 1;
  for (const CalibrationBin& bin : plot.bins) count_max = std::max(count_max, bin.count);

  SvgPicture picture(area.right + 24, area.bottom + 76, plot.title);
  picture.text("title", area.left, 26, plot.title, "start", 50);
  draw_x_axis(picture, axis, area, "predicted probability");
  draw_y_axis(picture, axis, area, "share kept");
  picture.text("muted", (area.left + area.right) / 2, area.bottom + 60,
               "a point's area: how many records; its line: the 90% interval", "middle");
  picture.line("diagonal", area.left, area.bottom, area.right, area.top);
  for (const CalibrationBin& bin : plot.bins) {
    if (bin.count == 0) continue;
    const Interval interval = wilson_interval(static_cast<double>(bin.kept), static_cast<double>(bin.count));
    const double x = axis.place(bin.mean_predicted, area.left, area.right);
    const auto y = [&](double share) { return axis.place(share, area.bottom, area.top); };
    const double share_of_largest = static_cast<double>(bin.count) / static_cast<double>(count_max);
    picture.circle("point", x, y(bin.share_kept), std::max(radius_min, radius_max * std::sqrt(share_of_largest)),
                   "predicted " + decimal_3(bin.mean_predicted) + ", kept " + decimal_3(bin.share_kept) + " of " +
                       std::to_string(bin.count));
    picture.line("interval", x, y(interval.low), x, y(interval.high));
  }
  return std::move(picture).finish();
}

std::string to_svg(const BarPlot& plot) {
  PENCHANT_CHECK(plot.bars.size() <= plot_bars_max);
  constexpr double row_height = 28;
  constexpr double values_width = 60;
  double names_width = 0;
  double low = plot.bars.empty() ? 0 : plot.bars[0].value;
  double high = plot.bars.empty() ? 1 : plot.bars[0].value;
  for (const PlotBar& bar : plot.bars) {
    names_width = std::max(names_width, text_width(bar.name));
    low = std::min({low, bar.value, bar.interval.low});
    high = std::max({high, bar.value, bar.interval.high});
  }
  const bool is_dots = is_dot_plot(low, high);
  const Axis axis = is_dots ? round_axis(low, high) : round_axis(std::min(low, 0.0), std::max(high, 0.0));
  const double left = margin + names_width + 12;
  const Area area{left, title_height, left + 440, title_height + row_height * static_cast<double>(plot.bars.size())};

  SvgPicture picture(area.right + values_width, area.bottom + 52, plot.title);
  picture.text("title", margin, 26, plot.title, "start", 70);
  draw_x_axis(picture, axis, area, plot.x_label);
  const double origin = axis.place(is_dots ? axis.low : 0, area.left, area.right);
  if (!is_dots) picture.line("axis", origin, area.top, origin, area.bottom);
  for (std::size_t i = 0; i < plot.bars.size(); ++i) {
    const PlotBar& bar = plot.bars[i];
    const double middle = area.top + row_height * (static_cast<double>(i) + 0.5);
    const auto x = [&](double value) { return axis.place(value, area.left, area.right); };
    if (!is_dots) {
      picture.rectangle("bar", std::min(origin, x(bar.value)), middle - 8, std::abs(x(bar.value) - origin), 16);
    }
    picture.line("interval", x(bar.interval.low), middle, x(bar.interval.high), middle);
    if (is_dots) picture.circle("point", x(bar.value), middle, 5, bar.name + " " + decimal_3(bar.value));
    picture.text("", left - 12, middle + 4, bar.name, "end", name_characters_max);
    picture.text("end", area.right + 12, middle + 4, decimal_3(bar.value));
  }
  return std::move(picture).finish();
}

}  // namespace penchant
