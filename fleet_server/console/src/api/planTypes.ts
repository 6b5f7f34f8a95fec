/** Plans for a team and versions of maps, as the fleet server sends and takes them. */
import type { VisitOrder } from "./types";

export const PLAN_MODES = ["tour", "coverage", "persistent", "unpredictable"] as const;
export type PlanMode = (typeof PLAN_MODES)[number];

export interface NewPlan {
  name: string;
  map_id: string;
  vehicle_ids: string[];
  mode: PlanMode;
  checkpoint_ids: string[]; // empty: all of the map
  order: VisitOrder;
  area: string | null;
  both_sides: boolean;
  hours: number;
  start: string | null; // RFC 3339 with its offset; null: now
}

export interface PlanSummary {
  plan_id: string;
  name: string;
  map_id: string;
  mode: PlanMode;
  vehicle_ids: string[];
  left_out: number | LeftOut[];
  start: number;
  started: boolean;
  created_by: string;
  created_at: number;
  replaces: string | null;
  replaced_by: string | null;
  scheduled_by: string | null; // who has it start by itself at its time
  start_problem: string | null; // why it has not
  start_problem_ko: string | null;
}

/** Times end in `_s` after the plan's start, in `_at` by the clock. */
export interface PlanStep {
  task_id: string | null;
  name: string;
  name_ko: string | null;
  node_id: number;
  is_charge: boolean;
  leave_at: number;
  arrive_at: number;
  begin_at: number;
  end_at: number;
  length_m: number;
}

export interface PlanVehicle {
  vehicle_id: string;
  reason: string;
  reason_ko: string | null;
  assignment_id: string | null;
  length_m: number;
  driving_s: number;
  end_at: number;
  edge_ids: number[];
  steps: PlanStep[];
}

export interface LeftOut {
  what: string;
  what_ko: string | null;
  why: string;
  why_ko: string | null;
  remedy: string;
  remedy_ko: string | null;
}

export interface Moved {
  what: string;
  what_ko: string | null;
  from_id: string | null;
  to_id: string | null;
  why: string;
  why_ko: string | null;
}

export interface PlanView extends PlanSummary {
  moved: Moved[];
  kept: string[];
  horizon_s: number | null;
  figures: Record<string, number | null>;
  incidents: number;
  closed: number[];
  notes: string[];
  notes_ko: (string | null)[];
  vehicles: PlanVehicle[];
  left_out: LeftOut[];
}

export interface AwayCall {
  vehicle_id: string;
  node_id: number;
  until_s: number;
}

export interface PlanChanges {
  failed: string[];
  charge: string[];
  away: AwayCall[];
  closed: number[];
  opened: number[];
  back: string[];
}

export interface MapVersion {
  map_id: string;
  content_hash: string;
  name: string;
  size_bytes: number;
  added_at: number;
  added_by: string;
  current: boolean;
  vehicles_enabled: string[];
  vehicles_stored: string[];
  warnings: string[];
  warnings_ko: (string | null)[];
}

export type TargetStatus =
  | "waiting"
  | "downloading"
  | "ready"
  | "enabling"
  | "enabled"
  | "failed";

export interface PublicationTarget {
  vehicle_id: string;
  status: TargetStatus;
  reason: string | null;
  reason_ko: string | null;
  map_hash: string | null;
}

export interface Publication {
  publication_id: string;
  map_id: string;
  content_hash: string;
  together: boolean;
  phase: "downloading" | "enabling" | "done" | "failed" | "cancelled";
  reason: string | null;
  reason_ko: string | null;
  created_by: string;
  created_at: number;
  finished_at: number | null;
  vehicles: PublicationTarget[];
}

export interface NewPublication {
  content_hash: string;
  vehicles?: string[];
  together: boolean;
}
