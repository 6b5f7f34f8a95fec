/** What the server says of person searches: cases, and who did what with them. */
import type { IncidentView } from "./incidentTypes";

export type Rgb = [number, number, number]; // sRGB, each 0..1
export type AgeGroup = "child" | "adult" | "old";
export type Build = "slim" | "average" | "heavy";
export type SearchOutcome = "found" | "withdrawn" | "other" | "expired";

export interface LastSeen {
  map_id: string;
  longitude_deg: number | null;
  latitude_deg: number | null;
  at: number;
}

export interface PersonSearchSummary {
  case_id: string;
  revision: number; // grows with every change
  state: "open" | "ended";
  reference: string | null; // the police's case number
  top_rgb: Rgb | null;
  trousers_rgb: Rgb | null;
  opened_at: number;
  opened_by: string;
  expires_at: number;
  closed_at: number | null;
  closed_by: string | null;
  outcome: SearchOutcome | null;
  erased_at: number | null; // since when nothing personal is kept
  picture_count: number;
}

/** A picture; opening `url` is noted in the case's log. */
export interface SearchPicture {
  picture_id: string;
  url: string;
}

export interface SearchLogLine {
  time: number;
  username: string;
  action: string;
  subject: string;
  details: Record<string, unknown>;
}

export interface PersonSearchView extends PersonSearchSummary {
  description: string | null;
  height_m: [number, number] | null;
  age_group: AgeGroup | null;
  build: Build | null;
  last_seen: LastSeen | null;
  pictures: SearchPicture[];
  note: string | null;
  erased_after: number | null;
  candidates: IncidentView[];
  log: SearchLogLine[];
}

export interface SearchContent {
  reference: string | null;
  description: string | null;
  top_rgb: Rgb | null;
  trousers_rgb: Rgb | null;
  height_m: [number, number] | null;
  age_group: AgeGroup | null;
  build: Build | null;
  last_seen: { map_id: string; longitude_deg: number; latitude_deg: number; at: number } | null;
}

export type NewPersonSearch = SearchContent & { expires_at: number; pictures: string[] };

export type AmendPersonSearch = Partial<SearchContent> & {
  expires_at?: number;
  add_pictures?: string[];
  remove_pictures?: string[];
};

/** A case has changed; what it holds is asked for by who may see it. */
export interface SearchNews {
  type: "person_search";
  case_id: string;
  state: "open" | "ended";
  revision: number;
}
