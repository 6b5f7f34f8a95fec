import { expect, it } from "vitest";
import { type Api, ApiError, type MapApi, type TeamApi } from "../api/client";
import type { MapVersion, NewPlan, PlanView, Publication } from "../api/planTypes";
import { createActions } from "./actions";
import { createConsoleStore, type DistrictMap } from "./store";

const MAP = { summary: { map_id: "sillim" } } as DistrictMap;
const PLAN = {
  plan_id: "p1",
  vehicle_ids: ["m/a"],
  vehicles: [],
  started: true,
  start: 1000,
  closed: [5],
} as unknown as PlanView;

function setUp(team: Partial<TeamApi> = {}, maps: Partial<MapApi> = {}) {
  const store = createConsoleStore();
  store.setState({ map: MAP, language: "ko" });
  const actions = createActions(store, {} as Api, team as TeamApi, maps as MapApi);
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
