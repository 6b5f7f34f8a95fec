import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Api, ApiError, type MapApi, type SearchApi, type TeamApi } from "../api/client";
import { createActions } from "./actions";
import { assignment, incident, suppression, vehicle } from "./samples";
import { createConsoleStore } from "./store";
import { errorText } from "./tools";

const NOTHING = { vehicles: [], incidents: [], assignments: [] };

function setUp(change: Partial<Api> = {}) {
  const store = createConsoleStore();
  const api = {
    patrols: async () => [],
    incidents: async () => [],
    suppressions: async () => [],
    session: async () => ({ user: { username: "o", role: "operator", language: "ko" } }),
    ...change,
  } as Api;
  return { store, actions: createActions(store, api, {} as TeamApi, {} as MapApi, {} as SearchApi) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("opens a new critical incident by itself, but not over one that is being read", () => {
  const { store, actions } = setUp();
  const { onMessage } = actions.feedListener;
  onMessage({ type: "incident", incident: incident() });
  expect(store.getState().selectedIncidentId).toBe("i-1");
  onMessage({ type: "incident", incident: incident({ incident_id: "i-2" }) });
  expect(store.getState().selectedIncidentId).toBe("i-1");
});

it("does not open a minor incident by itself", () => {
  const { store, actions } = setUp();
  actions.feedListener.onMessage({ type: "incident", incident: incident({ severity: "low" }) });
  expect(store.getState().selectedIncidentId).toBeNull();
});

it("remembers since when the feed is lost, and forgets it when it is back", () => {
  const { store, actions } = setUp();
  const { onStatus } = actions.feedListener;
  onStatus("lost");
  const first = store.getState().feed.lostAtMs;
  expect(first).not.toBeNull();
  vi.advanceTimersByTime(3000);
  onStatus("lost");
  expect(store.getState().feed.lostAtMs).toBe(first);
  onStatus("open");
  expect(store.getState().feed).toEqual({ status: "open", lostAtMs: null });
  expect(store.getState().toasts.at(-1)?.key).toBe("feed.back");
});

it("goes to the log-in page when the session has ended while the feed was down", async () => {
  const session = async () => Promise.reject(new ApiError(401, "unauthorized", ""));
  const { store, actions } = setUp({ session });
  actions.feedListener.onStatus("lost");
  await vi.runAllTimersAsync();
  expect(store.getState()).toMatchObject({ session: null, loginNotice: "login.expired" });
});

it("acknowledges once, and only what is open", async () => {
  const acknowledge = vi.fn(async () => incident({ status: "acknowledged" }));
  const { store, actions } = setUp({ acknowledge });
  actions.feedListener.onMessage({ type: "incident", incident: incident() });
  await Promise.all([actions.acknowledge("i-1"), actions.acknowledge("i-1")]);
  await actions.acknowledge("i-1");
  expect(acknowledge).toHaveBeenCalledTimes(1);
  expect(store.getState().incidents["i-1"]?.status).toBe("acknowledged");
  expect(store.getState().busy).toEqual({});
});

it("asks for originals with a reason, and says whom", async () => {
  const askOriginals = vi.fn(async () => ({ incident_id: "i-1", asked: ["sunra/g-1"], away: [] }));
  const { store, actions } = setUp({ askOriginals });
  expect(await actions.askOriginals("i-1", "112 case")).toBe(true);
  expect(askOriginals).toHaveBeenCalledWith("i-1", "112 case");
  const toast = store.getState().toasts.at(-1);
  expect(toast).toMatchObject({ key: "originals.asked", values: { vehicles: "sunra/g-1" } });
});

it("keeps the reason of a request that was refused", async () => {
  const askOriginals = vi.fn(async () => Promise.reject(new ApiError(409, "vehicle_away", "away")));
  const { actions } = setUp({ askOriginals });
  expect(await actions.askOriginals("i-1", "112 case")).toBe(false);
});

it("tells the operator when a request fails, and lets them try again", async () => {
  const act = vi.fn(async () => Promise.reject(new ApiError(409, "conflict", "no order")));
  const { store, actions } = setUp({ act });
  actions.feedListener.onMessage({ type: "snapshot", ...NOTHING, vehicles: [vehicle()] });
  await actions.act("sunra/goalie-01", "pause");
  expect(store.getState().toasts.at(-1)).toMatchObject({ tone: "bad", key: "error.server" });
  await actions.act("sunra/goalie-01", "pause");
  expect(act).toHaveBeenCalledTimes(2);
});

it("cancels the assignment rather than the bare order", async () => {
  const cancelAssignment = vi.fn(async () => undefined);
  const { actions } = setUp({ cancelAssignment });
  const data = { ...NOTHING, vehicles: [vehicle()], assignments: [assignment()] };
  actions.feedListener.onMessage({ type: "snapshot", ...data });
  await actions.act("sunra/goalie-01", "cancel");
  expect(cancelAssignment).toHaveBeenCalledWith("a-1");
});

it("says when a patrol has ended, once", () => {
  const { store, actions } = setUp();
  const { onMessage } = actions.feedListener;
  onMessage({ type: "assignment", assignment: assignment() });
  onMessage({ type: "assignment", assignment: assignment({ status: "finished" }) });
  onMessage({ type: "assignment", assignment: assignment({ status: "finished" }) });
  expect(store.getState().toasts.map((t) => t.key)).toEqual(["assignment.ended.finished"]);
});

it("sends a patrol as chosen, and shows the vehicle", async () => {
  const assign = vi.fn(async () => assignment());
  const { store, actions } = setUp({ assign });
  const patrol = {
    patrol_id: "p-1",
    name: "새벽 순찰",
    map_id: "sillim",
    checkpoint_ids: ["cp-01"],
    order: "given" as const,
    created_at: 1,
  };
  actions.feedListener.onMessage({ type: "snapshot", ...NOTHING, vehicles: [vehicle()] });
  store.setState({ patrols: [patrol] });
  actions.startAssigning("p-1", null);
  actions.selectVehicle("sunra/goalie-01"); // a click on the map chooses
  await actions.startPatrol();
  expect(assign).toHaveBeenCalledWith({
    patrol_id: "p-1",
    manufacturer: "sunra",
    serial_number: "goalie-01",
    return_to_dock: true,
  });
  const state = store.getState();
  expect(state).toMatchObject({ selectedVehicleId: "sunra/goalie-01", tab: "vehicles" });
  expect(state.task.kind).toBe("watch");
});

it("keeps checkpoints in the order of the clicks and takes them out again", () => {
  const { store, actions } = setUp();
  actions.toggleCheckpoint("cp-09"); // not composing: nothing happens
  actions.startComposing();
  for (const id of ["cp-03", "cp-01", "cp-02", "cp-01"]) actions.toggleCheckpoint(id);
  expect(store.getState().task).toMatchObject({ checkpointIds: ["cp-03", "cp-02"] });
});

it("says in words what went wrong", () => {
  expect(errorText(new ApiError(0, "network", "x")).key).toBe("error.network");
  expect(errorText(new ApiError(403, "forbidden", "x")).key).toBe("error.forbidden");
  expect(errorText(new ApiError(422, "invalid", "no such node"))).toEqual({
    key: "error.server",
    values: { message: "no such node" },
  });
});

it("says aloud that something becomes quiet, and that it rings again", async () => {
  const endSuppression = async () => suppression({ state: "ended", end_reason: "operator" });
  const { store, actions } = setUp({ endSuppression });
  const { onMessage } = actions.feedListener;
  onMessage({ type: "suppression", suppression: suppression() });
  expect(store.getState().toasts.map((t) => t.key)).toEqual(["quiet.started"]);
  onMessage({ type: "suppression", suppression: suppression({ quieted: 1 }) });
  expect(store.getState().toasts).toHaveLength(1);
  await actions.endSuppression("s-1");
  expect(store.getState().suppressions["s-1"]?.state).toBe("ended");
  expect(store.getState().toasts.at(-1)?.key).toBe("quiet.ended");
});
