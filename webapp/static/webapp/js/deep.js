/* The photograph's pictures one on another in OpenSeadragon: each is its preview first, and its tiles where somebody
   looks closer than the preview can show. The server makes tiles when they are first asked for. */

const { OpenSeadragon } = window;
const TILE = 512;
const ASK_AGAIN_MS = 700;
const MOST_ZOOM = 8; // of the screen's pixels for one of the photograph
const SMOOTH_UP_TO = 2; // beyond it the photograph's pixels are shown as squares

/* OpenSeadragon adds a style sheet that a strict content security policy forbids, unless one is there already. It looks
   for a `style` of this name, and an element of no language, which no browser reads, will do. */
const standIn = document.createElementNS("urn:none", "style");
standIn.setAttribute("data-openseadragon-mobile-css", "");
document.head.append(standIn);

/* Level 0 is the preview, one tile; the others come from the server, and only once `deepen` was told of them. */
export class Source extends OpenSeadragon.TileSource {
  constructor(kind, width, height, preview) {
    super({ width, height, tileSize: TILE, tileOverlap: 0, minLevel: 0, maxLevel: 0 });
    this.kind = kind;
    this.preview = preview; // { url, width, height }
    this.status = "";
    this.address = "";
    this.numbers = [null];
    this.scales = [preview.width / width];
  }

  deepen({ address, levels }) {
    this.address = address;
    for (const { level, width } of levels) {
      const halvings = Math.round(Math.log2(this.dimensions.x / width));
      this.numbers.push(level);
      this.scales.push(2 ** -halvings);
    }
    this.maxLevel = this.scales.length - 1;
  }

  getLevelScale(level) {
    return this.scales[level];
  }

  getTileWidth(level) {
    return level === 0 ? this.preview.width : TILE;
  }

  getTileHeight(level) {
    return level === 0 ? this.preview.height : TILE;
  }

  getNumTiles(level) {
    return level === 0 ? new OpenSeadragon.Point(1, 1) : super.getNumTiles(level);
  }

  getTileUrl(level, column, row) {
    if (level === 0) return this.preview.url;
    return this.address.replace("LEVEL", this.numbers[level]).replace("COLUMN", column).replace("ROW", row);
  }

  hasTransparency() {
    return this.kind === "mask";
  }

  /* Asks the server for the tiles of a picture until they are there, as long as `wanted()` says so. */
  async ask(url, wanted) {
    if (this.status) return;
    this.status = "making";
    while (wanted()) {
      const answer = await fetch(url).then((response) => (response.ok ? response.json() : null), () => null);
      if (answer?.state === "making") {
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
        continue;
      }
      this.status = answer?.state ?? "unavailable";
      if (this.status === "ready") this.deepen(answer);
      return;
    }
    this.status = "";
  }
}

/* A viewer in `element` with the sources lying in their order; resolves to { osd, items } when all are there. */
export async function openDeep(element, sources, options = {}) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const osd = OpenSeadragon({
    element,
    drawer: "canvas",
    showNavigationControl: false,
    keyboardNavEnabled: false,
    gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    gestureSettingsTouch: { flickEnabled: false, pinchRotate: false },
    gestureSettingsPen: { clickToZoom: false, dblClickToZoom: true },
    animationTime: calm ? 0 : 0.25,
    springStiffness: 10,
    blendTime: 0,
    zoomPerScroll: 1.3,
    minZoomImageRatio: 1,
    maxZoomPixelRatio: MOST_ZOOM,
    visibilityRatio: 0.5, // what is under the pointer must be able to stay there
    constrainDuringPan: true,
    maxTilesPerFrame: 4,
    ...options,
  });
  const items = new Map();
  for (const source of sources) {
    await new Promise((resolve) => {
      osd.addTiledImage({
        tileSource: source,
        opacity: 0,
        success: ({ item }) => {
          items.set(source.kind, item);
          resolve();
        },
      });
    });
  }
  osd.addHandler("zoom", ({ zoom }) => {
    const scale = osd.world.getItemAt(0).viewportToImageZoom(zoom) * devicePixelRatio;
    osd.drawer.setImageSmoothingEnabled(scale <= SMOOTH_UP_TO);
  });
  return { osd, items };
}

/* What is seen of each picture. shown: a Map of kind to the share of the width up to which it is seen, 0..1. */
export function show({ items }, shown) {
  for (const [kind, item] of items) {
    const share = shown.get(kind) ?? 0;
    const size = item.source.dimensions;
    // A clip that is set, even to what it was, is drawn anew, and calls here again: for as long as the page is open.
    const clip = share < 1 ? share * size.x : null;
    if (share > 0 && (item.getClip()?.width ?? null) !== clip) {
      item.setClip(clip === null ? null : new OpenSeadragon.Rect(0, 0, clip, size.y));
    }
    const opacity = share > 0 ? 1 : 0;
    if (item.opacity !== opacity) item.setOpacity(opacity);
  }
}

/* Draws what the sources were told of meanwhile: OpenSeadragon looks for other tiles only when an item changes. */
export function renew({ osd, items }) {
  for (const item of items.values()) item.setClip(item.getClip());
  osd.forceRedraw();
}

/* How many of the screen's own pixels one of the photograph's takes. */
export function imageScale({ osd, items }, current = false) {
  return items.values().next().value.viewportToImageZoom(osd.viewport.getZoom(current)) * devicePixelRatio;
}

/* The photograph's box in the viewer's element: { left, top, width, height } in CSS pixels. */
export function frame({ items }) {
  const item = items.values().next().value;
  const size = item.source.dimensions;
  const from = item.imageToViewerElementCoordinates(new OpenSeadragon.Point(0, 0));
  const to = item.imageToViewerElementCoordinates(new OpenSeadragon.Point(size.x, size.y));
  return { left: from.x, top: from.y, width: to.x - from.x, height: to.y - from.y };
}

export const isWhole = ({ osd }) => osd.viewport.getZoom() <= osd.viewport.getHomeZoom() * 1.001;
