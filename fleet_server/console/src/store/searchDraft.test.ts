import { describe, expect, it } from "vitest";
import { SEARCH_NOW_S as NOW_S, search } from "./samples";
import {
  changeOf,
  CLOTHES,
  clothesColour,
  draftOf,
  hexOf,
  NEW_SEARCH,
  newSearchOf,
  problemOf,
  rgbOf,
} from "./searchDraft";

const PICTURE = { name: "a.jpg", url: "data:image/jpeg;base64,QUJD" };

describe("colours", () => {
  it("come back from what is sent with their names", () => {
    for (const hex of Object.values(CLOTHES)) {
      expect(hexOf(rgbOf(hex))).toBe(hex);
      expect(clothesColour(hexOf(rgbOf(hex)))).not.toBeNull();
    }
    expect(clothesColour("#123456")).toBeNull();
  });

  it("are parts of one", () => {
    expect(rgbOf("#ff0080")).toEqual([1, 0, 0.502]);
    expect(hexOf([0, 1, 0.5])).toBe("#00ff80");
  });
});

describe("a new case", () => {
  it("says only what is known", () => {
    const draft = { ...NEW_SEARCH, top: "#c0282d", reference: "  112-7 ", hours: 6 };
    expect(newSearchOf(draft, "sillim", NOW_S)).toEqual({
      reference: "112-7",
      description: null,
      top_rgb: [0.753, 0.157, 0.176],
      trousers_rgb: null,
      height_m: null,
      age_group: null,
      build: null,
      last_seen: null,
      expires_at: NOW_S + 6 * 3600,
      pictures: [],
    });
  });

  it("sends a place with its Korean time, and pictures as base64", () => {
    const draft = {
      ...NEW_SEARCH,
      place: [126.93, 37.48] as [number, number],
      seenAt: "2027-01-15T16:30",
      added: [PICTURE],
      fromCm: 160,
    };
    const sent = newSearchOf(draft, "sillim", NOW_S);
    expect(sent.last_seen).toEqual({
      map_id: "sillim",
      longitude_deg: 126.93,
      latitude_deg: 37.48,
      at: NOW_S - 1800,
    });
    expect(sent.pictures).toEqual(["QUJD"]);
    expect(sent.height_m).toEqual([1.6, 2.3]);
  });

  it.each([
    [{ top: null }, "search.needLook"],
    [{ fromCm: 20 }, "search.needHeight"],
    [{ toCm: 231 }, "search.needHeight"],
    [{ fromCm: 170, toCm: 160 }, "search.needHeightOrder"],
    [{ place: [126.93, 37.48], seenAt: "" }, "search.needSeenAt"],
    [{ place: [126.93, 37.48], seenAt: "2027-01-15T17:05" }, "search.needSeenAt"],
    [{ place: [126.93, 37.48], seenAt: "2027-01-15T16:59" }, null],
    [{ top: null, added: [PICTURE] }, null],
  ] as const)("%o is %s", (change, problem) => {
    expect(problemOf({ ...NEW_SEARCH, top: "#c0282d", ...change } as never, NOW_S)).toBe(problem);
  });
});

describe("a change", () => {
  it("that changes nothing sends nothing", () => {
    expect(changeOf(draftOf(search()), search(), "sillim", NOW_S)).toEqual({});
  });

  it("names what is different alone", () => {
    const draft = { ...draftOf(search()), top: null, build: "slim" as const, kept: [], added: [PICTURE] };
    expect(changeOf(draft, search(), "sillim", NOW_S)).toEqual({
      top_rgb: null,
      build: "slim",
      add_pictures: ["QUJD"],
      remove_pictures: ["p-1"],
    });
  });

  it("keeps within the week in which it was opened", () => {
    const old = search({ opened_at: NOW_S - 6 * 86_400 });
    const draft = { ...draftOf(old), hours: 72 };
    expect(changeOf(draft, old, "sillim", NOW_S)).toEqual({ expires_at: NOW_S + 86_400 });
  });
});
