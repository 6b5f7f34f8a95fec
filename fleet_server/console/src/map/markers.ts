/** Vehicles and incidents on the map, as HTML: crisp at every zoom, styled by the page. */
import { type Map as MapLibre, Marker } from "maplibre-gl";
import type { IncidentView } from "../api/incidentTypes";
import { compassDeg } from "../lib/geo";
import type { Condition, Tone } from "../store/condition";
import { Motion, type Pose } from "./motion";

export const ARROW = "M0-11 8.2 9.2 0 5.2-8.2 9.2Z";
const MANY_VEHICLES = 60; // above this, names show only from near or under the pointer

export interface VehicleLook {
  id: string;
  label: string;
  detail: string;
  condition: Condition;
  tone: Tone;
  selected: boolean;
  position: { longitude: number; latitude: number; headingRad: number };
}

interface VehicleMarker {
  marker: Marker;
  element: HTMLElement;
  arrow: SVGElement;
  label: HTMLElement;
  detail: HTMLElement;
  motion: Motion;
  key: string;
  drawn: string;
}

export class VehicleMarkers {
  private readonly markers = new Map<string, VehicleMarker>();
  private frame = 0;

  constructor(
    private readonly map: MapLibre,
    private readonly onClick: (vehicleId: string) => void,
    private readonly onMoved: (vehicleId: string, pose: Pose) => void,
  ) {
    map.on("rotate", this.draw);
  }

  update(looks: VehicleLook[]): void {
    const now = performance.now();
    const seen = new Set(looks.map((look) => look.id));
    for (const [id, entry] of this.markers) {
      if (!seen.has(id)) {
        entry.marker.remove();
        this.markers.delete(id);
      }
    }
    for (const look of looks) this.updateOne(look, now);
    this.map.getContainer().classList.toggle("many-vehicles", looks.length > MANY_VEHICLES);
    this.draw();
  }

  poseOf(vehicleId: string): Pose | null {
    return this.markers.get(vehicleId)?.motion.at(performance.now()) ?? null;
  }

  private updateOne(look: VehicleLook, now: number): void {
    const { longitude, latitude, headingRad } = look.position;
    const pose: Pose = { position: [longitude, latitude], compassDeg: compassDeg(headingRad) };
    const key = `${longitude},${latitude},${headingRad}`;
    let entry = this.markers.get(look.id);
    if (!entry) {
      entry = this.create(look.id, pose, now);
      this.markers.set(look.id, entry);
    } else if (entry.key !== key) {
      entry.motion.moveTo(pose, now);
    }
    entry.key = key;
    entry.element.className = [
      "maplibregl-marker vehicle-marker",
      `tone-${look.tone}`,
      look.selected ? "selected" : "",
    ].join(" ");
    entry.element.dataset["condition"] = look.condition;
    entry.label.textContent = look.label;
    entry.detail.textContent = look.detail;
  }

  private create(id: string, pose: Pose, now: number): VehicleMarker {
    const element = document.createElement("div");
    element.dataset["vehicle"] = id;
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "-14 -14 28 28");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", ARROW);
    svg.append(path);
    const text = document.createElement("div");
    text.className = "vehicle-tag";
    const label = document.createElement("b");
    const detail = document.createElement("span");
    text.append(label, detail);
    element.append(svg, text);
    element.addEventListener("click", (event) => {
      event.stopPropagation();
      this.onClick(id);
    });
    const marker = new Marker({ element }).setLngLat(pose.position).addTo(this.map);
    const motion = new Motion(pose, now);
    return { marker, element, arrow: svg, label, detail, motion, key: "", drawn: "" };
  }

  /** Move every marker to where it is now; goes on by itself while any of them glides. */
  private readonly draw = (): void => {
    cancelAnimationFrame(this.frame);
    const now = performance.now();
    const bearing = this.map.getBearing();
    let moving = false;
    for (const [id, entry] of this.markers) {
      const pose = entry.motion.at(now);
      const drawn = `${pose.position},${pose.compassDeg - bearing}`;
      if (drawn !== entry.drawn) {
        entry.drawn = drawn;
        entry.marker.setLngLat(pose.position);
        entry.arrow.style.transform = `rotate(${pose.compassDeg - bearing}deg)`;
        this.onMoved(id, pose);
      }
      moving ||= entry.motion.isMoving(now);
    }
    if (moving) this.frame = requestAnimationFrame(this.draw);
  };

  remove(): void {
    cancelAnimationFrame(this.frame);
    this.map.off("rotate", this.draw);
    for (const { marker } of this.markers.values()) marker.remove();
    this.markers.clear();
  }
}

export class IncidentMarkers {
  private readonly markers = new Map<string, { marker: Marker; element: HTMLElement }>();

  constructor(
    private readonly map: MapLibre,
    private readonly onClick: (incidentId: string) => void,
  ) {}

  update(incidents: IncidentView[], selectedId: string | null, title: (i: IncidentView) => string) {
    const placed = incidents.filter((i) => i.longitude_deg !== null && i.latitude_deg !== null);
    const seen = new Set(placed.map((incident) => incident.incident_id));
    for (const [id, { marker }] of this.markers) {
      if (seen.has(id)) continue;
      marker.remove();
      this.markers.delete(id);
    }
    for (const incident of placed) {
      const entry = this.markers.get(incident.incident_id) ?? this.create(incident.incident_id);
      const selected = incident.incident_id === selectedId;
      entry.marker.setLngLat([incident.longitude_deg as number, incident.latitude_deg as number]);
      entry.element.className = [
        "maplibregl-marker incident-marker",
        `severity-${incident.severity}`,
        `status-${incident.status}`,
        selected ? "selected" : "",
        incident.quieted ? "quieted" : "",
      ].join(" ");
      const name = entry.element.lastElementChild;
      if (name) name.textContent = title(incident);
    }
  }

  private create(id: string): { marker: Marker; element: HTMLElement } {
    const element = document.createElement("div");
    element.dataset["incident"] = id;
    const pin = document.createElement("i");
    pin.textContent = "!";
    element.append(pin, document.createElement("span"));
    element.addEventListener("click", (event) => {
      event.stopPropagation();
      this.onClick(id);
    });
    const marker = new Marker({ element, anchor: "bottom" }).setLngLat([0, 0]).addTo(this.map);
    const entry = { marker, element };
    this.markers.set(id, entry);
    return entry;
  }

  remove(): void {
    for (const { marker } of this.markers.values()) marker.remove();
    this.markers.clear();
  }
}
