/** A case being written: colours, what is missing, and what is sent; pure. */
import type {
  AgeGroup,
  AmendPersonSearch,
  Build,
  NewPersonSearch,
  PersonSearchView,
  Rgb,
  SearchContent,
  SearchPicture,
} from "../api/searchTypes";
import type { LonLat } from "../api/types";
import type { TextKey } from "../i18n";
import { localInput } from "../lib/format";

export const MOST_PICTURES = 3;
export const HEIGHTS_CM = { least: 50, most: 230 };
export const HOURS = [6, 12, 24, 72, 168] as const; // a search lasts a week at most
const WEEK_S = 7 * 86_400;
const OFFSET = "+09:00"; // times are typed in the control room's own

/** Colours of clothes as people name them, sRGB. */
export const CLOTHES = {
  black: "#1c1c1e",
  grey: "#8a8d91",
  white: "#f1f1ee",
  navy: "#1f2a4d",
  blue: "#2f5fb3",
  sky: "#8dbde6",
  green: "#3d7a46",
  khaki: "#6f6b45",
  yellow: "#e8c33a",
  orange: "#e07b2e",
  red: "#c0282d",
  pink: "#e59ab0",
  purple: "#6f4a93",
  brown: "#6b4630",
  beige: "#d8c3a0",
} as const;
export type ClothesColour = keyof typeof CLOTHES;

export interface DraftPicture {
  name: string;
  url: string; // data: what is shown, and what is sent
}

export interface SearchDraft {
  caseId: string | null; // the case that is changed; null: a new one
  reference: string;
  description: string;
  top: string | null; // #rrggbb
  trousers: string | null;
  fromCm: number | null;
  toCm: number | null;
  ageGroup: AgeGroup | null;
  build: Build | null;
  place: LonLat | null;
  seenAt: string; // local, `2026-03-02T22:00`
  kept: SearchPicture[]; // of the case that is changed
  added: DraftPicture[];
  hours: number | null; // from now; null: as it is
}

export const NEW_SEARCH: SearchDraft = {
  caseId: null,
  reference: "",
  description: "",
  top: null,
  trousers: null,
  fromCm: null,
  toCm: null,
  ageGroup: null,
  build: null,
  place: null,
  seenAt: "",
  kept: [],
  added: [],
  hours: 24,
};

/** "#rrggbb" of a colour. */
export function hexOf(rgb: Rgb): string {
  return `#${rgb.map((part) => Math.round(part * 255).toString(16).padStart(2, "0")).join("")}`;
}

/** The colour of "#rrggbb", to a thousandth. */
export function rgbOf(hex: string): Rgb {
  const part = (at: number) => Math.round((parseInt(hex.slice(at, at + 2), 16) / 255) * 1000) / 1000;
  return [part(1), part(3), part(5)];
}

/** The name of a colour of the palette; null: a free one. */
export function clothesColour(hex: string): ClothesColour | null {
  const found = Object.entries(CLOTHES).find(([, value]) => value === hex);
  return found ? (found[0] as ClothesColour) : null;
}

export function draftOf(search: PersonSearchView): SearchDraft {
  const seen = search.last_seen;
  const placed = seen?.longitude_deg != null && seen.latitude_deg != null;
  return {
    caseId: search.case_id,
    reference: search.reference ?? "",
    description: search.description ?? "",
    top: search.top_rgb && hexOf(search.top_rgb),
    trousers: search.trousers_rgb && hexOf(search.trousers_rgb),
    fromCm: search.height_m && Math.round(search.height_m[0] * 100),
    toCm: search.height_m && Math.round(search.height_m[1] * 100),
    ageGroup: search.age_group,
    build: search.build,
    place: placed ? [seen.longitude_deg as number, seen.latitude_deg as number] : null,
    seenAt: seen ? localInput(seen.at) : "",
    kept: search.pictures,
    added: [],
    hours: null,
  };
}

/** What must be mended before it is sent; null: nothing. */
export function problemOf(draft: SearchDraft, nowS: number): TextKey | null {
  const { fromCm, toCm } = draft;
  const { least, most } = HEIGHTS_CM;
  if (!draft.top && !draft.trousers && !draft.kept.length && !draft.added.length)
    return "search.needLook";
  const out = (cm: number | null) => cm !== null && !(cm >= least && cm <= most);
  if (out(fromCm) || out(toCm)) return "search.needHeight";
  if (fromCm !== null && toCm !== null && fromCm > toCm) return "search.needHeightOrder";
  if (draft.place && !(secondsOf(draft.seenAt) <= nowS + 60)) return "search.needSeenAt";
  return null;
}

function secondsOf(local: string): number {
  return Date.parse(`${local}:00${OFFSET}`) / 1000;
}

function contentOf(draft: SearchDraft, mapId: string): SearchContent {
  const { fromCm, toCm, place } = draft;
  const { least, most } = HEIGHTS_CM;
  return {
    reference: draft.reference.trim() || null,
    description: draft.description.trim() || null,
    top_rgb: draft.top === null ? null : rgbOf(draft.top),
    trousers_rgb: draft.trousers === null ? null : rgbOf(draft.trousers),
    height_m:
      fromCm === null && toCm === null ? null : [(fromCm ?? least) / 100, (toCm ?? most) / 100],
    age_group: draft.ageGroup,
    build: draft.build,
    last_seen: place && {
      map_id: mapId,
      longitude_deg: place[0],
      latitude_deg: place[1],
      at: secondsOf(draft.seenAt),
    },
  };
}

/** The base64 of a picture's data URL. */
function base64Of({ url }: DraftPicture): string {
  return url.slice(url.indexOf(",") + 1);
}

export function newSearchOf(draft: SearchDraft, mapId: string, nowS: number): NewPersonSearch {
  return {
    ...contentOf(draft, mapId),
    expires_at: nowS + (draft.hours ?? 24) * 3600,
    pictures: draft.added.map(base64Of),
  };
}

/** What is different from the case as it is: the log then names what was changed, and no more. */
export function changeOf(
  draft: SearchDraft,
  search: PersonSearchView,
  mapId: string,
  nowS: number,
): AmendPersonSearch {
  const before = contentOf(draftOf(search), mapId);
  const after = contentOf(draft, mapId);
  const names = Object.keys(after) as (keyof SearchContent)[];
  const changed = names.filter((name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]));
  const kept = new Set(draft.kept.map((picture) => picture.picture_id));
  const removed = search.pictures.map((one) => one.picture_id).filter((one) => !kept.has(one));
  return {
    ...Object.fromEntries(changed.map((name) => [name, after[name]])),
    ...(draft.hours === null
      ? {}
      : { expires_at: Math.min(nowS + draft.hours * 3600, search.opened_at + WEEK_S) }),
    ...(draft.added.length ? { add_pictures: draft.added.map(base64Of) } : {}),
    ...(removed.length ? { remove_pictures: removed } : {}),
  };
}
