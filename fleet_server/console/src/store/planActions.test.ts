import { expect, it } from "vitest";
import { type Api, ApiError, type MapApi, type SearchApi, type TeamApi } from "../api/client";
import type { MapVersion, NewPlan, PlanView, Publication } from "../api/planTypes";
import { createActions } from "./actions";
import { createConsoleStore, type DistrictMap } from "./store";

const MAP = { summary: { map_id: "sillim" } } as DistrictMap;
const PLAN = {
  plan_id: "p1",
  name: "밤 (Night)",
  vehicle_ids: ["m/a"],
  vehicles: [],
  started: true,
  start: 1000,
  closed: [5],
} as unknown as PlanView;

function setUp(team: Partial<TeamApi> = {}, maps: Partial<MapApi> = {}) {
  const store = createConsoleStore();
  store.setState({ map: MAP, language: "ko" });
  const actions = createActions(
    store, {} as Api, team as TeamApi, maps as MapApi, {} as SearchApi,
  );
  return { store, actions };
}

it("asks for a plan at the control room's local time, and shows what came", async () => {
  const asked: NewPlan[] = [];
  const makePlan = async (plan: NewPlan) => {
    asked.push(plan);
    return PLAN;
  };
  const { store, actions } = setUp({ makePlan });
  actions.startPlanning();
  actions.draftPlan({ name: " 밤 ", vehicle_ids: ["m/a"], start: "2026-03-02T22:00" });
  actions.toggleCheckpoint("cp-1");
  await actions.makePlan();
  expect(asked[0]).toMatchObject({
    name: "밤",
    map_id: "sillim",
    start: "2026-03-02T22:00:00+09:00",
    checkpoint_ids: ["cp-1"],
  });
  expect(store.getState().plan).toBe(PLAN);
  expect(store.getState().task.kind).toBe("watch");
});

it("keeps the form when the server refuses, and says why in the operator's language", async () => {
  const makePlan = async () => {
    throw new ApiError(422, "plan_impossible", "no way", null, "길이 없습니다");
  };
  const { store, actions } = setUp({ makePlan });
  actions.startPlanning();
  await actions.makePlan();
  expect(store.getState().task.kind).toBe("plan");
  expect(store.getState().toasts.at(-1)?.values).toEqual({ message: "길이 없습니다" });
});

it("closes a street and opens it again, and one that the plan had closed", () => {
  const { store, actions } = setUp();
  store.setState({ plan: PLAN });
  actions.startReplanning();
  const changes = () => {
    const { task } = store.getState();
    return task.kind === "replan" ? task.changes : null;
  };
  actions.toggleStreet([1, 2]);
  expect(changes()).toMatchObject({ closed: [1, 2], opened: [] });
  actions.toggleStreet([1, 2]);
  expect(changes()).toMatchObject({ closed: [], opened: [] });
  actions.toggleStreet([5, 6]);
  expect(changes()).toMatchObject({ closed: [], opened: [5] });
  actions.toggleStreet([5, 6]);
  expect(changes()).toMatchObject({ closed: [], opened: [] });
  actions.toggleStreet([1]);
  actions.openStreets([1, 5]);
  expect(changes()).toMatchObject({ closed: [], opened: [5] });
});

it("shows why a map was refused line by line, and what a good one warns of", async () => {
  const upload = async (): Promise<MapVersion> => {
    throw new ApiError(422, "map_invalid", "first\n\nsecond");
  };
  const { store, actions } = setUp({}, { upload });
  await actions.uploadMap(new File(["{}"], "bad.geojson"));
  expect(store.getState().upload).toEqual({
    fileName: "bad.geojson",
    version: null,
    problems: [
      { en: "first", ko: null },
      { en: "second", ko: null },
    ],
  });
  expect(store.getState().busy).toEqual({});
});

it("follows a publication over the live feed", () => {
  const { store, actions } = setUp();
  const publication = { publication_id: "x", phase: "enabling" } as Publication;
  actions.feedListener.onMessage({ type: "publication", publication });
  expect(store.getState().publications["x"]).toBe(publication);
});

it("never lets a list asked for earlier undo what the live feed has told since", async () => {
  const old = { publication_id: "x", phase: "downloading" } as Publication;
  const other = { publication_id: "y", phase: "done" } as Publication;
  let answer: (list: Publication[]) => void = () => {};
  const publications = () => new Promise<Publication[]>((resolve) => (answer = resolve));
  const { store, actions } = setUp({}, { publications, versions: async () => [] });
  store.setState({ publications: { x: old } });
  const loading = actions.loadVersions();
  const publication = { ...old, phase: "enabling" } as Publication;
  actions.feedListener.onMessage({ type: "publication", publication });
  answer([old, other]);
  await loading;
  expect(store.getState().publications).toEqual({ x: publication, y: other });
});

it("follows a scheduled plan over the live feed, and says aloud what became of it", () => {
  const { store, actions } = setUp();
  const plan = { ...PLAN, started: false, scheduled_by: "minji", start_problem: null, left_out: [] };
  store.setState({ plan, plans: [plan] });
  const tell = (change: Partial<PlanView>) =>
    actions.feedListener.onMessage({ type: "plan", plan: { ...plan, ...change, left_out: 0 } });
  const said = () => store.getState().toasts.at(-1)?.key;
  tell({ start_problem: "m/a is not connected" });
  expect(said()).toBe("plan.startWaits");
  expect(store.getState().plan).toMatchObject({ start_problem: "m/a is not connected", left_out: [] });
  expect(store.getState().plans).toMatchObject([{ start_problem: "m/a is not connected" }]);
  tell({ start_problem: "m/a is not connected" });
  expect(store.getState().toasts).toHaveLength(1);
  tell({ started: true, scheduled_by: null });
  expect(said()).toBe("plan.startedItself");
});

it("lists a plan that another operator has scheduled, and one that was given up", () => {
  const { store, actions } = setUp();
  const plan = { ...PLAN, plan_id: "p2", started: false, scheduled_by: null, left_out: 0 };
  actions.feedListener.onMessage({ type: "plan", plan: { ...plan, start_problem: "too late" } });
  expect(store.getState().plans.map((known) => known.plan_id)).toEqual(["p2"]);
  expect(store.getState().toasts.at(-1)?.key).toBe("plan.startGivenUp");
});

it("schedules a plan and takes that back", async () => {
  const asked: string[] = [];
  const answer = (what: string, scheduled_by: string | null) => async (planId: string) => {
    asked.push(`${what} ${planId}`);
    return { ...PLAN, scheduled_by };
  };
  const { store, actions } = setUp({
    schedulePlan: answer("schedule", "minji"),
    unschedulePlan: answer("unschedule", null),
  });
  store.setState({ plan: PLAN, plans: [PLAN] });
  await actions.setSchedule("p1", true);
  expect(store.getState().plan?.scheduled_by).toBe("minji");
  expect(store.getState().plans).toMatchObject([{ scheduled_by: "minji" }]);
  await actions.setSchedule("p1", false);
  expect(store.getState().plan?.scheduled_by).toBeNull();
  expect(asked).toEqual(["schedule p1", "unschedule p1"]);
});
