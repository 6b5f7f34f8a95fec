/** Where somebody was seen last, as a mark on the map. */
import { type Map as MapLibre, Marker } from "maplibre-gl";
import type { LonLat } from "../api/types";

export class LastSeenMarker {
  private marker: Marker | null = null;

  constructor(private readonly map: MapLibre) {}

  /** Put it there, or take it away. */
  show(place: LonLat | null, label: string): void {
    if (!place) {
      this.marker?.remove();
      this.marker = null;
      return;
    }
    this.marker ??= this.create(place);
    this.marker.setLngLat(place);
    const name = this.marker.getElement().lastElementChild;
    if (name) name.textContent = label;
  }

  private create(place: LonLat): Marker {
    const element = document.createElement("div");
    element.className = "last-seen-marker";
    element.dataset["testid"] = "last-seen";
    element.append(document.createElement("i"), document.createElement("span"));
    return new Marker({ element, anchor: "center" }).setLngLat(place).addTo(this.map);
  }
}
