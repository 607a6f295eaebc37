// The keyword × checkpoint matrix as the API packs it: two bytes a pair, keywords in order, and for each of them the
// checkpoints in order. Pure.

/** The bytes of base64; by the browser itself where it can. */
export function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export const rateOf = (rateByte) => rateByte / 255;
export const observationsOf = (observationsByte) => 2 ** (observationsByte / 16) - 1;

/** (selected + 5) / (observations + 10): the rate that scores use, 0.5 without observations. */
export function blended(rate, observations) {
  return (rate * observations + 5) / (observations + 10);
}

/**
 * The API's answer with its cells read, as bytes and as little-endian pairs of them. Fails where they are too few or
 * too many.
 */
export function readMatrix(answer) {
  const bytes = bytesOf(answer.cells);
  const due = 2 * answer.keywords.length * answer.checkpoints.length;
  if (bytes.length !== due) throw new Error(`The matrix has ${bytes.length} bytes where ${due} were due.`);
  return { keywords: answer.keywords, checkpoints: answer.checkpoints, bytes, pairs: new Uint16Array(bytes.buffer) };
}

/** One pair: {keyword, checkpoint, rate, observations}. */
export function cellAt(matrix, keyword, checkpoint) {
  const at = 2 * (keyword * matrix.checkpoints.length + checkpoint);
  return {
    keyword: matrix.keywords[keyword].keyword,
    checkpoint: matrix.checkpoints[checkpoint].checkpoint,
    rate: rateOf(matrix.bytes[at]),
    observations: observationsOf(matrix.bytes[at + 1]),
  };
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/**
 * The entries of an axis that are shown, in order, as indices. Where `pair` (an entry of the other axis) is given and
 * sort is "pair", they stand by their rate with it; the API's own order is by observations.
 */
export function order(matrix, axis, { sort, filter, pair }) {
  const entries = axis === "keyword" ? matrix.keywords : matrix.checkpoints;
  const words = filter.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const shown = [];
  entries.forEach((entry, i) => {
    const name = entry[axis].toLowerCase();
    if (words.length === 0 || words.some((word) => name.includes(word))) shown.push(i);
  });
  if (sort === "name") shown.sort((a, b) => collator.compare(entries[a][axis], entries[b][axis]));
  if (sort === "rate" || (sort === "pair" && pair !== null)) {
    const worth = (i) => {
      if (sort === "rate") {
        return blended(entries[i].observations > 0 ? entries[i].selected / entries[i].observations : 0,
          entries[i].observations);
      }
      const cell = axis === "keyword" ? cellAt(matrix, i, pair) : cellAt(matrix, pair, i);
      return blended(cell.rate, cell.observations);
    };
    const worths = new Float64Array(entries.length);
    for (const i of shown) worths[i] = worth(i);
    shown.sort((a, b) => worths[b] - worths[a] || a - b);
  }
  return Uint32Array.from(shown);
}
