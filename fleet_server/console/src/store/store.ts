/** Everything the screen shows, in one store; `actions.ts` changes it. */
import { createStore } from "zustand/vanilla";
import type { FeedStatus } from "../api/live";
import type { Language, MapGeoJson, MapSummary, Patrol, Session, VisitOrder } from "../api/types";
import type { TextKey, Values } from "../i18n";
import { type LiveData, NO_DATA } from "./live";
import type { QueueFilter } from "./queue";

export type Theme = "dark" | "light";

/** What the operator is doing beside watching. */
export type Task =
  | { kind: "watch" }
  | { kind: "assign"; patrolId: string | null; vehicleId: string | null }
  | { kind: "compose"; name: string; checkpointIds: string[]; order: VisitOrder };

export interface Toast {
  id: number;
  tone: "good" | "bad";
  key: TextKey;
  values: Values;
}

export interface Feed {
  status: FeedStatus;
  lostAtMs: number | null; // this browser's clock, since when what is shown is old
}

export interface DistrictMap {
  summary: MapSummary;
  geojson: MapGeoJson;
}

/** Where the map should look next; a new object each time, so that asking twice works. */
export interface MapTarget {
  kind: "point" | "all";
  longitude: number;
  latitude: number;
}

export interface ConsoleState extends LiveData {
  session: Session | null | "unknown";
  loginNotice: TextKey | null;
  map: DistrictMap | null;
  mapError: TextKey | null;
  patrols: Patrol[];
  feed: Feed;
  language: Language;
  theme: Theme;
  sound: boolean;
  tab: "vehicles" | "patrols";
  filter: QueueFilter;
  task: Task;
  selectedVehicleId: string | null;
  selectedIncidentId: string | null;
  following: boolean;
  target: MapTarget | null;
  toasts: Toast[];
  busy: Record<string, true>; // what is being sent, by "verb id"
}

export const FIRST_STATE: ConsoleState = {
  ...NO_DATA,
  session: "unknown",
  loginNotice: null,
  map: null,
  mapError: null,
  patrols: [],
  feed: { status: "connecting", lostAtMs: null },
  language: "ko",
  theme: "dark",
  sound: false,
  tab: "vehicles",
  filter: "open",
  task: { kind: "watch" },
  selectedVehicleId: null,
  selectedIncidentId: null,
  following: false,
  target: null,
  toasts: [],
  busy: {},
};

export function createConsoleStore() {
  return createStore<ConsoleState>(() => FIRST_STATE);
}

export type ConsoleStore = ReturnType<typeof createConsoleStore>;
