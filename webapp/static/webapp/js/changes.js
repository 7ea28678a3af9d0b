/* The change map: every place whose light differs from the original's, in amber on a dimmed print of the original.
   Colour is left out on purpose: it is laid over, and what counts is that light and shade stayed.

   It compares the tiles that are on the page, dot by dot; their own packing may move a dot by two steps of 255. */

import { Source } from "./deep.js";

const PACKING_STEPS = 2;
const AMBER = [255, 176, 0];

async function luma(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  const sheet = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  const brush = sheet.getContext("2d", { willReadFrequently: true });
  brush.drawImage(image, 0, 0);
  const { data } = brush.getImageData(0, 0, sheet.width, sheet.height);
  const light = new Float32Array(data.length / 4);
  for (let dot = 0; dot < light.length; dot += 1) {
    light[dot] = 0.299 * data[4 * dot] + 0.587 * data[4 * dot + 1] + 0.114 * data[4 * dot + 2];
  }
  return { light, width: sheet.width, height: sheet.height };
}

/* Of two pictures of one size: a canvas with the map, and the share of dots that differ, 0..1. */
async function mapChanges(original, other) {
  const [before, after] = await Promise.all([luma(original), luma(other)]);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [before.width, before.height];
  const map = new ImageData(canvas.width, canvas.height);
  let changed = 0;
  for (let dot = 0; dot < before.light.length; dot += 1) {
    const light = before.light[dot];
    const differs = Math.abs(light - after.light[dot]) > PACKING_STEPS;
    changed += differs;
    map.data.set(differs ? AMBER : [0.4 * light, 0.4 * light, 0.4 * light], 4 * dot);
    map.data[4 * dot + 3] = 255;
  }
  canvas.getContext("2d").putImageData(map, 0, 0);
  return { canvas, share: changed / before.light.length };
}

/* The map of a picture against the original, as a layer of its own whose tiles are made of theirs. */
export class ChangeMap extends Source {
  constructor(original, other) {
    super(`map of ${other.kind}`, original.dimensions.x, original.dimensions.y, original.preview);
    this.pair = [original, other];
  }

  get share() {
    this.known ??= mapChanges(...this.pair.map((source) => source.preview.url)).then(({ share }) => share);
    return this.known;
  }

  /* As deep as both are by now. */
  follow() {
    const [original, other] = this.pair;
    if (this.maxLevel > 0 || original.maxLevel === 0 || other.maxLevel === 0) return;
    this.numbers = original.numbers;
    this.scales = original.scales;
    this.maxLevel = original.maxLevel;
  }

  getTileUrl(level, column, row) {
    return this.pair.map((source) => source.getTileUrl(level, column, row)).join(" ");
  }

  async downloadTileStart(context) {
    try {
      const { canvas } = await mapChanges(...context.src.split(" "));
      context.finish(canvas.getContext("2d"), null, "context2d");
    } catch (error) {
      context.fail(String(error), null);
    }
  }

  downloadTileAbort() {}
}
