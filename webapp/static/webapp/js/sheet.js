/* What will be repaired, drawn for the part of the photograph that is on the screen: what was found, strokes over it in
   their order, and protected places, which win over every stroke. Opaque: the stylesheet makes the whole translucent. */

const TILE = 512;
const OPAQUE_AFTER = 2; // laid over itself so often, a veil of 150 / 255 is as good as opaque
const DASH_PX = [6, 6];
const RIMS = { protect: "--on-mat", retry: "--invented-fill" }; // tools that go around a place, and its second colour

export class Sheet {
  /* canvas: of the stage's size. found: the mask's source, or undefined. redraw: called when more of it has come. */
  constructor(canvas, found, redraw) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d", { willReadFrequently: true });
    this.found = found;
    this.redraw = redraw;
    this.tiles = new Map();
  }

  /* box: the photograph's on the stage, in CSS pixels; width: the photograph's own. */
  draw(box, width, strokes, current) {
    const sharp = devicePixelRatio;
    const { canvas, pen } = this;
    [canvas.width, canvas.height] = [canvas.clientWidth * sharp, canvas.clientHeight * sharp].map(Math.round);
    this.scale = (box.width / width) * sharp;
    const place = [this.scale, 0, 0, this.scale, box.left * sharp, box.top * sharp];
    pen.setTransform(...place);
    if (this.found) this.drawFound();
    pen.setTransform(...place);
    pen.lineCap = pen.lineJoin = "round";
    const all = current ? [...strokes, current] : strokes;
    for (const stroke of all) if (!(stroke.tool in RIMS)) this.stroke(stroke, stroke === current);
    for (const stroke of all) if (stroke.tool in RIMS) this.place(stroke, stroke === current);
  }

  drawFound() {
    const { canvas, found, pen, scale } = this;
    const wanted = found.scales.findIndex((level) => level >= scale);
    const level = wanted < 0 ? found.maxLevel : wanted;
    const parts = level > 0 ? this.parts(level) : [];
    if (level === 0 || parts.some(({ url }) => !this.image(url))) this.lay(this.image(found.preview.url), 0, 0, 1 / found.scales[0]);
    for (const { url, x, y } of parts) {
      const tile = this.image(url);
      if (!tile) continue;
      const side = 1 / found.scales[level];
      pen.clearRect(x * TILE * side, y * TILE * side, tile.naturalWidth * side, tile.naturalHeight * side);
      this.lay(tile, x * TILE * side, y * TILE * side, side);
    }
    pen.setTransform(1, 0, 0, 1, 0, 0);
    for (let time = 0; time < OPAQUE_AFTER; time += 1) pen.drawImage(canvas, 0, 0);
  }

  lay(image, x, y, side) {
    if (image) this.pen.drawImage(image, x, y, image.naturalWidth * side, image.naturalHeight * side);
  }

  /* The tiles of a level that lie on the screen. */
  parts(level) {
    const { canvas, found, pen, scale } = this;
    const { e: left, f: top } = pen.getTransform();
    const tile = (TILE / found.scales[level]) * scale;
    const count = found.getNumTiles(level);
    const parts = [];
    for (let y = Math.max(0, Math.floor(-top / tile)); y < count.y && top + y * tile < canvas.height; y += 1) {
      for (let x = Math.max(0, Math.floor(-left / tile)); x < count.x && left + x * tile < canvas.width; x += 1) {
        parts.push({ url: found.getTileUrl(level, x, y), x, y });
      }
    }
    return parts;
  }

  /* Once it is there; until then nothing, and a call of `redraw` when it comes. */
  image(url) {
    if (!this.tiles.has(url)) {
      const image = new Image();
      image.addEventListener("load", this.redraw);
      image.src = url;
      this.tiles.set(url, image);
    }
    const image = this.tiles.get(url);
    return image.complete && image.naturalWidth ? image : null;
  }

  path(points) {
    const { pen } = this;
    pen.beginPath();
    for (const [x, y] of points) pen.lineTo(x, y);
    if (points.length === 1) pen.lineTo(points[0][0] + 0.01, points[0][1]);
  }

  stroke({ tool, width, points }, unfinished) {
    const { pen } = this;
    pen.globalCompositeOperation = tool === "eraser" ? "destination-out" : "source-over";
    pen.strokeStyle = pen.fillStyle = getComputedStyle(this.canvas).color;
    pen.lineWidth = tool === "area" ? 2 / this.scale : Math.max(1 / this.scale, width);
    this.path(points);
    pen.stroke();
    if (tool === "area" && !unfinished) pen.fill();
  }

  /* A calm outline; in what is protected there is nothing, and where another try is made all is as it was. */
  place({ tool, points }, unfinished) {
    const { pen, scale } = this;
    const colours = getComputedStyle(this.canvas);
    this.path(points);
    if (!unfinished) {
      pen.closePath();
      pen.globalCompositeOperation = "destination-out";
      if (tool === "protect") pen.fill();
    }
    pen.globalCompositeOperation = "source-over";
    for (const [name, dash] of [["--on-mat-edge", []], [RIMS[tool], DASH_PX]]) {
      pen.strokeStyle = colours.getPropertyValue(name);
      pen.lineWidth = (2 * devicePixelRatio) / scale;
      pen.setLineDash(dash.map((px) => (px * devicePixelRatio) / scale));
      pen.stroke();
    }
    pen.setLineDash([]);
  }
}
