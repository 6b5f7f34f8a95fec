import { expect, it } from "vitest";
import type { IncidentView } from "../api/incidentTypes";
import { alarms, neighbour, sortedQueue, unacknowledged } from "./queue";
import { incident } from "./samples";

const all = (...incidents: IncidentView[]) =>
  Object.fromEntries(incidents.map((i) => [i.incident_id, i]));

const queue = all(
  incident({ incident_id: "low", severity: "low", detected_at: 9 }),
  incident({ incident_id: "seen", status: "acknowledged" }),
  incident({ incident_id: "older", detected_at: 1 }),
  incident({ incident_id: "newer", detected_at: 2 }),
  incident({ incident_id: "done", status: "resolved", severity: "low", detected_at: 99 }),
  incident({ incident_id: "done-critical", status: "resolved", detected_at: 50 }),
);
const ids = (incidents: IncidentView[]) => incidents.map((i) => i.incident_id);

it("puts what nobody has seen first, then the worst, then the newest", () => {
  expect(ids(sortedQueue(queue, "open"))).toEqual(["newer", "older", "low", "seen"]);
});

it("lists what is over by time, after everything else", () => {
  expect(ids(sortedQueue(queue, "all")).slice(-2)).toEqual(["done", "done-critical"]);
});

it("raises the alarm only for critical incidents that nobody has acknowledged", () => {
  expect(ids(alarms(queue))).toEqual(["newer", "older"]);
  expect(unacknowledged(queue)).toBe(3);
});

it("looks first at a severity it does not know", () => {
  const odd = incident({ incident_id: "odd", severity: "apocalyptic" as "critical" });
  expect(ids(sortedQueue({ ...queue, odd: { ...odd, detected_at: 99 } }, "open"))[0]).toBe("odd");
});

it("moves through the queue and stops at its ends", () => {
  const list = sortedQueue(queue, "open");
  expect(neighbour(list, null, 1)).toBe("newer");
  expect(neighbour(list, "newer", 1)).toBe("older");
  expect(neighbour(list, "newer", -1)).toBe("newer");
  expect(neighbour(list, "seen", 1)).toBe("seen");
  expect(neighbour([], null, 1)).toBeNull();
});

it("greys what verdicts have quieted: below what rings, no alarm, and a list of its own", () => {
  const quieted = { suppression_id: "s-1", reason_ko: "", reason_en: "", until: 9 };
  const quiet = incident({ incident_id: "quiet", detected_at: 99, quieted });
  const shown = { ...queue, quiet };
  expect(ids(sortedQueue(shown, "open"))).toEqual(["newer", "older", "low", "seen", "quiet"]);
  expect(ids(sortedQueue(shown, "quiet"))).toEqual(["quiet"]);
  expect(ids(alarms(shown))).toEqual(["newer", "older"]);
  expect(unacknowledged(shown)).toBe(3);
});
