import { expect, it, vi } from "vitest";
import { type Api, ApiError, type MapApi, type SearchApi, type TeamApi } from "../api/client";
import { headingRad } from "../lib/geo";
import { createActions } from "./actions";
import { vehicle } from "./samples";
import { createConsoleStore } from "./store";

const ID = "sunra/goalie-01";

function setUp(place: Api["place"] = vi.fn(async () => undefined)) {
  const store = createConsoleStore();
  const api = { place } as unknown as Api;
  const actions = createActions(store, api, {} as TeamApi, {} as MapApi, {} as SearchApi);
  actions.feedListener.onMessage({
    type: "snapshot",
    vehicles: [vehicle()],
    incidents: [],
    assignments: [],
  });
  return { store, actions, place };
}

it("takes a place first, then where the front points, and that as often as it is clicked", () => {
  const { store, actions } = setUp();
  expect(actions.choosePose(126.9, 37.5)).toBe(false);
  actions.startPlacingVehicle(ID);
  expect(actions.choosePose(126.9, 37.5)).toBe(true);
  expect(store.getState().task).toMatchObject({ at: [126.9, 37.5], headingRad: null });
  actions.choosePose(126.9, 37.6);
  expect(store.getState().task).toMatchObject({ at: [126.9, 37.5], headingRad: Math.PI / 2 });
  actions.choosePose(126.8, 37.5);
  expect(store.getState().task).toMatchObject({ headingRad: Math.PI });
  actions.startPlacingVehicle(ID);
  expect(store.getState().task).toMatchObject({ at: null, headingRad: null });
});

it("sends nothing before both are known", async () => {
  const { actions, place } = setUp();
  actions.startPlacingVehicle(ID);
  await actions.placeVehicle();
  actions.choosePose(126.9, 37.5);
  await actions.placeVehicle();
  expect(place).not.toHaveBeenCalled();
});

it("sends where the vehicle stands, and is done", async () => {
  const { store, actions, place } = setUp();
  actions.startPlacingVehicle(ID);
  actions.choosePose(126.9, 37.5);
  actions.choosePose(127.0, 37.5);
  await actions.placeVehicle();
  const there = { longitude_deg: 126.9, latitude_deg: 37.5, heading_rad: 0 };
  expect(place).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ vehicle_id: ID }), there);
  expect(store.getState().task.kind).toBe("watch");
  expect(store.getState().toasts.at(-1)).toMatchObject({ tone: "good", key: "place.sent" });
});

it("keeps what was chosen where the server refuses it", async () => {
  const { store, actions } = setUp(async () =>
    Promise.reject(new ApiError(409, "vehicle_drives", "it drives")),
  );
  actions.startPlacingVehicle(ID);
  actions.choosePose(126.9, 37.5);
  actions.choosePose(127.0, 37.5);
  await actions.placeVehicle();
  expect(store.getState().task).toMatchObject({ kind: "place", at: [126.9, 37.5] });
  expect(store.getState().toasts.at(-1)).toMatchObject({ tone: "bad" });
});

it("measures headings as the map does, a degree of longitude being shorter", () => {
  expect(headingRad([127, 37.5], [127.1, 37.5 + 0.1 * Math.cos((37.55 * Math.PI) / 180)])).toBeCloseTo(
    Math.PI / 4,
    3,
  );
});
