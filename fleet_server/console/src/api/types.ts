/** Everything the fleet server sends or takes under /api/v1; SI units, times in seconds since 1970 (UTC). */
import type { IncidentView, Suppression } from "./incidentTypes";
import type { FeatureCollection, Geometry } from "geojson";
import type { PlanSummary, Publication } from "./planTypes";
import type { SearchNews } from "./searchTypes";

export type Language = "ko" | "en";
export type LonLat = [number, number];

export interface User {
  username: string;
  role: "viewer" | "operator" | "privacy_officer" | "admin" | "city_signals";
  language: Language;
}

export interface Session {
  user: User;
}

export interface MapSummary {
  map_id: string;
  name: string;
  content_hash: string;
  origin: unknown;
  bounds_wgs84: [number, number, number, number]; // west, south, east, north
}

export type MapLayer =
  | "edge"
  | "node"
  | "zone"
  | "checkpoint"
  | "dock"
  | "crosswalk"
  | "building"
  | "area";

/** A feature's fields; which ones are there depends on its layer. */
export interface MapProperties {
  layer: MapLayer;
  id: string | number;
  name?: string;
  kind?: string;
  way_class?: string;
  width_m?: number;
  length_m?: number;
  start_id?: number;
  end_id?: number;
  node_id?: number;
  height_m?: number;
  speed_limit_mps?: number | null;
}

export type MapGeoJson = FeatureCollection<Geometry, MapProperties>;

export type Connection = "ONLINE" | "OFFLINE" | "CONNECTIONBROKEN" | "UNKNOWN";

export interface VehiclePosition {
  x_m: number;
  y_m: number;
  heading_rad: number; // 0 = east, counter-clockwise positive
  longitude_deg: number | null;
  latitude_deg: number | null;
  map_id: string;
}

/** Where an operator sees a vehicle. */
export interface VehiclePlace {
  longitude_deg: number;
  latitude_deg: number;
  heading_rad: number; // 0 = east, counter-clockwise positive
}

export interface VehicleError {
  type: string;
  level: "WARNING" | "FATAL";
  text_ko: string;
  text_en: string;
  description: string;
}

export interface VehicleView {
  vehicle_id: string; // "manufacturer/serial"
  manufacturer: string;
  serial_number: string;
  connection: Connection;
  state_age_s: number | null; // age of the last state when the server sent this view
  event_time: number | null;
  received_time: number | null;
  position: VehiclePosition | null;
  localised: boolean; // else the position is a guess
  speed_mps: number | null;
  battery_pct: number | null;
  charging: boolean | null;
  driving: boolean | null;
  paused: boolean | null;
  operating_mode: string | null;
  emergency_stop: string | null; // VDA 5050's eStop: "NONE" while nothing is pressed
  order_id: string | null;
  assignment_id: string | null;
  last_node_id: string | null;
  map_id: string | null;
  map_hash: string | null; // the map version it drives on
  map_current: boolean | null; // whether patrols are planned on that version
  waiting_for: string | null; // in English
  waiting_for_ko: string | null;
  awaits_operator: boolean; // `release_wait` lets it go on
  beacon: boolean | null; // null: not known
  siren: boolean | null;
  errors: VehicleError[];
}

export type TrackPoint = [number, number, number]; // longitude, latitude, event time

/** A picture of a checkpoint; opening `url` is noted on the audit trail. */
export interface VisitPicture {
  evidence_id: string;
  checkpoint_id: string;
  captured_at: number;
  url: string;
}

export type VehicleAction =
  | "pause"
  | "stop"
  | "resume"
  | "cancel"
  | "confirm_crossing"
  | "release_wait"
  | "beacon_on"
  | "beacon_off"
  | "siren_on"
  | "siren_off"
  | "announce";

export type VisitOrder = "given" | "best";

export interface Patrol {
  patrol_id: string;
  name: string;
  map_id: string;
  checkpoint_ids: string[];
  order: VisitOrder;
  created_at: number;
}

export type NewPatrol = Omit<Patrol, "patrol_id" | "created_at">;

export type AssignmentStatus =
  | "queued"
  | "sent"
  | "running"
  | "returning"
  | "finished"
  | "failed"
  | "cancelled";

export interface AssignmentCheckpoint {
  checkpoint_id: string;
  name: string;
  longitude_deg: number;
  latitude_deg: number;
  visited_at: number | null;
  skipped: boolean; // an operator has left it out
}

/** A vehicle called away from its patrol to a place. */
export interface Diversion {
  phase: "stopping" | "driving" | "waiting" | "returning" | "over" | "given_up";
  incident_id: string | null;
  longitude_deg: number;
  latitude_deg: number;
  asked_by: string;
  asked_at: number;
  reason: string | null; // why it was given up
  reason_ko: string | null;
}

/** Where a vehicle is to be sent. */
export type DiversionTarget =
  | { incident_id: string }
  | { map_id: string; longitude_deg: number; latitude_deg: number };

/** A vehicle that could be sent, or the reason why not. */
export interface DiversionOption {
  vehicle_id: string;
  drive_s: number | null;
  away_m: number | null;
  battery_pct: number | null;
  needed_battery_pct: number | null;
  assignment_id: string | null;
  patrol_name: string | null;
  reason: string | null;
  reason_ko: string | null;
}

export type NewDiversion = DiversionTarget & {
  manufacturer: string;
  serial_number: string;
  return_to_dock: boolean;
};

export interface Assignment {
  assignment_id: string;
  patrol_id: string;
  patrol_name: string;
  vehicle_id: string;
  status: AssignmentStatus;
  reason: string | null;
  reason_ko: string | null;
  created_at: number;
  finished_at: number | null;
  distance_m: number;
  route: LonLat[];
  checkpoints: AssignmentCheckpoint[];
  next_checkpoint_id: string | null;
  skippable: boolean; // whether that one can be left out as things stand
  diversions: Diversion[]; // oldest first
}

export interface NewAssignment {
  patrol_id: string;
  manufacturer: string;
  serial_number: string;
  return_to_dock: boolean;
}

/** What the live feed carries, by `type`. */
export type LiveMessage =
  | {
      type: "snapshot";
      vehicles: VehicleView[];
      incidents: IncidentView[];
      assignments: Assignment[];
    }
  | { type: "vehicles"; vehicles: VehicleView[] }
  | { type: "incident"; incident: IncidentView }
  | { type: "assignment"; assignment: Assignment }
  | { type: "suppression"; suppression: Suppression }
  | { type: "publication"; publication: Publication }
  | { type: "plan"; plan: PlanSummary }
  | SearchNews;
