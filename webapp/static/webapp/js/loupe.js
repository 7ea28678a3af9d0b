/* The loupe: a round glass over the picture that shows what lies under it larger, with the divider and the veil as they
   are. It is a second look through the same layers, so it fetches what is needed for its own sharpness. */

import { imageScale, openDeep, show } from "./deep.js";

const { OpenSeadragon } = window;
const LEAST_ZOOM = 2;

export class Loupe {
  /* stage: the element the glass lies in. view: the viewer under it. */
  constructor(stage, view, sources) {
    this.stage = stage;
    this.view = view;
    this.sources = sources;
    this.spot = null;
    this.glass = document.createElement("div");
    this.glass.className = "loupe";
    this.glass.hidden = true;
    this.glass.setAttribute("aria-hidden", "true");
    stage.append(this.glass);
  }

  get open() {
    return !this.glass.hidden;
  }

  over({ clientX, clientY }) {
    const box = this.stage.getBoundingClientRect();
    this.spot = { x: clientX - box.left, y: clientY - box.top };
    this.draw();
  }

  draw(shown = this.shown) {
    this.shown = shown;
    if (!this.open || !this.lens) return;
    const { viewport } = this.view.osd;
    const lens = this.lens.osd.viewport;
    this.glass.style.left = `${this.spot.x}px`;
    this.glass.style.top = `${this.spot.y}px`;
    show(this.lens, shown);
    const scale = Math.max(LEAST_ZOOM * imageScale(this.view, true), 1);
    const item = this.lens.items.values().next().value;
    lens.zoomTo(item.imageToViewportZoom(scale / devicePixelRatio), null, true);
    lens.panTo(viewport.viewerElementToViewportCoordinates(new OpenSeadragon.Point(this.spot.x, this.spot.y)), true);
  }

  /* Of the photograph's pixels, how many of the screen's it shows for one: what decides whether tiles are needed. */
  get scale() {
    return this.open ? Math.max(LEAST_ZOOM * imageScale(this.view), 1) : 0;
  }

  async toggle() {
    this.glass.hidden = !this.glass.hidden;
    if (!this.open) return;
    this.spot ??= { x: this.stage.clientWidth / 2, y: this.stage.clientHeight / 2 };
    this.opening ??= openDeep(this.glass, this.sources, {
      mouseNavEnabled: false,
      tabIndex: -1,
      visibilityRatio: 0,
      minZoomImageRatio: 0,
      maxZoomPixelRatio: 64,
      animationTime: 0,
    });
    this.lens = await this.opening;
    this.draw();
  }

  close() {
    this.glass.hidden = true;
  }
}
