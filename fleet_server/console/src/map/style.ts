/** The whole map style: our own data only, no tiles, no glyph server (Korean is drawn locally). */
import type { FeatureCollection } from "geojson";
import type {
  DataDrivenPropertyValueSpecification,
  ExpressionSpecification,
  LayerSpecification,
  StyleSpecification,
} from "maplibre-gl";
import type { Theme } from "../store/store";
import { type Palette, PALETTES } from "./palette";

export const MAP_FONT = "Noto Sans KR Variable";
export const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };
/** Sources that change while the map is open. */
export const LIVE_SOURCES = ["checkpoints", "plan", "closed", "route", "trail", "sigma"] as const;
export type LiveSource = (typeof LIVE_SOURCES)[number];

const EQUATOR_M = 40075016.686;
const TILE_PX = 512;
const MAX_ZOOM = 24;

type Filter = ExpressionSpecification;

function layerIs(layer: string): Filter {
  return ["==", ["get", "layer"], layer];
}

/** A width in metres as pixels that grow with the zoom, so that a street has its true width. */
function metres(
  width: ExpressionSpecification,
  latitudeDeg: number,
): DataDrivenPropertyValueSpecification<number> {
  const pxPerM = TILE_PX / (EQUATOR_M * Math.cos((latitudeDeg * Math.PI) / 180));
  return [
    "interpolate",
    ["exponential", 2],
    ["zoom"],
    0,
    ["*", width, pxPerM],
    MAX_ZOOM,
    ["*", width, pxPerM * 2 ** MAX_ZOOM],
  ];
}

const WIDTH: ExpressionSpecification = ["coalesce", ["get", "width_m"], 3];

function byClass(palette: Palette): ExpressionSpecification {
  const cases = Object.entries(palette.ways).flat() as [string, string];
  return ["match", ["get", "way_class"], ...cases, palette.ways["street"] ?? palette.road];
}

function byZone(palette: Palette): ExpressionSpecification {
  const cases = Object.entries(palette.zones).flat() as [string, string];
  return ["match", ["get", "kind"], ...cases, palette.textMuted];
}

function groundLayers(p: Palette): LayerSpecification[] {
  return [
    { id: "ground", type: "background", paint: { "background-color": p.ground } },
    {
      id: "areas",
      type: "fill",
      source: "district",
      filter: layerIs("area"),
      paint: { "fill-color": [
          "match",
          ["get", "kind"],
          "park",
          p.park,
          "water",
          p.water,
          "road",
          p.road,
          p.square,
        ] },
    },
  ];
}

function wayLayers(p: Palette, latitude: number): LayerSpecification[] {
  const edges = layerIs("edge");
  const round = { "line-cap": "round", "line-join": "round" } as const;
  const isCrosswalk: Filter = ["==", ["get", "way_class"], "crosswalk"];
  return [
    {
      id: "ways-casing",
      type: "line",
      source: "district",
      filter: edges,
      layout: round,
      paint: {
        "line-color": p.wayCasing,
        "line-width": metres(["+", WIDTH, 1.2], latitude),
      },
    },
    {
      id: "ways",
      type: "line",
      source: "district",
      filter: edges,
      layout: round,
      paint: { "line-color": byClass(p), "line-width": metres(WIDTH, latitude) },
    },
    {
      id: "crosswalks",
      type: "line",
      source: "district",
      filter: ["all", edges, isCrosswalk],
      paint: {
        "line-color": p.zebra,
        "line-opacity": 0.75,
        "line-width": metres(WIDTH, latitude),
        "line-dasharray": [0.14, 0.14],
      },
    },
  ];
}

function zoneLayers(p: Palette): LayerSpecification[] {
  const zones = layerIs("zone");
  const isArea: Filter = ["==", ["get", "kind"], "patrol_area"];
  const ruled: Filter = ["all", zones, ["!", isArea]];
  return [
    {
      id: "zones-tint",
      type: "fill",
      source: "district",
      filter: ruled,
      paint: { "fill-color": byZone(p), "fill-opacity": 0.07 },
    },
    {
      id: "zones-hatch",
      type: "fill",
      source: "district",
      filter: ruled,
      paint: {
        "fill-pattern": ["image", ["concat", "zone-", ["get", "kind"]]],
        "fill-opacity": ["match", ["get", "kind"], "keep_out", 0.5, 0.28],
      },
    },
    {
      id: "zones-outline",
      type: "line",
      source: "district",
      filter: ruled,
      paint: { "line-color": byZone(p), "line-width": 1.5, "line-opacity": 0.75 },
    },
    {
      id: "patrol-area",
      type: "line",
      source: "district",
      filter: ["all", zones, isArea],
      paint: {
        "line-color": byZone(p),
        "line-width": 1.5,
        "line-opacity": 0.6,
        "line-dasharray": [4, 3],
      },
    },
  ];
}

function buildingLayers(p: Palette): LayerSpecification[] {
  const buildings = layerIs("building");
  return [
    {
      id: "buildings",
      type: "fill",
      source: "district",
      filter: buildings,
      paint: { "fill-color": p.building, "fill-outline-color": p.buildingEdge },
    },
    {
      id: "buildings-3d",
      type: "fill-extrusion",
      source: "district",
      filter: buildings,
      layout: { visibility: "none" },
      paint: {
        "fill-extrusion-color": p.buildingEdge,
        "fill-extrusion-height": ["coalesce", ["get", "height_m"], 6],
        "fill-extrusion-opacity": 0.72,
        "fill-extrusion-vertical-gradient": true,
      },
    },
  ];
}

function routeLayers(p: Palette): LayerSpecification[] {
  const round = { "line-cap": "round", "line-join": "round" } as const;
  const widths = (thin: number, thick: number): ExpressionSpecification => [
    "interpolate",
    ["linear"],
    ["zoom"],
    14,
    thin,
    19,
    thick,
  ];
  return [
    {
      id: "route-casing",
      type: "line",
      source: "route",
      layout: round,
      paint: { "line-color": p.routeCasing, "line-width": widths(5, 11), "line-opacity": 0.6 },
    },
    {
      id: "route",
      type: "line",
      source: "route",
      layout: round,
      paint: { "line-color": p.route, "line-width": widths(2, 4.5), "line-opacity": 0.6 },
    },
    {
      id: "trail",
      type: "line",
      source: "trail",
      layout: round,
      paint: {
        "line-width": widths(3.5, 8),
        "line-gradient": [
          "interpolate",
          ["linear"],
          ["line-progress"],
          0,
          "rgba(79,174,147,0)",
          1,
          p.trail,
        ],
      },
    },
    {
      id: "route-arrows",
      type: "symbol",
      source: "route",
      minzoom: 15.5,
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 90,
        "icon-image": "route-arrow",
        "icon-allow-overlap": true,
      },
      paint: { "icon-opacity": 0.95 },
    },
    {
      id: "sigma",
      type: "fill",
      source: "sigma",
      paint: { "fill-color": p.alarm, "fill-opacity": 0.16, "fill-outline-color": p.alarm },
    },
  ];
}

/** Who would drive where, side by side, and what is closed. */
function planLayers(p: Palette): LayerSpecification[] {
  const round = { "line-cap": "round", "line-join": "round" } as const;
  return [
    {
      id: "plan",
      type: "line",
      source: "plan",
      layout: round,
      paint: {
        "line-color": ["get", "colour"],
        "line-offset": ["*", ["get", "lane"], 4],
        "line-width": 3,
        "line-opacity": 0.95,
      },
    },
    {
      id: "closed",
      type: "line",
      source: "closed",
      paint: { "line-color": p.alarm, "line-width": 5, "line-dasharray": [1, 0.8] },
    },
  ];
}

function labelLayers(p: Palette): LayerSpecification[] {
  const font = { "text-font": [MAP_FONT] };
  const halo = { "text-halo-color": p.halo, "text-halo-width": 1.4 };
  return [
    {
      id: "way-labels",
      type: "symbol",
      source: "district",
      filter: layerIs("way-label"),
      minzoom: 15.2,
      layout: {
        ...font,
        "symbol-placement": "line",
        "symbol-spacing": 420,
        "text-field": ["get", "label"],
        "text-size": ["interpolate", ["linear"], ["zoom"], 15, 10, 19, 13],
        "text-letter-spacing": 0.04,
        "text-max-angle": 40,
      },
      paint: { ...halo, "text-color": p.textMuted },
    },
    {
      id: "zone-labels",
      type: "symbol",
      source: "district",
      filter: ["all", layerIs("zone"), ["!=", ["get", "kind"], "patrol_area"]],
      minzoom: 15.5,
      layout: { ...font, "text-field": ["get", "label"], "text-size": 11.5, "text-max-width": 9 },
      paint: { ...halo, "text-color": byZone(p) },
    },
    {
      id: "docks",
      type: "symbol",
      source: "district",
      filter: layerIs("dock"),
      layout: {
        ...font,
        "icon-image": "dock",
        "icon-allow-overlap": true,
        "text-field": ["step", ["zoom"], "", 16, ["get", "label"]],
        "text-size": 11.5,
        "text-offset": [0, 1.3],
        "text-anchor": "top",
        "text-optional": true,
      },
      paint: { ...halo, "text-color": p.text },
    },
    {
      id: "checkpoints",
      type: "symbol",
      source: "checkpoints",
      layout: {
        ...font,
        "icon-image": ["concat", "checkpoint-", ["get", "look"]],
        "icon-allow-overlap": true,
        "text-field": ["step", ["zoom"], "", 16, ["get", "label"]],
        "text-size": 11.5,
        "text-offset": [0, 1.1],
        "text-anchor": "top",
        "text-max-width": 12,
        "text-optional": true,
      },
      paint: { ...halo, "text-color": p.text },
    },
    {
      id: "checkpoint-numbers",
      type: "symbol",
      source: "checkpoints",
      filter: ["has", "number"],
      layout: {
        ...font,
        "text-field": ["to-string", ["get", "number"]],
        "text-size": 12,
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": p.onChosen },
    },
  ];
}

/** The style of a district in a theme; live sources start empty. */
export function districtStyle(
  district: FeatureCollection,
  latitudeDeg: number,
  theme: Theme,
): StyleSpecification {
  const p = PALETTES[theme];
  const empty = (lineMetrics = false) => ({ type: "geojson" as const, data: EMPTY, lineMetrics });
  return {
    version: 8,
    sources: {
      district: { type: "geojson", data: district, maxzoom: 20 },
      checkpoints: empty(),
      plan: empty(),
      closed: empty(),
      route: empty(),
      trail: empty(true),
      sigma: empty(),
    },
    layers: [
      ...groundLayers(p),
      ...wayLayers(p, latitudeDeg),
      ...zoneLayers(p),
      ...buildingLayers(p),
      ...planLayers(p),
      ...routeLayers(p),
      ...labelLayers(p),
    ],
  };
}
