#include "evaluate/plot.h"

#include <boost/property_tree/xml_parser.hpp>
#include <boost/test/unit_test.hpp>
#include <limits>
#include <sstream>
#include <string>

#include "evaluate/svg.h"

namespace penchant::test {
namespace {

using Tree = boost::property_tree::ptree;

/// Fails where it is not well-formed.
Tree parsed(const std::string& svg) {
  std::istringstream stream(svg);
  Tree tree;
  BOOST_REQUIRE_NO_THROW(boost::property_tree::read_xml(stream, tree));
  return tree.get_child("svg");
}

std::size_t count(const Tree& svg, const std::string& element, const std::string& style) {
  std::size_t found = 0;
  for (const auto& [name, child] : svg) found += name == element && child.get("<xmlattr>.class", "") == style ? 1 : 0;
  return found;
}

bool has_text(const Tree& svg, const std::string& text) {
  for (const auto& [name, child] : svg) {
    if (name == "text" && child.data() == text) return true;
  }
  return false;
}

void check_ticks(double low, double high, const std::vector<std::string>& expected) {
  const Axis axis = round_axis(low, high);
  std::vector<std::string> labels;
  for (const double tick : axis.ticks()) labels.push_back(axis.label(tick));
  BOOST_TEST(labels == expected, boost::test_tools::per_element());
}

LinePlot two_lines() {
  return {.title = "Mean reward",
          .x_label = "decisions",
          .y_label = "mean reward",
          .series = {{"mean", {{0, 0.5}, {1000, 0.55}}}, {"evidence", {{0, 0.5}, {1000, 0.61}}}}};
}

const std::string hostile = "a<b>&\"'\x01\xFF é </text><script>";

BOOST_AUTO_TEST_SUITE(plot)

BOOST_AUTO_TEST_CASE(ticks_are_round_numbers_around_the_values) {
  check_ticks(0, 1, {"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  check_ticks(0.52, 0.61, {"0.52", "0.54", "0.56", "0.58", "0.60", "0.62"});
  check_ticks(-3, 11'900, {"-2,000", "0", "2,000", "4,000", "6,000", "8,000", "10,000", "12,000"});
  check_ticks(-0.03, 0.03, {"-0.03", "-0.02", "-0.01", "0.00", "0.01", "0.02", "0.03"});
  check_ticks(0, 0, {"-0.6", "-0.4", "-0.2", "0.0", "0.2", "0.4", "0.6"});
  check_ticks(4, 4, {"2", "3", "4", "5", "6"});
}

BOOST_AUTO_TEST_CASE(an_axis_survives_any_finite_range) {
  for (const auto& [low, high] :
       {std::pair(-1e300, 1e300), {1e-300, 2e-300}, {1e9, 1e9 + 1}, {-1e-12, 1e-12}, {123456789.0, 123456789.5}}) {
    const Axis axis = round_axis(low, high);
    BOOST_TEST(axis.low <= low);
    BOOST_TEST(axis.high >= high);
    BOOST_TEST(axis.ticks().size() >= 2U);
    BOOST_TEST(axis.ticks().size() <= 13U);
    for (const double tick : axis.ticks()) BOOST_TEST(!axis.label(tick).empty());
  }
}

BOOST_AUTO_TEST_CASE(pixels_are_short) {
  BOOST_TEST(pixels(12) == "12");
  BOOST_TEST(pixels(12.5) == "12.5");
  BOOST_TEST(pixels(1.0 / 3) == "0.33");
  BOOST_TEST(pixels(-0.001) == "0");
  BOOST_TEST(pixels(100) == "100");
}

BOOST_AUTO_TEST_CASE(text_is_escaped_and_what_xml_cannot_hold_is_replaced) {
  BOOST_TEST(xml_text("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;");
  BOOST_TEST(xml_text("größe 漢 \xF0\x9F\x98\x80") == "größe 漢 \xF0\x9F\x98\x80");
  for (const char* bad : {"\x01", "\x80", "\xFF", "\xC3", "\xC0", "\xED\xA0\x80", "\xEF\xBF\xBF"}) {
    BOOST_TEST(xml_text(bad).starts_with("\xEF\xBF\xBD"));
  }
}

BOOST_AUTO_TEST_CASE(long_text_is_cut_between_characters) {
  BOOST_TEST(shortened("abc", 3) == "abc");
  BOOST_TEST(shortened("abcd", 3) == "ab…");
  BOOST_TEST(shortened("äöüß", 3) == "äö…");
  BOOST_TEST(shortened("", 3) == "");
}

BOOST_AUTO_TEST_CASE(lines_have_axes_a_legend_and_a_title) {
  const Tree svg = parsed(to_svg(two_lines()));
  BOOST_TEST(svg.get<std::string>("title") == "Mean reward");
  BOOST_TEST(count(svg, "polyline", "s0") == 1U);
  BOOST_TEST(count(svg, "polyline", "s1") == 1U);
  for (const char* text : {"Mean reward", "decisions", "mean", "evidence", "1,000", "0.60", "mean reward"}) {
    BOOST_TEST(has_text(svg, text), text);
  }
}

BOOST_AUTO_TEST_CASE(pictures_stand_one_below_the_other) {
  const std::string first = to_svg(two_lines());
  const std::string second = to_svg(ReliabilityPlot{.title = "Below", .bins = {}});
  const Tree svg = parsed(svg_column(std::vector{first, second}));
  BOOST_TEST(count(svg, "svg", "") == 2U);
  BOOST_TEST(svg.get<double>("<xmlattr>.height") == parsed(first).get<double>("<xmlattr>.height") +
                                                        parsed(second).get<double>("<xmlattr>.height"));
}

BOOST_AUTO_TEST_CASE(the_same_plot_gives_the_same_bytes) { BOOST_TEST(to_svg(two_lines()) == to_svg(two_lines())); }

BOOST_AUTO_TEST_CASE(a_picture_reads_in_the_dark) {
  BOOST_TEST(to_svg(two_lines()).find("@media(prefers-color-scheme:dark)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(hostile_names_stay_text) {
  const std::string shown = "a<b>&\"'\xEF\xBF\xBD\xEF\xBF\xBD é </text><script>";
  for (const std::string& svg :
       {to_svg(LinePlot{hostile, hostile, hostile, {{hostile, {{0, 0}}}}}), to_svg(ReliabilityPlot{.title = hostile}),
        to_svg(BarPlot{hostile, hostile, {{hostile}}})}) {
    const Tree tree = parsed(svg);
    BOOST_TEST(tree.get<std::string>("title") == shown);
    BOOST_TEST(!tree.get_child_optional("script"));
    BOOST_TEST(!tree.get_child_optional("text.script"));
  }
}

BOOST_AUTO_TEST_CASE(plots_without_values_are_pictures_too) {
  parsed(to_svg(LinePlot{}));
  parsed(to_svg(LinePlot{.series = {{"none", {}}}}));
  parsed(to_svg(ReliabilityPlot{}));
  parsed(to_svg(BarPlot{}));
}

BOOST_AUTO_TEST_CASE(as_many_series_and_bars_as_are_allowed_are_drawn) {
  LinePlot lines;
  lines.series.resize(plot_series_max, {"s", {{0, 0}, {1, 1}}});
  BOOST_TEST(count(parsed(to_svg(lines)), "polyline", "s7 d1") == 1U);
  BarPlot bars;
  bars.bars.resize(plot_bars_max, {"b", 0.5, {0.4, 0.6}});
  BOOST_TEST(count(parsed(to_svg(bars)), "line", "interval") == plot_bars_max);
}

BOOST_AUTO_TEST_CASE(a_reliability_diagram_has_a_point_and_an_interval_a_bin_that_is_not_empty) {
  ReliabilityPlot plot{.title = "Calibration"};
  plot.bins[2] = {.count = 100, .kept = 30, .mean_predicted = 0.25, .share_kept = 0.3};
  plot.bins[7] = {.count = 4, .kept = 4, .mean_predicted = 0.75, .share_kept = 1};
  const Tree svg = parsed(to_svg(plot));
  BOOST_TEST(count(svg, "circle", "point") == 2U);
  BOOST_TEST(count(svg, "line", "interval") == 2U);
  BOOST_TEST(count(svg, "line", "diagonal") == 1U);
}

BOOST_AUTO_TEST_CASE(bars_begin_at_0_and_dots_stand_in_where_0_is_far_off) {
  const BarPlot near{.bars = {{"ips", -0.02, {-0.05, 0.01}}, {"snips", 0.03, {0.01, 0.05}}}};
  BOOST_TEST(count(parsed(to_svg(near)), "rect", "bar") == 2U);
  const BarPlot far{.bars = {{"mean", 0.55, {0.53, 0.57}}, {"evidence", 0.61, {0.6, 0.62}}}};
  BOOST_TEST(count(parsed(to_svg(far)), "rect", "bar") == 0U);
  BOOST_TEST(count(parsed(to_svg(far)), "circle", "point") == 2U);
  BOOST_TEST(has_text(parsed(to_svg(far)), "0.610"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace penchant::test
