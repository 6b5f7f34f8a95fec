/** Everything the screen shows, in one store; `actions.ts` changes it. */
import { createStore } from "zustand/vanilla";
import type { FeedStatus } from "../api/live";
import type { MapVersion, NewPlan, PlanSummary, PlanView } from "../api/planTypes";
import type {
  DiversionOption,
  DiversionTarget,
  Language,
  LonLat,
  MapGeoJson,
  MapSummary,
  Patrol,
  Session,
  VisitOrder,
} from "../api/types";
import type { PersonSearchSummary, PersonSearchView, SearchNews } from "../api/searchTypes";
import type { TextKey, Values } from "../i18n";
import { type LiveData, NO_DATA } from "./live";
import type { GivenPurpose } from "./looks";
import type { QueueFilter } from "./queue";
import type { SearchDraft } from "./searchDraft";
import type { ServerHealth } from "../api/healthTypes";
import type { KnownWeather } from "./weather";

export type Theme = "dark" | "light";

/** What the operator is doing beside watching. */
export type Task =
  | { kind: "watch" }
  | { kind: "assign"; patrolId: string | null; vehicleId: string | null }
  | { kind: "compose"; name: string; checkpointIds: string[]; order: VisitOrder }
  | { kind: "plan"; draft: PlanDraft }
  | { kind: "replan"; changes: ReplanDraft }
  | { kind: "search"; draft: SearchDraft }
  | SendTask
  | PlaceTask;

/** A vehicle being sent: first where (null: chosen on the map), then which. */
export interface SendTask {
  kind: "send";
  target: DiversionTarget | null;
  options: DiversionOption[] | null; // null: being asked for
  vehicleId: string | null;
}

/** A vehicle being told where it stands: first the place, then where its front points. */
export interface PlaceTask {
  kind: "place";
  vehicleId: string;
  at: LonLat | null;
  headingRad: number | null; // 0 = east, counter-clockwise positive
}

/** A plan being asked for; `start` is local time (`2026-03-02T22:00`), empty for now. */
export type PlanDraft = Omit<NewPlan, "map_id" | "start"> & { start: string };

/** What happened to one vehicle. */
export type Happening =
  | { kind: "none" | "failed" | "charge" | "back" }
  | { kind: "away"; nodeId: number | null; minutes: number };

export interface ReplanDraft {
  vehicles: Record<string, Happening>;
  closed: number[]; // edge ids, newly closed
  opened: number[]; // edge ids, open again
}

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

/** What became of the last file: the version it made, or why it was refused, line by line. */
export interface Upload {
  fileName: string;
  version: MapVersion | null;
  problems: { en: string; ko: string | null }[];
}

export interface ConsoleState extends LiveData {
  session: Session | null | "unknown";
  loginNotice: TextKey | null;
  map: DistrictMap | null;
  mapError: TextKey | null;
  patrols: Patrol[];
  plans: PlanSummary[];
  plan: PlanView | null; // the one that is looked at
  versions: MapVersion[];
  upload: Upload | null;
  searches: PersonSearchSummary[];
  search: PersonSearchView | null; // the case that is looked at
  searchNews: SearchNews | null; // the newest word on any
  offer: string | null; // a confirmed candidate: the case may be closed as found
  purposes: Record<string, GivenPurpose>; // why evidence of what is over is looked at
  weather: KnownWeather | null;
  health: ServerHealth | null;
  feed: Feed;
  language: Language;
  theme: Theme;
  sound: boolean;
  tab: "vehicles" | "patrols" | "plans" | "maps" | "searches";
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
  plans: [],
  plan: null,
  versions: [],
  upload: null,
  searches: [],
  search: null,
  searchNews: null,
  offer: null,
  purposes: {},
  weather: null,
  health: null,
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
