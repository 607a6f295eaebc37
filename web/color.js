// Colours for rates: two hues, blue for what is kept and orange for what is not, which people with any of the
// common colour deficiencies tell apart. Both ends are equally far from the middle in lightness and chroma (OKLCH),
// so equal steps of a rate look equally large; the middle is the prior's 0.5, a grey.

const scales = {
  light: { middle: 0.86, end: 0.53, chroma: 0.135 },
  dark: { middle: 0.42, end: 0.78, chroma: 0.115 },
};
const hue_low = 55;
const hue_high = 252;

function toSrgb(linear) {
  const clipped = Math.min(1, Math.max(0, linear));
  const value = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
  return Math.round(255 * value);
}

/** OKLCH (hue in degrees) as [red, green, blue] of 0..255. */
export function oklch(lightness, chroma, hue) {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    toSrgb(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    toSrgb(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    toSrgb(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** The colour of a rate of 0..1, as [red, green, blue]. */
export function rateColor(rate, theme) {
  const { middle, end, chroma } = scales[theme];
  const distance = Math.abs(rate - 0.5) * 2;
  return oklch(middle + (end - middle) * distance, chroma * distance, rate < 0.5 ? hue_low : hue_high);
}

// 100 observations are full confidence: round(16 log2(101)) of the matrix' scale.
const full_strength = 107;

/** How much of its colour a cell shows: 0 where nothing was observed, 1 from 100 observations. */
export function strength(observationsByte) {
  return observationsByte === 0 ? 0 : 0.16 + 0.84 * Math.min(1, observationsByte / full_strength);
}

/**
 * The colour of each cell there can be, as the 32 bits that ImageData holds (little-endian ABGR): entry rate byte +
 * 256 * observations byte, which is a pair's two bytes read as one little-endian number.
 */
export function cellColors(theme, background) {
  const table = new Uint32Array(65536);
  const rates = new Float64Array(3 * 256);
  for (let rate = 0; rate < 256; rate++) rates.set(rateColor(rate / 255, theme), 3 * rate);
  const [groundRed, groundGreen, groundBlue] = background;
  for (let observations = 0; observations < 256; observations++) {
    const share = strength(observations);
    for (let rate = 0; rate < 256; rate++) {
      const r = Math.round(groundRed + (rates[3 * rate] - groundRed) * share);
      const g = Math.round(groundGreen + (rates[3 * rate + 1] - groundGreen) * share);
      const b = Math.round(groundBlue + (rates[3 * rate + 2] - groundBlue) * share);
      table[rate + 256 * observations] = (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
    }
  }
  return table;
}
