/** A colour for each vehicle of a plan: the same on the map and in the panel, and in the next plan. */
import type { Theme } from "../store/store";

// Eight hues that a colour-blind eye keeps apart by lightness; none is the alarm's vermilion.
const COLOURS: Record<Theme, readonly string[]> = {
  dark: ["#86d2bb", "#8fb4f0", "#f0c66f", "#d7a2e8", "#b6d66a", "#6fd0e6", "#e8a98a", "#c3c9cf"],
  light: ["#12745c", "#2a5db0", "#8a6100", "#8a3fa5", "#55750a", "#0a7189", "#a1532b", "#525c66"],
};

/** By vehicle id. The number in its name decides, so that a vehicle keeps its colour when another
 *  drops out; of two with the same one, the later takes the next that is free. */
export function teamColours(vehicleIds: readonly string[], theme: Theme): Map<string, string> {
  const colours = COLOURS[theme];
  const free = new Set(colours.keys());
  const found = new Map<string, string>();
  for (const id of [...vehicleIds].sort()) {
    const digits = /(\d+)\D*$/.exec(id)?.[1] ?? String(id.length);
    const wished = (Number(digits) + colours.length - 1) % colours.length;
    const slots = [...colours.keys()].map((i) => (wished + i) % colours.length);
    const slot = slots.find((i) => free.has(i)) ?? wished; // of a larger team some share one
    free.delete(slot);
    found.set(id, colours[slot] ?? "#888888");
  }
  return found;
}
