import { expect, it } from "vitest";
import type { LiveMessage } from "../api/types";
import { applyMessage, NO_DATA, withIncidents } from "./live";
import { assignment, incident, suppression, vehicle } from "./samples";

const snapshot = (change: Partial<Extract<LiveMessage, { type: "snapshot" }>> = {}) =>
  ({ type: "snapshot", vehicles: [], incidents: [], assignments: [], ...change }) as LiveMessage;

it("takes a snapshot and remembers when it came", () => {
  const message = snapshot({ vehicles: [vehicle()], incidents: [incident()] });
  const data = applyMessage(NO_DATA, message, 500);
  expect(data.vehicles["sunra/goalie-01"]).toEqual({ view: vehicle(), heardAtMs: 500 });
  expect(Object.keys(data.incidents)).toEqual(["i-1"]);
});

it("forgets with a snapshot what is no longer there, but keeps resolved incidents", () => {
  const before = applyMessage(
    NO_DATA,
    snapshot({
      incidents: [
        incident(),
        incident({ incident_id: "old", status: "resolved" }),
        incident({ incident_id: "elsewhere" }),
      ],
      assignments: [assignment()],
    }),
    0,
  );
  const after = applyMessage(before, snapshot({ incidents: [incident()] }), 1);
  expect(Object.keys(after.incidents).sort()).toEqual(["i-1", "old"]);
  expect(after.assignments).toEqual({});
});

it("changes only the vehicles of a batch", () => {
  const other = vehicle({ vehicle_id: "sunra/light-01" });
  const before = applyMessage(NO_DATA, snapshot({ vehicles: [vehicle(), other] }), 0);
  const moved = vehicle({ speed_mps: 1.2 });
  const after = applyMessage(before, { type: "vehicles", vehicles: [moved] }, 900);
  expect(after.vehicles["sunra/goalie-01"]).toEqual({ view: moved, heardAtMs: 900 });
  expect(after.vehicles["sunra/light-01"]).toBe(before.vehicles["sunra/light-01"]);
  expect(after.incidents).toBe(before.incidents);
});

it("keeps the last word on an incident and an assignment", () => {
  let data = applyMessage(NO_DATA, { type: "incident", incident: incident() }, 0);
  const seen = incident({ status: "acknowledged" });
  data = applyMessage(data, { type: "incident", incident: seen }, 1);
  expect(data.incidents["i-1"]).toEqual(seen);
  data = applyMessage(data, { type: "assignment", assignment: assignment() }, 2);
  const done = assignment({ status: "finished" });
  data = applyMessage(data, { type: "assignment", assignment: done }, 3);
  expect(data.assignments["a-1"]?.status).toBe("finished");
});

it("ignores what a newer server may say", () => {
  const unknown = { type: "weather" } as unknown as LiveMessage;
  expect(applyMessage(NO_DATA, unknown, 0)).toBe(NO_DATA);
});

it("adds incidents that came by REST", () => {
  const data = withIncidents(NO_DATA, [incident({ incident_id: "old", status: "resolved" })]);
  expect(data.incidents["old"]?.status).toBe("resolved");
});

it("keeps suppressions through a snapshot, and takes their last word", () => {
  let data = applyMessage(NO_DATA, { type: "suppression", suppression: suppression() }, 0);
  data = applyMessage(data, snapshot(), 1);
  expect(data.suppressions["s-1"]?.state).toBe("active");
  const ended = suppression({ state: "ended" });
  data = applyMessage(data, { type: "suppression", suppression: ended }, 2);
  expect(data.suppressions["s-1"]?.state).toBe("ended");
});
