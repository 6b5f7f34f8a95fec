/** A colour for each vehicle of a plan, the same on the map and in the panel. */
import type { Theme } from "../store/store";

// Eight hues that a colour-blind eye keeps apart by lightness; none is the alarm's vermilion.
const COLOURS: Record<Theme, readonly string[]> = {
  dark: ["#86d2bb", "#8fb4f0", "#f0c66f", "#d7a2e8", "#b6d66a", "#6fd0e6", "#e8a98a", "#c3c9cf"],
  light: ["#12745c", "#2a5db0", "#8a6100", "#8a3fa5", "#55750a", "#0a7189", "#a1532b", "#525c66"],
};

export function teamColour(number: number, theme: Theme): string {
  const colours = COLOURS[theme];
  return colours[number % colours.length] ?? "#888888";
}
