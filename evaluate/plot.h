// Plots as SVG, for a page or an image viewer: light, or dark where the viewer asks for it. Pure functions: the same
// plot gives the same bytes. Names and titles may hold anything; what XML cannot hold is shown as U+FFFD.
//
//   LinePlot plot{.title = "Mean reward", .x_label = "decisions", .y_label = "mean reward so far"};
//   plot.series.push_back({"evidence", {{100, 0.52}, {200, 0.55}}});
//   std::string svg = to_svg(plot);
//
// All numbers are finite. Text in a plot is cut where it would not fit; the whole of it is its tooltip.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "evaluate/interval.h"
#include "evaluate/prediction_quality.h"

namespace penchant {

inline constexpr std::size_t plot_series_max = 16;  // beyond it nobody tells colours and dashes apart
inline constexpr std::size_t plot_bars_max = 100;

struct PlotPoint {
  double x = 0;
  double y = 0;
};

struct PlotSeries {
  std::string name;
  std::vector<PlotPoint> points;  // joined in this order; some 12 bytes of SVG each
};

struct LinePlot {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<PlotSeries> series;  // plot_series_max at most
};
std::string to_svg(const LinePlot& plot);

/// Share kept against what was predicted; a point's area is as its count, its line the 90% interval (Wilson).
struct ReliabilityPlot {
  std::string title;
  std::array<CalibrationBin, calibration_bins> bins;
};
std::string to_svg(const ReliabilityPlot& plot);

struct PlotBar {
  std::string name;
  double value = 0;
  Interval interval;  // low <= value <= high is not asked for
};

/// From top to bottom. Where 0 is far off, dots on an axis that leaves it out stand in for bars.
struct BarPlot {
  std::string title;
  std::string x_label;
  std::vector<PlotBar> bars;  // plot_bars_max at most
};
std::string to_svg(const BarPlot& plot);

}  // namespace penchant
