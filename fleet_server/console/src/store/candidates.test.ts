import { describe, expect, it } from "vitest";
import { candidatesOf, reasonsOf, scoreOf } from "./candidates";
import { incident } from "./samples";

describe("candidates", () => {
  const candidate = (incident_id: string, details: Record<string, unknown>, change = {}) =>
    incident({ incident_id, kind: "missing_person", details, ...change });

  it("are those of the case: the confirmed one, what waits, the most alike first", () => {
    const case_id = "2027-0001";
    const found = candidatesOf(
      Object.fromEntries(
        [
          candidate("low", { case_id, score: 0.4 }),
          candidate("done", { case_id, score: 0.99 }, { status: "resolved" }),
          candidate("high", { case_id, score: 0.8 }),
          candidate("she", { case_id, score: 0.3 }, { status: "resolved", verdict: "true_alarm" }),
          candidate("other", { case_id: "2027-0002", score: 0.9 }),
          incident({ incident_id: "lying", details: { case_id } }),
        ].map((one) => [one.incident_id, one]),
      ),
      case_id,
    );
    expect(found.map((one) => one.incident_id)).toEqual(["she", "high", "low", "done"]);
  });

  it("are as much alike as their vehicle says, or as it is sure", () => {
    expect(scoreOf(candidate("a", { score: 0.3 }))).toBe(0.3);
    expect(scoreOf(candidate("a", { score: "high" }, { confidence: 0.6 }))).toBe(0.6);
  });

  it("say what speaks for and against them, and what was seen", () => {
    const details = {
      matches: "top, height",
      speaks_against: "reach",
      not_seen: "pictures",
      top_seen: "#8f2a30",
      trousers_seen: "blue",
      height_seen_m: 1.58,
      from_last_seen_m: 240,
      since_last_seen_s: "long",
    };
    expect(reasonsOf(candidate("a", details))).toEqual({
      matches: ["top", "height"],
      against: ["reach"],
      topSeen: "#8f2a30",
      trousersSeen: null,
      heightSeenM: 1.58,
      fromLastSeenM: 240,
      sinceLastSeenS: null,
    });
  });

  it("say nothing more once their search has ended", () => {
    expect(reasonsOf(candidate("a", { matches: "" }))).toMatchObject({ matches: [], against: [] });
  });
});
