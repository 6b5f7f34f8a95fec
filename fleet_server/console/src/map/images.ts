/** Icons and hatches, drawn when the map first asks for them: nothing is loaded from anywhere. */
import type { Palette } from "./palette";

export const PIXEL_RATIO = 2;

type Draw = (canvas: CanvasRenderingContext2D, size: number, palette: Palette) => void;

function disc(canvas: CanvasRenderingContext2D, size: number, fill: string, line: string): void {
  canvas.beginPath();
  canvas.arc(size / 2, size / 2, size / 2 - 3, 0, 2 * Math.PI);
  canvas.fillStyle = fill;
  canvas.fill();
  canvas.lineWidth = 3;
  canvas.strokeStyle = line;
  canvas.stroke();
}

function polyline(canvas: CanvasRenderingContext2D, size: number, points: [number, number][]): void {
  canvas.beginPath();
  for (const [x, y] of points) canvas.lineTo(x * size, y * size);
}

/** Diagonal lines that meet at the tile's edges. */
function hatch(canvas: CanvasRenderingContext2D, size: number, colour: string, both: boolean): void {
  canvas.strokeStyle = colour;
  canvas.lineWidth = 2.5;
  canvas.beginPath();
  for (const offset of [-size, 0, size]) {
    canvas.moveTo(offset - 4, size + 4);
    canvas.lineTo(offset + size + 4, -4);
    if (!both) continue;
    canvas.moveTo(offset - 4, -4);
    canvas.lineTo(offset + size + 4, size + 4);
  }
  canvas.stroke();
}

function dots(canvas: CanvasRenderingContext2D, size: number, colour: string): void {
  canvas.fillStyle = colour;
  for (const [x, y] of [
    [0.25, 0.25],
    [0.75, 0.75],
  ] as const) {
    canvas.beginPath();
    canvas.arc(x * size, y * size, size / 10, 0, 2 * Math.PI);
    canvas.fill();
  }
}

// name → size in canvas pixels, and how it is drawn
const IMAGES: Record<string, [number, Draw]> = {
  "checkpoint-plain": [36, (c, s, p) => disc(c, s, p.checkpointFill, p.checkpoint)],
  "checkpoint-todo": [36, (c, s, p) => disc(c, s, p.checkpointFill, p.chosen)],
  "checkpoint-chosen": [44, (c, s, p) => disc(c, s, p.chosen, p.halo)],
  "checkpoint-visited": [
    36,
    (c, s, p) => {
      disc(c, s, p.chosen, p.halo);
      polyline(c, s, [
        [0.32, 0.52],
        [0.45, 0.65],
        [0.7, 0.37],
      ]);
      c.lineWidth = 4;
      c.lineJoin = c.lineCap = "round";
      c.strokeStyle = p.onChosen;
      c.stroke();
    },
  ],
  dock: [
    44,
    (c, s, p) => {
      c.beginPath();
      c.roundRect(3, 3, s - 6, s - 6, 11);
      c.fillStyle = p.checkpointFill;
      c.fill();
      c.lineWidth = 3;
      c.strokeStyle = p.checkpoint;
      c.stroke();
      polyline(c, s, [
        [0.55, 0.2],
        [0.31, 0.56],
        [0.48, 0.56],
        [0.44, 0.8],
        [0.69, 0.44],
        [0.52, 0.44],
      ]);
      c.fillStyle = p.checkpoint;
      c.fill();
    },
  ],
  "route-arrow": [
    22,
    (c, s, p) => {
      polyline(c, s, [
        [0.34, 0.2],
        [0.68, 0.5],
        [0.34, 0.8],
      ]);
      c.lineWidth = 3.5;
      c.lineJoin = c.lineCap = "round";
      c.strokeStyle = p.route;
      c.stroke();
    },
  ],
  "zone-keep_out": [24, (c, s, p) => hatch(c, s, p.zones["keep_out"] ?? "", true)],
  "zone-school": [28, (c, s, p) => hatch(c, s, p.zones["school"] ?? "", false)],
  "zone-speed_limit": [36, (c, s, p) => hatch(c, s, p.zones["speed_limit"] ?? "", false)],
  "zone-no_record": [24, (c, s, p) => dots(c, s, p.zones["no_record"] ?? "")],
  "zone-restricted": [30, (c, s, p) => hatch(c, s, p.zones["restricted"] ?? "", true)],
  "zone-no_loitering": [32, (c, s, p) => dots(c, s, p.zones["no_loitering"] ?? "")],
  "zone-watched_property": [26, (c, s, p) => dots(c, s, p.zones["watched_property"] ?? "")],
  "zone-quiet": [32, (c, s, p) => dots(c, s, p.zones["quiet"] ?? "")],
};

/** Pixels of an image by name; null for a name that nothing here draws. */
export function drawImage(name: string, palette: Palette): ImageData | null {
  const [size, draw] = IMAGES[name] ?? [0, null];
  const element = document.createElement("canvas");
  element.width = element.height = size;
  const canvas = element.getContext("2d");
  if (!draw || !canvas) return null;
  draw(canvas, size, palette);
  return canvas.getImageData(0, 0, size, size);
}
