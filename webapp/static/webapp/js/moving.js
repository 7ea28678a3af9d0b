/* Closer, farther, to the side: buttons, keys, wheel and fingers; and the viewer over the whole window. */

import { imageScale, isWhole } from "./deep.js";

const { OpenSeadragon } = window;
const STEP = 1.5;
const PAN_SHARE = 0.15; // of what is seen, at one press of an arrow key

export function wireMoving(viewer, view, { nudge }) {
  const { osd } = view;
  const { viewport } = osd;
  const bench = viewer.closest(".bench");
  const percent = viewer.querySelector("[data-percent]");
  const button = (name) => viewer.querySelector(`[data-zoom=${name}]`);
  const number = new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 0 });

  function zoom(factor) {
    viewport.zoomBy(factor);
    viewport.applyConstraints();
  }

  function pan(x, y) {
    const seen = viewport.getBounds();
    viewport.panBy(new OpenSeadragon.Point(x * PAN_SHARE * seen.width, y * PAN_SHARE * seen.height));
    viewport.applyConstraints();
  }

  const home = (now = false) => viewport.goHome(now);

  function tell() {
    const whole = isWhole(view);
    percent.textContent = number.format(imageScale(view));
    button("out").disabled = button("whole").disabled = whole;
    button("in").disabled = viewport.getZoom() >= viewport.getMaxZoom() * 0.999;
    /* With the whole in sight a finger that strokes upward moves the page, not the picture. */
    const free = whole && !viewer.classList.contains("correcting") && !fills();
    for (const part of [osd.element, osd.container, osd.canvas]) part.style.touchAction = free ? "pan-y" : "none";
  }

  const fills = () => bench.classList.contains("fills");

  function fill(now) {
    bench.classList.toggle("fills", now);
    document.documentElement.classList.toggle("filled", now);
    button("fill").setAttribute("aria-pressed", String(now));
    for (let part = bench; part !== document.body; part = part.parentElement) {
      for (const other of part.parentElement.children) if (other !== part) other.inert = now;
    }
    if (now) window.scrollTo(0, 0);
  }

  /* A wheel that would move the page does so; it brings the picture closer where the page is at its top, and once it is
     close. A pinch on a touchpad comes as a wheel with Ctrl. */
  viewer.querySelector(".stage").addEventListener(
    "wheel",
    (event) => {
      const scrolls = isWhole(view) && !fills() && (event.deltaY > 0 || window.scrollY > 1);
      if (scrolls && !event.ctrlKey) event.stopPropagation();
    },
    { capture: true, passive: true },
  );

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const KEYS = {
    "+": () => zoom(STEP),
    "=": () => zoom(STEP),
    "-": () => zoom(1 / STEP),
    0: () => home(),
  };

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in ARROWS && event.target === osd.canvas) {
      const [x, y] = ARROWS[event.key];
      if (!isWhole(view)) pan(x, y);
      else if (x) nudge(x);
      else return;
    } else if (event.key in KEYS) KEYS[event.key]();
    else if (event.code === "KeyF") fill(!fills());
    else if (event.key === "Escape" && fills()) fill(false);
    else return;
    event.preventDefault();
  }

  button("in").addEventListener("click", () => zoom(STEP));
  button("out").addEventListener("click", () => zoom(1 / STEP));
  button("whole").addEventListener("click", () => home());
  button("fill").addEventListener("click", () => fill(!fills()));
  let whole = true;
  osd.addHandler("zoom", ({ immediately }) => {
    whole = isWhole(view);
    if (whole) viewport.panTo(viewport.getHomeBounds().getCenter(), immediately);
    tell();
  });
  /* The whole stays the whole in another window; OpenSeadragon would keep the scale, and does so after this event. */
  osd.addHandler("resize", () => {
    if (whole) queueMicrotask(() => home(true));
  });
  viewer.querySelector(".zooming").hidden = false;
  osd.canvas.setAttribute("role", "group");
  osd.canvas.setAttribute("aria-label", osd.element.dataset.label);

  /* Once OpenSeadragon has seen that its place has another size. */
  async function resized() {
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
    tell();
  }

  return { home, tell, resized, listenForKeys: () => bench.addEventListener("keydown", onKey) };
}
