/** What the live feed tells, folded into one value; pure, so that every rule can be tested. */
import type { Publication } from "../api/planTypes";
import type { IncidentView, Suppression } from "../api/incidentTypes";
import type { Assignment, LiveMessage, VehicleView } from "../api/types";

/** A vehicle, and when this browser heard of it (its own clock, ms): ages go on from there. */
export interface TimedVehicle {
  view: VehicleView;
  heardAtMs: number;
}

export interface LiveData {
  vehicles: Record<string, TimedVehicle>;
  incidents: Record<string, IncidentView>;
  assignments: Record<string, Assignment>;
  publications: Record<string, Publication>;
  suppressions: Record<string, Suppression>;
}

export const NO_DATA: LiveData = {
  vehicles: {},
  incidents: {},
  assignments: {},
  publications: {},
  suppressions: {},
};

/** The data after a message; a snapshot replaces what it covers and keeps resolved incidents. */
export function applyMessage(data: LiveData, message: LiveMessage, nowMs: number): LiveData {
  switch (message.type) {
    case "snapshot":
      return {
        vehicles: timed({}, message.vehicles, nowMs),
        incidents: { ...resolvedOf(data.incidents), ...byId(message.incidents, "incident_id") },
        assignments: byId(message.assignments, "assignment_id"),
        publications: data.publications,
        suppressions: data.suppressions,
      };
    case "vehicles":
      return { ...data, vehicles: timed(data.vehicles, message.vehicles, nowMs) };
    case "incident":
      return withIncidents(data, [message.incident]);
    case "assignment":
      return {
        ...data,
        assignments: {
          ...data.assignments,
          [message.assignment.assignment_id]: message.assignment,
        },
      };
    case "suppression":
      return withSuppressions(data, [message.suppression]);
    case "publication":
      return withPublications(data, [message.publication]);
    default:
      return data; // a newer server may say more
  }
}

/** The data with incidents that came by REST. */
export function withIncidents(data: LiveData, incidents: IncidentView[]): LiveData {
  return { ...data, incidents: { ...data.incidents, ...byId(incidents, "incident_id") } };
}

/** The data with suppressions that came by REST. */
export function withSuppressions(data: LiveData, suppressions: Suppression[]): LiveData {
  return {
    ...data,
    suppressions: { ...data.suppressions, ...byId(suppressions, "suppression_id") },
  };
}

/** The data with publications that came by REST. */
export function withPublications(data: LiveData, publications: Publication[]): LiveData {
  return {
    ...data,
    publications: { ...data.publications, ...byId(publications, "publication_id") },
  };
}

function timed(
  known: Record<string, TimedVehicle>,
  views: VehicleView[],
  nowMs: number,
): Record<string, TimedVehicle> {
  const vehicles = { ...known };
  for (const view of views) vehicles[view.vehicle_id] = { view, heardAtMs: nowMs };
  return vehicles;
}

function byId<K extends string, T extends Record<K, string>>(
  items: T[],
  key: K,
): Record<string, T> {
  return Object.fromEntries(items.map((item) => [item[key], item]));
}

function resolvedOf(incidents: Record<string, IncidentView>): Record<string, IncidentView> {
  return Object.fromEntries(
    Object.entries(incidents).filter(([, incident]) => incident.status === "resolved"),
  );
}
