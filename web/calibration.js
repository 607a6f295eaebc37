// Reliability: how the probability that an image is kept came true. Pure.

const normal_95 = 1.6448536269514722;
const shown_min = 0.5;  // outcomes; a bin that has faded below tells nothing

/** Wilson's 90 % interval of a share of `count` outcomes, which may have faded. */
export function wilson(share, count) {
  const z2 = normal_95 ** 2;
  const middle = (share * count + z2 / 2) / (count + z2);
  const half = (normal_95 / (count + z2)) * Math.sqrt(count * share * (1 - share) + z2 / 4);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** Of the bins that the API tells, those with outcomes: [{from, to, count, foretold, kept, low, high}]. */
export function filledBins(reliability) {
  return reliability.map(({ count, mean_predicted: foretold, share_kept: kept }, i) => {
    const [low, high] = wilson(kept ?? 0, count);
    return { from: i / reliability.length, to: (i + 1) / reliability.length, count, foretold, kept, low, high };
  }).filter((bin) => bin.count >= shown_min);
}

/** What they come to: off is how far the shares lie from what was foretold, on the average over the outcomes. */
export function inAll(bins) {
  const count = bins.reduce((sum, bin) => sum + bin.count, 0);
  const mean = (value) => bins.reduce((sum, bin) => sum + bin.count * value(bin), 0) / count;
  return { count, foretold: mean((bin) => bin.foretold), kept: mean((bin) => bin.kept),
    off: mean((bin) => Math.abs(bin.kept - bin.foretold)) };
}
