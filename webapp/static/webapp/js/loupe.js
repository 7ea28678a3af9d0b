/* The loupe: a round glass over the picture that shows what lies under it larger, with the divider and the veil as they are. */

const DIAMETER_PX = 220;
const LEAST_ZOOM = 2;

/* `picture` is the box whose img elements lie on one another; `clip(image)` says from which to which share of the
   width an image is seen, 0..1. Returns what the viewer needs of it. */
export function loupe(picture, clip) {
  const glass = document.createElement("canvas");
  const sharp = Math.max(1, window.devicePixelRatio);
  const brush = glass.getContext("2d");
  let spot = null;

  glass.className = "loupe";
  glass.width = glass.height = DIAMETER_PX * sharp;
  glass.hidden = true;
  glass.setAttribute("aria-hidden", "true");
  picture.append(glass);

  function draw() {
    if (glass.hidden) return;
    const box = picture.getBoundingClientRect();
    const [x, y] = [spot.x * box.width, spot.y * box.height];
    glass.style.left = `${x}px`;
    glass.style.top = `${y}px`;
    brush.clearRect(0, 0, glass.width, glass.height);
    const seen = [...picture.querySelectorAll("img")].filter((image) => getComputedStyle(image).display !== "none");
    seen.sort((a, b) => layer(a) - layer(b));
    for (const image of seen) stroke(image, box, x, y);
  }

  const layer = (image) => Number(getComputedStyle(image).zIndex) || 0;

  function stroke(image, box, x, y) {
    const zoom = Math.max(LEAST_ZOOM, image.naturalWidth / box.width) * sharp;
    const [from, to] = clip(image);
    const [left, right] = [(from * box.width - x) * zoom, (to * box.width - x) * zoom].map((at) => at + glass.width / 2);
    brush.save();
    brush.beginPath();
    brush.rect(left, 0, right - left, glass.height);
    brush.clip();
    brush.drawImage(image, glass.width / 2 - x * zoom, glass.height / 2 - y * zoom, box.width * zoom, box.height * zoom);
    brush.restore();
  }

  return {
    draw,
    over(event) {
      const box = picture.getBoundingClientRect();
      spot = { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
      draw();
    },
    toggle() {
      spot ??= { x: 0.5, y: 0.5 };
      glass.hidden = !glass.hidden;
      draw();
    },
    get open() {
      return !glass.hidden;
    },
    close() {
      glass.hidden = true;
    },
  };
}
