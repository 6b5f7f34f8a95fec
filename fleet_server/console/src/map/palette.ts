/** The map's colours; the panels' are in styles/tokens.css. */
import type { Theme } from "../store/store";

export interface Palette {
  ground: string;
  road: string;
  park: string;
  water: string;
  square: string;
  building: string;
  buildingEdge: string;
  wayCasing: string;
  ways: Record<string, string>; // by way_class
  zebra: string;
  text: string;
  textMuted: string;
  halo: string;
  route: string;
  routeCasing: string;
  trail: string;
  checkpoint: string;
  checkpointFill: string;
  chosen: string;
  onChosen: string;
  alarm: string;
  zones: Record<string, string>; // by zone kind
}

export const PALETTES: Record<Theme, Palette> = {
  dark: {
    ground: "#0c1315",
    road: "#1b272b",
    park: "#10221d",
    water: "#0f2733",
    square: "#161f22",
    building: "#1a272b",
    buildingEdge: "#2d3f45",
    wayCasing: "#0a1012",
    ways: {
      street: "#33454c",
      alley: "#2a3a40",
      pavement: "#3b4e56",
      park_path: "#2d4d3a",
      service: "#29353a",
      crosswalk: "#33454c",
    },
    zebra: "#8fa3a6",
    text: "#c9d6d4",
    textMuted: "#8ea3a5",
    halo: "#0c1315",
    route: "#86d2bb",
    routeCasing: "#0c1315",
    trail: "#4fae93",
    checkpoint: "#a9bdbd",
    checkpointFill: "#0f181b",
    chosen: "#86d2bb",
    onChosen: "#08110f",
    alarm: "#ff5b49",
    zones: {
      keep_out: "#e8604f",
      school: "#e5c15a",
      speed_limit: "#d89a55",
      quiet: "#7fa6d8",
      no_record: "#b493dd",
      restricted: "#e07aa0",
      no_loitering: "#9fb0ba",
      watched_property: "#8f9ae6",
      patrol_area: "#5f9c8b",
    },
  },
  light: {
    ground: "#e6ebea",
    road: "#d5dddc",
    park: "#cfe3d3",
    water: "#bcdbe8",
    square: "#dfe4e3",
    building: "#cdd6d5",
    buildingEdge: "#b6c2c1",
    wayCasing: "#c4cecd",
    ways: {
      street: "#ffffff",
      alley: "#f7f9f9",
      pavement: "#fdfdfb",
      park_path: "#eef6ee",
      service: "#f0f2f2",
      crosswalk: "#ffffff",
    },
    zebra: "#93a3a3",
    text: "#22302f",
    textMuted: "#566766",
    halo: "#f2f5f4",
    route: "#12745c",
    routeCasing: "#ffffff",
    trail: "#2a947a",
    checkpoint: "#3f5352",
    checkpointFill: "#ffffff",
    chosen: "#12745c",
    onChosen: "#ffffff",
    alarm: "#d3301f",
    zones: {
      keep_out: "#c9392a",
      school: "#b48a12",
      speed_limit: "#b5701f",
      quiet: "#3d6fb0",
      no_record: "#7d55b5",
      restricted: "#b23a6e",
      no_loitering: "#5c6f7a",
      watched_property: "#3949ab",
      patrol_area: "#3c8a76",
    },
  },
};
