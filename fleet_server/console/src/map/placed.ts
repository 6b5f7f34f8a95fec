/** Where an operator says that a vehicle stands, and where its front points, on the map. */
import { type Map as MapLibre, Marker } from "maplibre-gl";
import type { LonLat } from "../api/types";
import { compassDeg } from "../lib/geo";
import { ARROW } from "./markers";

const SVG = "http://www.w3.org/2000/svg";

export class PlacedMarker {
  private marker: Marker | null = null;

  constructor(private readonly map: MapLibre) {}

  /** Put it there (a ring while its heading is unknown), or take it away. */
  show(place: LonLat | null, headingRad: number | null): void {
    if (!place) {
      this.marker?.remove();
      this.marker = null;
      return;
    }
    this.marker ??= this.create(place);
    this.marker.setLngLat(place).setRotation(headingRad === null ? 0 : compassDeg(headingRad));
    this.marker.getElement().classList.toggle("turned", headingRad !== null);
  }

  private create(place: LonLat): Marker {
    const element = document.createElement("div");
    element.className = "placed-marker";
    element.dataset["testid"] = "placed";
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "-14 -14 28 28");
    const arrow = document.createElementNS(SVG, "path");
    arrow.setAttribute("d", ARROW);
    svg.append(arrow);
    element.append(document.createElement("i"), svg);
    return new Marker({ element, anchor: "center", rotationAlignment: "map" })
      .setLngLat(place)
      .addTo(this.map);
  }
}
