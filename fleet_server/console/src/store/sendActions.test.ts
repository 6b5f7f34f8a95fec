import { expect, it, vi } from "vitest";
import { type Api, ApiError, type MapApi, type SearchApi, type TeamApi } from "../api/client";
import type { DiversionOption } from "../api/types";
import { createActions } from "./actions";
import { assignment, vehicle } from "./samples";
import { createConsoleStore, type DistrictMap } from "./store";

function option(change: Partial<DiversionOption> = {}): DiversionOption {
  return {
    vehicle_id: "sunra/goalie-01",
    drive_s: 90,
    away_m: 4,
    battery_pct: 80,
    needed_battery_pct: 30,
    assignment_id: null,
    patrol_name: null,
    reason: null,
    reason_ko: null,
    ...change,
  };
}

function setUp(change: Partial<Api> = {}) {
  const store = createConsoleStore();
  const api = { diversionOptions: vi.fn(async () => [option()]), ...change } as unknown as Api;
  const actions = createActions(store, api, {} as TeamApi, {} as MapApi, {} as SearchApi);
  store.setState({ map: { summary: { map_id: "sillim" } } as DistrictMap });
  actions.feedListener.onMessage({
    type: "snapshot",
    vehicles: [vehicle()],
    incidents: [],
    assignments: [],
  });
  return { store, actions, api };
}

it("proposes the first vehicle that can go", async () => {
  const offline = option({ vehicle_id: "sunra/goalie-00", reason: "not connected" });
  const { store, actions } = setUp({ diversionOptions: async () => [offline, option()] });
  actions.sendToIncident("i-1");
  await vi.waitFor(() =>
    expect(store.getState().task).toMatchObject({ vehicleId: "sunra/goalie-01" }),
  );
});

it("proposes nobody where nobody can go", async () => {
  const { store, actions } = setUp({ diversionOptions: async () => [option({ reason: "no" })] });
  actions.sendToIncident("i-1");
  await vi.waitFor(() => expect(store.getState().task).toMatchObject({ options: [{}] }));
  expect(store.getState().task).toMatchObject({ vehicleId: null });
  await actions.sendVehicle();
  expect(store.getState().task.kind).toBe("send");
});

it("takes a click on the map only while a place is wanted", async () => {
  const { store, actions, api } = setUp();
  expect(actions.choosePlace(126.9, 37.5)).toBe(false);
  actions.togglePlacing();
  expect(actions.choosePlace(126.9, 37.5)).toBe(true);
  expect(actions.choosePlace(127.0, 37.6)).toBe(false); // the dialog is open
  const place = { map_id: "sillim", longitude_deg: 126.9, latitude_deg: 37.5 };
  expect(api.diversionOptions).toHaveBeenCalledExactlyOnceWith(place);
  actions.togglePlacing();
  expect(store.getState().task.kind).toBe("watch");
});

it("sends the chosen vehicle, and shows it", async () => {
  const divert = vi.fn(async () => assignment());
  const { store, actions } = setUp({ divert });
  actions.sendToIncident("i-1");
  await vi.waitFor(() => expect(store.getState().task).toMatchObject({ options: [{}] }));
  await actions.sendVehicle();
  expect(divert).toHaveBeenCalledWith({
    incident_id: "i-1",
    manufacturer: "sunra",
    serial_number: "goalie-01",
    return_to_dock: true,
  });
  const { task, selectedVehicleId, toasts } = store.getState();
  expect([task.kind, selectedVehicleId]).toEqual(["watch", "sunra/goalie-01"]);
  expect(toasts.at(-1)?.key).toBe("send.sent");
});

it("keeps the dialog open when the server refuses", async () => {
  const divert = async () => Promise.reject(new ApiError(409, "battery_low", "too little"));
  const { store, actions } = setUp({ divert });
  actions.sendToIncident("i-1");
  await vi.waitFor(() => expect(store.getState().task).toMatchObject({ options: [{}] }));
  await actions.sendVehicle();
  expect(store.getState().task.kind).toBe("send");
  expect(store.getState().toasts.at(-1)).toMatchObject({ tone: "bad" });
});

it("an answer that comes after the dialog was closed opens nothing", async () => {
  let answer: (options: DiversionOption[]) => void = () => {};
  const { store, actions } = setUp({
    diversionOptions: () => new Promise((resolve) => (answer = resolve)),
  });
  actions.sendToIncident("i-1");
  actions.stopTask();
  answer([option()]);
  await Promise.resolve();
  expect(store.getState().task.kind).toBe("watch");
});

it("leaves out the checkpoint that is next, and no other", async () => {
  const skip = vi.fn(async () => assignment());
  const { store, actions } = setUp({ skip });
  await actions.skip(assignment(), "x");
  expect(skip).not.toHaveBeenCalled();
  await actions.skip(assignment({ next_checkpoint_id: "cp-2" }), "Gate");
  expect(skip).toHaveBeenCalledWith("a-1", "cp-2");
  expect(store.getState().toasts.at(-1)).toMatchObject({ key: "skip.done" });
});
