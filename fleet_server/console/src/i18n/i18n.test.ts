import { describe, expect, it } from "vitest";
import { firstLanguage, localName, translate } from "./index";
import { AREAS, TABLE, type TextKey } from "./table";

const keys = Object.keys(TABLE) as TextKey[];
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

describe("the table", () => {
  it("has each key in one area only", () => {
    expect(AREAS.flatMap((area) => Object.keys(area)).sort()).toEqual([...keys].sort());
  });

  it.each(keys)("%s says the same in both languages", (key) => {
    const { ko, en } = TABLE[key];
    expect(Object.keys(TABLE[key])).toEqual(["ko", "en"]);
    expect(ko.trim()).not.toBe("");
    expect(en.trim()).not.toBe("");
    expect(places(ko)).toEqual(places(en));
  });

  it("has Korean in Korean and none in English", () => {
    const hangul = /[\uac00-\ud7a3]/;
    const words = (text: string) => text.replace(/\{\w+\}/g, "").trim();
    const offersOther: TextKey = "top.language"; // names the other language in that language
    for (const key of keys.filter((k) => k !== offersOther)) {
      if (words(TABLE[key].ko)) expect(TABLE[key].ko, key).toMatch(hangul);
      expect(TABLE[key].en, key).not.toMatch(hangul);
    }
  });
});

it("fills places in and leaves unknown ones visible", () => {
  expect(translate("ko", "age.ago", { age: "3초" })).toBe("3초 전");
  expect(translate("en", "age.ago")).toBe("{age} ago");
});

it("splits names that carry both languages", () => {
  expect(localName("12나길 골목 (12na-gil alley)", "ko")).toBe("12나길 골목");
  expect(localName("12나길 골목 (12na-gil alley)", "en")).toBe("12na-gil alley");
  expect(localName("새벽 순찰", "en")).toBe("새벽 순찰");
  expect(localName("Park (north)", "en")).toBe("Park (north)");
});

it("starts in the chosen language, else in the browser's", () => {
  expect(firstLanguage("en", "ko-KR")).toBe("en");
  expect(firstLanguage(null, "ko-KR")).toBe("ko");
  expect(firstLanguage("xx", "de-DE")).toBe("en");
});
