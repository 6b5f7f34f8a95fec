/** Why somebody looks at evidence: of what is over the server wants to hear it; pure. */
import type { IncidentView, LookPurpose } from "../api/incidentTypes";

/** What may be given of an incident that is over; while it is not, "answering" is filled in. */
export const PURPOSES: readonly LookPurpose[] = ["handover", "review", "subject_request", "other"];

export const LEAST_CHARS = 5; // of the words that "other" needs, as the server asks
export const MOST_CHARS = 300;

export interface GivenPurpose {
  purpose: LookPurpose;
  note: string;
}

/** Whether a purpose says enough for the server. */
export function isEnough({ purpose, note }: GivenPurpose): boolean {
  return purpose !== "other" || note.trim().length >= LEAST_CHARS;
}

/** Where an incident's files are, with why they are looked at; null: a purpose must be given. */
export function lookAt(
  incident: Pick<IncidentView, "status">,
  given: GivenPurpose | undefined,
): ((url: string) => string) | null {
  if (incident.status !== "resolved") return (url) => url; // the server takes it for answering
  if (!given) return null;
  const query = new URLSearchParams({ purpose: given.purpose });
  const note = given.note.trim();
  if (note) query.set("note", note);
  return (url) => `${url}?${query}`;
}
