/** The REST side of the fleet server; the session is a cookie that scripts cannot read. */
import type {
  MapVersion,
  NewPlan,
  NewPublication,
  PlanChanges,
  PlanSummary,
  PlanView,
  Publication,
} from "./planTypes";
import type { IncidentView, Look, Release, Suppression, Verdict } from "./incidentTypes";
import type {
  AmendPersonSearch,
  NewPersonSearch,
  PersonSearchSummary,
  PersonSearchView,
} from "./searchTypes";
import type {
  Assignment,
  DiversionOption,
  DiversionTarget,
  MapGeoJson,
  MapSummary,
  NewAssignment,
  NewDiversion,
  NewPatrol,
  Patrol,
  Session,
  TrackPoint,
  VehicleAction,
  VehiclePlace,
  VehicleView,
  VisitPicture,
} from "./types";
import type { ServerHealth } from "./healthTypes";
import type { NewWeather, WeatherStatus } from "./weatherTypes";

export const API = "/api/v1";

/** A refused or failed request: `code` is the server's, or "network" or "http_<status>". */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null = null,
    readonly messageKo: string | null = null,
  ) {
    super(message);
  }
}

interface ErrorBody {
  error?: { code?: string; message?: string; message_ko?: string; field?: string };
}

let onUnauthorized: () => void = () => {};
let clockOffsetMs = 0;

/** Called whenever the server no longer knows the session. */
export function setUnauthorizedHandler(handler: () => void): void {
  onUnauthorized = handler;
}

/** The server's wall clock in ms, from its `Date` headers; ages must not trust this machine's. */
export function serverNowMs(): number {
  return Date.now() + clockOffsetMs;
}

function learnServerClock(response: Response): void {
  const serverMs = Date.parse(response.headers.get("date") ?? "");
  // The header has whole seconds: below two, the clocks agree as well as it can tell.
  if (Number.isFinite(serverMs)) {
    const offsetMs = serverMs - Date.now();
    clockOffsetMs = Math.abs(offsetMs) < 2000 ? 0 : offsetMs;
  }
}

async function readError(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as ErrorBody;
  const { code, message, field, message_ko } = body.error ?? {};
  return new ApiError(
    response.status,
    code ?? `http_${response.status}`,
    message ?? response.statusText,
    field ?? null,
    message_ko ?? null,
  );
}

async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method, credentials: "same-origin", headers: {} };
  if (body instanceof Blob) {
    init.body = body;
    init.headers = { "content-type": "application/geo+json" };
  } else if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "content-type": "application/json" };
  }
  const response = await fetch(API + path, init).catch((reason: unknown) => {
    throw new ApiError(0, "network", String(reason));
  });
  learnServerClock(response);
  if (!response.ok) {
    const error = await readError(response);
    if (response.status === 401 && path !== "/session") onUnauthorized();
    throw error;
  }
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

const id = encodeURIComponent;

function vehiclePath(vehicle: { manufacturer: string; serial_number: string }): string {
  return `/vehicles/${id(vehicle.manufacturer)}/${id(vehicle.serial_number)}`;
}

export const api = {
  login: (username: string, password: string) =>
    request<Session>("POST", "/session", { username, password }),
  session: () => request<Session>("GET", "/session"),
  logout: () => request<void>("DELETE", "/session"),
  maps: () => request<MapSummary[]>("GET", "/maps"),
  map: (mapId: string) => request<MapGeoJson>("GET", `/maps/${id(mapId)}`),
  track: (vehicle: VehicleView, minutes: number) =>
    request<TrackPoint[]>("GET", `${vehiclePath(vehicle)}/track?minutes=${minutes}`),
  act: (vehicle: VehicleView, action: VehicleAction, message?: string) =>
    request<unknown>("POST", `${vehiclePath(vehicle)}/actions`, { action, message }),
  place: (vehicle: VehicleView, place: VehiclePlace) =>
    request<unknown>("POST", `${vehiclePath(vehicle)}/position`, place),
  patrols: () => request<Patrol[]>("GET", "/patrols"),
  createPatrol: (patrol: NewPatrol) => request<Patrol>("POST", "/patrols", patrol),
  deletePatrol: (patrolId: string) => request<void>("DELETE", `/patrols/${id(patrolId)}`),
  assign: (assignment: NewAssignment) => request<Assignment>("POST", "/assignments", assignment),
  visitPictures: (assignmentId: string) =>
    request<VisitPicture[]>("GET", `/assignments/${id(assignmentId)}/pictures`),
  cancelAssignment: (assignmentId: string) =>
    request<unknown>("POST", `/assignments/${id(assignmentId)}/cancel`),
  skip: (assignmentId: string, checkpointId: string) =>
    request<Assignment>("POST", `/assignments/${id(assignmentId)}/skip`, {
      checkpoint_id: checkpointId,
    }),
  diversionOptions: (target: DiversionTarget) =>
    request<DiversionOption[]>("POST", "/diversions/options", target),
  divert: (diversion: NewDiversion) => request<Assignment>("POST", "/diversions", diversion),
  incidents: (status: "open" | "all") =>
    request<IncidentView[]>("GET", `/incidents?status=${status}`),
  acknowledge: (incidentId: string) =>
    request<IncidentView | undefined>("POST", `/incidents/${id(incidentId)}/acknowledge`, {}),
  resolve: (incidentId: string, verdict: Verdict, note: string) =>
    request<IncidentView | undefined>("POST", `/incidents/${id(incidentId)}/resolve`, {
      verdict,
      ...(note ? { note } : {}),
    }),
  looks: (incidentId: string) => request<Look[]>("GET", `/incidents/${id(incidentId)}/looks`),
  askOriginals: (incidentId: string, reason: string) =>
    request<Release>("POST", `/incidents/${id(incidentId)}/originals`, { reason }),
  health: () => request<ServerHealth>("GET", "/health"),
  weather: () => request<WeatherStatus>("GET", "/weather/status"),
  reportWeather: (weather: NewWeather) => request<unknown>("POST", "/weather", weather),
  suppressions: () => request<Suppression[]>("GET", "/suppressions"),
  endSuppression: (suppressionId: string) =>
    request<Suppression>("POST", `/suppressions/${id(suppressionId)}/end`),
};

export const teamApi = {
  plans: () => request<PlanSummary[]>("GET", "/plans"),
  plan: (planId: string) => request<PlanView>("GET", `/plans/${id(planId)}`),
  makePlan: (plan: NewPlan) => request<PlanView>("POST", "/plans", plan),
  startPlan: (planId: string) => request<Assignment[]>("POST", `/plans/${id(planId)}/start`),
  schedulePlan: (planId: string) => request<PlanView>("PUT", `/plans/${id(planId)}/schedule`),
  unschedulePlan: (planId: string) => request<PlanView>("DELETE", `/plans/${id(planId)}/schedule`),
  replan: (planId: string, changes: PlanChanges) =>
    request<PlanView>("POST", `/plans/${id(planId)}/replan`, changes),
};

export type TeamApi = typeof teamApi;

export const mapApi = {
  versions: (mapId: string) => request<MapVersion[]>("GET", `/maps/${id(mapId)}/versions`),
  upload: (file: Blob) => request<MapVersion>("POST", "/map-versions", file),
  publish: (mapId: string, publication: NewPublication) =>
    request<Publication>("POST", `/maps/${id(mapId)}/publications`, publication),
  publications: () => request<Publication[]>("GET", "/publications?status=all"),
  cancelPublication: (publicationId: string) =>
    request<Publication>("POST", `/publications/${id(publicationId)}/cancel`),
};

export type MapApi = typeof mapApi;

export const searchApi = {
  searches: () => request<PersonSearchSummary[]>("GET", "/person-searches"),
  search: (caseId: string) => request<PersonSearchView>("GET", `/person-searches/${id(caseId)}`),
  open: (search: NewPersonSearch) => request<PersonSearchView>("POST", "/person-searches", search),
  amend: (caseId: string, change: AmendPersonSearch) =>
    request<PersonSearchView>("PATCH", `/person-searches/${id(caseId)}`, change),
  close: (caseId: string, outcome: "found" | "withdrawn" | "other", note: string) =>
    request<PersonSearchView>("POST", `/person-searches/${id(caseId)}/close`, {
      outcome,
      ...(note ? { note } : {}),
    }),
};

export type SearchApi = typeof searchApi;

export type Api = typeof api;
