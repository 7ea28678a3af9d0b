/* The change map: every place whose light differs from the original's, in amber on a dimmed print of the original.
   Colour is left out on purpose: it is laid over, and what counts is that light and shade stayed.

   It compares the previews on the page, dot by dot; a preview's own packing may move a dot by two steps of 255. */

const PACKING_STEPS = 2;
const AMBER = [255, 176, 0];

function luma(image) {
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [image.naturalWidth, image.naturalHeight];
  const brush = sheet.getContext("2d", { willReadFrequently: true });
  brush.drawImage(image, 0, 0);
  const { data } = brush.getImageData(0, 0, sheet.width, sheet.height);
  const light = new Float32Array(data.length / 4);
  for (let dot = 0; dot < light.length; dot += 1) {
    light[dot] = 0.299 * data[4 * dot] + 0.587 * data[4 * dot + 1] + 0.114 * data[4 * dot + 2];
  }
  return light;
}

/* Draws the map of two pictures of one size on `canvas`; returns the share of dots that differ, 0..1. */
export function mapChanges(canvas, original, other) {
  [canvas.width, canvas.height] = [original.naturalWidth, original.naturalHeight];
  const [before, after] = [luma(original), luma(other)];
  const map = new ImageData(canvas.width, canvas.height);
  let changed = 0;
  for (let dot = 0; dot < before.length; dot += 1) {
    const differs = Math.abs(before[dot] - after[dot]) > PACKING_STEPS;
    changed += differs;
    map.data.set(differs ? AMBER : [0.4 * before[dot], 0.4 * before[dot], 0.4 * before[dot]], 4 * dot);
    map.data[4 * dot + 3] = 255;
  }
  canvas.getContext("2d").putImageData(map, 0, 0);
  return changed / before.length;
}
