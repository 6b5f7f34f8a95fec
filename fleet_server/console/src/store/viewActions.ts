/** What the operator looks at: language, panels, selections, the map's view. */
import type { Language } from "../api/types";
import { activeAssignment, obstacleTo } from "./condition";
import { neighbour, type QueueFilter, sortedQueue } from "./queue";
import type { ConsoleState } from "./store";
import type { Tools } from "./tools";

export function createViewActions({ get, set, dismissToast }: Tools) {
  return {
    dismissToast,
    setLanguage: (language: Language) => set({ language }),
    toggleTheme: () => set({ theme: get().theme === "dark" ? "light" : "dark" }),
    toggleSound: () => set({ sound: !get().sound }),
    setTab: (tab: ConsoleState["tab"]) => set({ tab, task: { kind: "watch" } }),
    setFilter: (filter: QueueFilter) => set({ filter }),
    fitMap: () => set({ target: { kind: "all", longitude: 0, latitude: 0 }, following: false }),

    /** A vehicle was clicked: in the list, or on the map, perhaps to send it on a patrol. */
    selectVehicle(vehicleId: string | null): void {
      const { task, vehicles, assignments } = get();
      if (task.kind === "assign" && task.patrolId && vehicleId) {
        const vehicle = vehicles[vehicleId];
        const assignment = activeAssignment(assignments, vehicleId);
        const free = vehicle && obstacleTo(vehicle, assignment, performance.now()) === null;
        if (free) set({ task: { ...task, vehicleId } });
        return;
      }
      set({ selectedVehicleId: vehicleId, following: false });
      if (vehicleId) set({ tab: "vehicles", task: { kind: "watch" } });
    },

    showVehicle(vehicleId: string): void {
      const position = get().vehicles[vehicleId]?.view.position;
      set({ selectedVehicleId: vehicleId });
      if (position?.longitude_deg == null || position.latitude_deg == null) return;
      const { longitude_deg: longitude, latitude_deg: latitude } = position;
      set({ target: { kind: "point", longitude, latitude } });
    },

    toggleFollowing: () => set({ following: !get().following }),
    stopFollowing: () => get().following && set({ following: false }),

    selectIncident: (incidentId: string | null) => set({ selectedIncidentId: incidentId }),

    showIncident(incidentId: string): void {
      const incident = get().incidents[incidentId];
      set({ selectedIncidentId: incidentId, following: false });
      if (incident?.longitude_deg == null || incident.latitude_deg == null) return;
      const { longitude_deg: longitude, latitude_deg: latitude } = incident;
      set({ target: { kind: "point", longitude, latitude } });
    },

    moveInQueue(step: 1 | -1): void {
      const { incidents, filter, selectedIncidentId } = get();
      const next = neighbour(sortedQueue(incidents, filter), selectedIncidentId, step);
      if (next) set({ selectedIncidentId: next });
    },
  };
}
