// The Beta distribution: what is known of a rate after some verdicts.

const prior_strength = 10;

function logGamma(x) {  // Lanczos, g = 7
  const c = [0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];
  const t = x + 6.5;
  const sum = c.reduce((total, value, i) => (i === 0 ? value : total + value / (x - 1 + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

function continuedFraction(x, a, b) {  // Lentz
  const tiny = 1e-300;
  const guarded = (value) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    const step = d * c;
    result *= step;
    if (Math.abs(step - 1) < 1e-12) break;
  }
  return result;
}

/** P(rate <= x) under Beta(a, b). */
export function betaCdf(x, a, b) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(a * Math.log(x) + b * Math.log(1 - x) + logGamma(a + b) - logGamma(a) - logGamma(b));
  return x < (a + 1) / (a + b + 2) ? (front * continuedFraction(x, a, b)) / a
    : 1 - (front * continuedFraction(1 - x, b, a)) / b;
}

/** The rate below which lies the probability p; to 1e-7. */
export function betaQuantile(p, a, b) {
  let low = 0;
  let high = 1;
  while (high - low > 1e-7) {
    const middle = (low + high) / 2;
    if (betaCdf(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The 95 % band of a score, the mean of the rates of some keywords, each with the prior Beta(5, 5). As in the model
 * the mean is taken as the Beta distribution of its mean and variance. The answer tells only the observations of all
 * keywords together, so they are taken as spread evenly: variance = p (1 - p) / (observations + 11 keywords). For
 * one keyword that is the posterior itself.
 */
export function scoreBand(score, observations, keywords) {
  const total = observations + (prior_strength + 1) * Math.max(1, keywords) - 1;
  const mean = Math.min(1 - 1e-6, Math.max(1e-6, score));
  return [betaQuantile(0.025, mean * total, (1 - mean) * total),
    betaQuantile(0.975, mean * total, (1 - mean) * total)];
}
