// Forward decay: instead of fading every count as time passes, a new record weighs more than the older ones.
// A record at time t adds exp2(t/H - j) to counts kept against a landmark j; a question at time T divides by
// exp2(T/H - j). Moving j multiplies counts by a power of two, which is exact.
// Source: Cormode, Shkapenyuk, Srivastava, Xu, "Forward Decay", ICDE 2009. See docs/model.md.
//
// Pure functions of their arguments, with the same bits on every machine: only IEEE additions,
// multiplications and divisions, no libm, whose last bit depends on the processor.
#pragma once

#include <boost/serialization/access.hpp>
#include <cstdint>

namespace penchant {

inline constexpr double decay_days_default = 30;
inline constexpr double decay_days_min = 1e-6;  // else half-lives would leave what a landmark can hold
inline constexpr double decay_days_max = 36500;
inline constexpr double half_lives_at_epoch_max = 0x1p60;  // likewise

/// 2^x to within 2 units in the last place; 0 below 2^-1022, and x is taken as 1023 above that.
double exp2_exact(double x);

class Decay {
 public:
  /// `days` is the time constant: after that long a record weighs 1/e. 0 turns decay off.
  explicit Decay(double days = decay_days_default) : Decay(days, 0) {}
  /// One that half_lives_at_epoch() was asked of.
  Decay(double days, double half_lives_at_epoch);

  double days() const { return days_; }
  /// With days(), all that there is to a decay.
  double half_lives_at_epoch() const { return half_lives_at_epoch_; }
  bool operator==(const Decay&) const = default;

  /// Half-lives passed at `time_ms`, from an arbitrary beginning. Where decay is off, time stands still.
  double half_lives(std::int64_t time_ms) const {
    return half_lives_at_epoch_ + static_cast<double>(time_ms) * half_lives_per_ms_;
  }

  /// The same decay until `now_ms`, and the time constant `days` from then on: what is counted keeps the weight it
  /// has, and fades at the new pace.
  Decay changed(double days, std::int64_t now_ms) const;

 private:
  friend class boost::serialization::access;
  template <class Archive>
  void serialize(Archive& archive, unsigned version);  // engine/serialization.h

  double days_;
  double half_lives_per_ms_;
  double half_lives_at_epoch_;
};

/// The landmark for counts that begin at `half_lives`: the whole number below.
std::int64_t landmark_at(double half_lives);

/// What one record weighs against `landmark`.
inline double weight_at(double half_lives, std::int64_t landmark) {
  return exp2_exact(half_lives - static_cast<double>(landmark));
}

/// A user silent for this many half-lives has counts that no longer tell; what divides by a unit needs it finite.
inline constexpr double silent_half_lives_max = 60;

/// What one observation of now, `half_lives`, weighs against `landmark`: within what floats can hold, wherever the
/// landmark is.
double unit_at(double half_lives, std::int64_t landmark);

}  // namespace penchant
