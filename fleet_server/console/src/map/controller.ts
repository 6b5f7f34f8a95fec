/** MapLibre behind one small object; React tells it what to show. */
import type { Feature, FeatureCollection } from "geojson";
import {
  type GeoJSONSource,
  type LngLatBoundsLike,
  Map as MapLibre,
  type MapMouseEvent,
  ScaleControl,
  setWorkerUrl,
  type StyleSpecification,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Language, LonLat } from "../api/types";
import type { DistrictMap, Theme } from "../store/store";
import { drawImage, PIXEL_RATIO } from "./images";
import { PALETTES } from "./palette";
import { prepareForDrawing } from "./prepare";
import { districtStyle, EMPTY, LIVE_SOURCES, type LiveSource, MAP_FONT } from "./style";

// Bundled beside the page: a strict security policy (`worker-src 'self'`) lets it run.
setWorkerUrl(workerUrl);

const FIT_PADDING_PX = 28;
const FIT_MS = 600;
const CLOSE_ZOOM = 18.2;
const TILT_DEG = 52;
const MARGIN_DEG = 0.02; // how far beyond the map a person can wander, about 2 km

export interface MapEvents {
  onCheckpoint(checkpointId: string): void;
  onStreet(edgeId: number): void;
  onBackground(): void;
  onPlace(place: LonLat): boolean; // true: the place itself was wanted
  onUserMove(): void;
}

export class MapController {
  readonly map: MapLibre;
  private readonly data = new Map<LiveSource, FeatureCollection>();
  private tilted = false;
  private showsAll = true; // nobody has looked closer since

  constructor(
    container: HTMLElement,
    private readonly district: DistrictMap,
    private theme: Theme,
    private language: Language,
    events: MapEvents,
  ) {
    const [west, south, east, north] = district.summary.bounds_wgs84;
    this.map = new MapLibre({
      container,
      style: this.style(),
      bounds: this.bounds,
      fitBoundsOptions: { padding: FIT_PADDING_PX },
      maxBounds: [
        [west - MARGIN_DEG, south - MARGIN_DEG],
        [east + MARGIN_DEG, north + MARGIN_DEG],
      ],
      maxZoom: 21,
      maxPitch: 65,
      attributionControl: false,
      localIdeographFontFamily: `"${MAP_FONT}", sans-serif`,
      keyboard: false, // the arrow keys move through the incident queue
      fadeDuration: 150,
    });
    this.map.addControl(new ScaleControl({ maxWidth: 110 }), "bottom-left");
    this.map.setMissingStyleImageResolver((name) => this.addImage(name));
    this.map.on("style.load", () => this.refill());
    this.map.on("click", (event) => this.click(event, events));
    this.map.on("mouseenter", "checkpoints", () => this.setCursor("pointer"));
    this.map.on("mouseleave", "checkpoints", () => this.setCursor(""));
    for (const type of ["dragstart", "wheel", "rotatestart"] as const) {
      this.map.on(type, () => {
        this.showsAll = false;
        events.onUserMove();
      });
    }
    // Panels take their width after the map has its own: what was to be seen whole stays so.
    this.map.on("resize", () => {
      if (this.showsAll) this.fitAll(0);
    });
  }

  private get bounds(): LngLatBoundsLike {
    const [west, south, east, north] = this.district.summary.bounds_wgs84;
    return [
      [west, south],
      [east, north],
    ];
  }

  private style(): StyleSpecification {
    const [, south, , north] = this.district.summary.bounds_wgs84;
    const features = prepareForDrawing(this.district.geojson, this.language) as Feature[];
    return districtStyle(
      { type: "FeatureCollection", features },
      (south + north) / 2,
      this.theme,
    );
  }

  private addImage(name: string): void {
    const image = drawImage(name, PALETTES[this.theme]);
    if (image && !this.map.hasImage(name)) {
      this.map.addImage(name, image, { pixelRatio: PIXEL_RATIO });
    }
  }

  private refill(): void {
    for (const name of LIVE_SOURCES) this.show(name, this.data.get(name) ?? EMPTY);
    this.applyTilt();
  }

  private click(event: MapMouseEvent, events: MapEvents): void {
    if (events.onPlace([event.lngLat.lng, event.lngLat.lat])) return;
    const { x, y } = event.point;
    const near: [[number, number], [number, number]] = [
      [x - 10, y - 10],
      [x + 10, y + 10],
    ];
    const [hit] = this.map.queryRenderedFeatures(near, { layers: ["checkpoints"] });
    if (hit) return events.onCheckpoint(String(hit.properties["id"]));
    const [street] = this.map.queryRenderedFeatures(near, { layers: ["ways"] });
    if (street) events.onStreet(Number(street.properties["id"]));
    else events.onBackground();
  }

  private setCursor(cursor: string): void {
    this.map.getCanvas().style.cursor = cursor;
  }

  /** Put new features into a live source. */
  show(name: LiveSource, data: FeatureCollection): void {
    this.data.set(name, data);
    (this.map.getSource(name) as GeoJSONSource | undefined)?.setData(data);
  }

  /** Redraw in other colours or another language, keeping the view. */
  restyle(theme: Theme, language: Language): void {
    if (theme === this.theme && language === this.language) return;
    this.theme = theme;
    this.language = language;
    this.map.setStyle(this.style(), { diff: false });
  }

  fitAll(duration = FIT_MS): void {
    this.showsAll = true;
    this.map.fitBounds(this.bounds, {
      duration,
      padding: FIT_PADDING_PX,
      pitch: this.tilted ? TILT_DEG : 0,
      bearing: 0,
    });
  }

  goTo(position: LonLat): void {
    this.showsAll = false;
    const zoom = Math.max(this.map.getZoom(), CLOSE_ZOOM);
    this.map.flyTo({ center: position, zoom, duration: 900, essential: true });
  }

  /** Keep a moving vehicle in the middle. */
  centreOn(position: LonLat): void {
    this.showsAll = false;
    this.map.jumpTo({ center: position });
  }

  zoomBy(step: number): void {
    this.showsAll = false;
    this.map.zoomTo(this.map.getZoom() + step, { duration: 200 });
  }

  toggleTilt(): boolean {
    this.showsAll = false;
    this.tilted = !this.tilted;
    this.applyTilt();
    this.map.easeTo({
      pitch: this.tilted ? TILT_DEG : 0,
      bearing: this.tilted ? -22 : 0,
      duration: 600,
    });
    return this.tilted;
  }

  private applyTilt(): void {
    const show = (layer: string, visible: boolean) =>
      this.map.setLayoutProperty(layer, "visibility", visible ? "visible" : "none");
    show("buildings-3d", this.tilted);
    show("buildings", !this.tilted);
  }

  remove(): void {
    this.map.remove();
  }
}
