/** Everything that changes the store, on behalf of the operator or of the live feed. */
import { type Api, ApiError } from "../api/client";
import type { FeedListener, FeedStatus } from "../api/live";
import type {
  Assignment,
  AssignmentStatus,
  IncidentView,
  Language,
  LiveMessage,
  VehicleAction,
  Verdict,
  VisitOrder,
} from "../api/types";
import type { TextKey, Values } from "../i18n";
import { activeAssignment, isActive } from "./condition";
import { applyMessage, withIncidents } from "./live";
import { alarms, neighbour, type QueueFilter, sortedQueue } from "./queue";
import { type ConsoleState, type ConsoleStore, FIRST_STATE, type Toast } from "./store";

const TOAST_MS = 5000;
const KNOWN_ERRORS: Record<string, TextKey> = {
  network: "error.network",
  http_502: "error.network",
  http_503: "error.network",
};

const ENDED = "assignment.ended.finished" satisfies TextKey;
const ENDINGS: Partial<Record<AssignmentStatus, TextKey>> = {
  finished: ENDED,
  failed: "assignment.ended.failed",
  cancelled: "assignment.ended.cancelled",
};

let toastCount = 0;

/** What an operator reads of an error. */
export function errorText(error: unknown): { key: TextKey; values: Values } {
  if (!(error instanceof ApiError)) return { key: "error.server", values: { message: `${error}` } };
  if (error.status === 403) return { key: "error.forbidden", values: {} };
  const key = KNOWN_ERRORS[error.code];
  return key ? { key, values: {} } : { key: "error.server", values: { message: error.message } };
}

export function createActions(store: ConsoleStore, api: Api) {
  const get = store.getState;
  const set = (change: Partial<ConsoleState>) => store.setState(change);

  function toast(tone: Toast["tone"], key: TextKey, values: Values = {}): void {
    const id = ++toastCount;
    set({ toasts: [...get().toasts.slice(-3), { id, tone, key, values }] });
    setTimeout(() => dismissToast(id), TOAST_MS);
  }

  function dismissToast(id: number): void {
    set({ toasts: get().toasts.filter((t) => t.id !== id) });
  }

  /** Run a request once at a time under a name; tells the operator when it fails. */
  async function send<T>(name: string, request: () => Promise<T>): Promise<T | "failed"> {
    if (get().busy[name]) return "failed";
    set({ busy: { ...get().busy, [name]: true } });
    try {
      return await request();
    } catch (error) {
      const { key, values } = errorText(error);
      if (!(error instanceof ApiError && error.status === 401)) toast("bad", key, values);
      return "failed";
    } finally {
      const { [name]: _done, ...busy } = get().busy;
      set({ busy });
    }
  }

  function keepIncident(incident: IncidentView | undefined): void {
    if (incident?.incident_id) set(withIncidents(get(), [incident]));
  }

  function announceEnd(before: Assignment | undefined, after: Assignment): void {
    if (!before || !isActive(before) || isActive(after)) return;
    toast(after.status === "finished" ? "good" : "bad", ENDINGS[after.status] ?? ENDED, {
      vehicle: after.vehicle_id.split("/").pop() ?? "",
      patrol: after.patrol_name,
    });
  }

  function onMessage(message: LiveMessage): void {
    const state = get();
    const known = new Set(alarms(state.incidents).map((incident) => incident.incident_id));
    const data = applyMessage(state, message, performance.now());
    const fresh = alarms(data.incidents).find((incident) => !known.has(incident.incident_id));
    set(data);
    if (message.type === "assignment") {
      announceEnd(state.assignments[message.assignment.assignment_id], message.assignment);
    }
    // A new alarm opens by itself, but never takes away what the operator is reading.
    if (fresh && get().selectedIncidentId === null) set({ selectedIncidentId: fresh.incident_id });
  }

  function onStatus(status: FeedStatus): void {
    const { feed } = get();
    if (status === "open") {
      if (feed.lostAtMs !== null) toast("good", "feed.back");
      set({ feed: { status, lostAtMs: null } });
      void refreshLists();
    } else if (status === "lost") {
      set({ feed: { status, lostAtMs: feed.lostAtMs ?? performance.now() } });
      void checkSession();
    } else {
      set({ feed: { ...feed, status } });
    }
  }

  async function checkSession(): Promise<void> {
    await api.session().catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) endSession("login.expired");
    });
  }

  /** What the live feed does not carry: patrols, and incidents that are over. */
  async function refreshLists(): Promise<void> {
    const [patrols, incidents] = await Promise.allSettled([api.patrols(), api.incidents("all")]);
    if (patrols.status === "fulfilled") set({ patrols: patrols.value });
    if (incidents.status === "fulfilled") {
      const known = get().incidents;
      const old = incidents.value.filter((incident) => !known[incident.incident_id]);
      set(withIncidents(get(), old));
    }
  }

  function endSession(loginNotice: TextKey | null): void {
    const { language, theme, sound } = get();
    set({ ...FIRST_STATE, session: null, loginNotice, language, theme, sound });
  }

  const feedListener: FeedListener = { onMessage, onStatus };

  return {
    feedListener,
    endSession,
    dismissToast,

    async restoreSession(): Promise<void> {
      try {
        set({ session: await api.session() });
      } catch (error) {
        const offline = !(error instanceof ApiError && error.status === 401);
        set({ session: null, loginNotice: offline ? "error.network" : null });
      }
    },

    /** Log in; the key of what went wrong, or null. */
    async login(username: string, password: string): Promise<TextKey | null> {
      try {
        const session = await api.login(username, password);
        set({ session: { user: session.user }, loginNotice: null });
        return null;
      } catch (error) {
        if (error instanceof ApiError && error.status === 429) return "login.throttled";
        if (error instanceof ApiError && error.status > 0 && error.status < 500) {
          return "login.wrong";
        }
        return "error.network";
      }
    },

    async logout(): Promise<void> {
      await api.logout().catch(() => undefined); // leaving must work without the server, too
      endSession(null);
    },

    async loadMap(): Promise<void> {
      set({ mapError: null });
      try {
        const summary = (await api.maps())[0];
        if (!summary) return set({ mapError: "error.noMap" });
        set({ map: { summary, geojson: await api.map(summary.map_id) } });
      } catch {
        set({ mapError: "error.map" });
      }
    },

    setLanguage: (language: Language) => set({ language }),
    toggleTheme: () => set({ theme: get().theme === "dark" ? "light" : "dark" }),
    toggleSound: () => set({ sound: !get().sound }),
    setTab: (tab: ConsoleState["tab"]) => set({ tab, task: { kind: "watch" } }),
    setFilter: (filter: QueueFilter) => set({ filter }),
    fitMap: () => set({ target: { kind: "all", longitude: 0, latitude: 0 }, following: false }),

    selectVehicle(vehicleId: string | null): void {
      set({ selectedVehicleId: vehicleId, following: false });
      if (vehicleId) set({ tab: "vehicles", task: { kind: "watch" } });
    },

    showVehicle(vehicleId: string): void {
      const position = get().vehicles[vehicleId]?.view.position;
      set({ selectedVehicleId: vehicleId });
      if (position?.longitude_deg == null || position.latitude_deg == null) return;
      const { longitude_deg: longitude, latitude_deg: latitude } = position;
      set({ target: { kind: "point", longitude, latitude } });
    },

    toggleFollowing: () => set({ following: !get().following }),
    stopFollowing: () => get().following && set({ following: false }),

    selectIncident: (incidentId: string | null) => set({ selectedIncidentId: incidentId }),

    showIncident(incidentId: string): void {
      const incident = get().incidents[incidentId];
      set({ selectedIncidentId: incidentId, following: false });
      if (incident?.longitude_deg == null || incident.latitude_deg == null) return;
      const { longitude_deg: longitude, latitude_deg: latitude } = incident;
      set({ target: { kind: "point", longitude, latitude } });
    },

    moveInQueue(step: 1 | -1): void {
      const { incidents, filter, selectedIncidentId } = get();
      const next = neighbour(sortedQueue(incidents, filter), selectedIncidentId, step);
      if (next) set({ selectedIncidentId: next });
    },

    async acknowledge(incidentId: string): Promise<void> {
      if (get().incidents[incidentId]?.status !== "open") return;
      const answer = await send(`acknowledge ${incidentId}`, () => api.acknowledge(incidentId));
      if (answer === "failed") return;
      keepIncident(answer);
      toast("good", "incident.acknowledged");
    },

    async resolve(incidentId: string, verdict: Verdict, note: string): Promise<void> {
      const answer = await send(`resolve ${incidentId}`, () =>
        api.resolve(incidentId, verdict, note),
      );
      if (answer === "failed") return;
      keepIncident(answer);
      toast("good", "incident.resolved");
    },

    async act(vehicleId: string, action: VehicleAction): Promise<void> {
      const vehicle = get().vehicles[vehicleId];
      if (!vehicle) return;
      const assignment = activeAssignment(get().assignments, vehicleId);
      await send(`${action} ${vehicleId}`, () =>
        action === "cancel" && assignment
          ? api.cancelAssignment(assignment.assignment_id)
          : api.act(vehicle.view, action),
      );
    },

    startAssigning(patrolId: string | null, vehicleId: string | null): void {
      set({ task: { kind: "assign", patrolId, vehicleId }, tab: "patrols" });
    },

    choosePatrol(patrolId: string): void {
      const { task } = get();
      if (task.kind === "assign") set({ task: { ...task, patrolId } });
    },

    chooseVehicle(vehicleId: string): void {
      const { task } = get();
      if (task.kind === "assign") set({ task: { ...task, vehicleId } });
    },

    async startPatrol(): Promise<void> {
      const { task, vehicles, patrols } = get();
      if (task.kind !== "assign") return;
      const vehicle = vehicles[task.vehicleId ?? ""]?.view;
      const patrol = patrols.find((p) => p.patrol_id === task.patrolId);
      if (!vehicle || !patrol) return;
      const assignment = await send(`assign ${vehicle.vehicle_id}`, () =>
        api.assign({
          patrol_id: patrol.patrol_id,
          manufacturer: vehicle.manufacturer,
          serial_number: vehicle.serial_number,
          return_to_dock: true,
        }),
      );
      if (assignment === "failed") return;
      onMessage({ type: "assignment", assignment });
      set({
        task: { kind: "watch" },
        tab: "vehicles",
        selectedVehicleId: vehicle.vehicle_id,
      });
      toast("good", "assignment.started", {
        vehicle: vehicle.serial_number,
        patrol: patrol.name,
      });
    },

    startComposing(): void {
      set({ task: { kind: "compose", name: "", checkpointIds: [], order: "best" } });
    },

    compose(change: { name?: string; checkpointIds?: string[]; order?: VisitOrder }): void {
      const { task } = get();
      if (task.kind === "compose") set({ task: { ...task, ...change } });
    },

    /** Put a checkpoint into the patrol being made, or take it out again. */
    toggleCheckpoint(checkpointId: string): void {
      const { task } = get();
      if (task.kind !== "compose") return;
      const checkpointIds = task.checkpointIds.includes(checkpointId)
        ? task.checkpointIds.filter((known) => known !== checkpointId)
        : [...task.checkpointIds, checkpointId];
      set({ task: { ...task, checkpointIds } });
    },

    async savePatrol(): Promise<void> {
      const { task, map } = get();
      if (task.kind !== "compose" || !map) return;
      const patrol = await send("save patrol", () =>
        api.createPatrol({
          name: task.name.trim(),
          map_id: map.summary.map_id,
          checkpoint_ids: task.checkpointIds,
          order: task.order,
        }),
      );
      if (patrol === "failed") return;
      set({ patrols: [...get().patrols, patrol], task: { kind: "watch" } });
      toast("good", "compose.saved", { name: patrol.name });
    },

    async deletePatrol(patrolId: string): Promise<void> {
      const answer = await send(`delete ${patrolId}`, () => api.deletePatrol(patrolId));
      if (answer !== "failed") set({ patrols: get().patrols.filter((p) => p.patrol_id !== patrolId) });
    },

    stopTask: () => set({ task: { kind: "watch" } }),
  };
}

export type Actions = ReturnType<typeof createActions>;
