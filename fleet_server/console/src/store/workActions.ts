/** What the operator does: incidents, vehicles, patrols. */
import type { Api } from "../api/client";
import type { FeedListener } from "../api/live";
import type { IncidentView, Verdict } from "../api/incidentTypes";
import type { VehicleAction, VisitOrder } from "../api/types";
import { activeAssignment } from "./condition";
import { withIncidents } from "./live";
import { type GivenPurpose, isEnough } from "./looks";
import type { Tools } from "./tools";

/** A list with an item put in at its end, or taken out. */
function toggled(ids: string[], id: string): string[] {
  return ids.includes(id) ? ids.filter((known) => known !== id) : [...ids, id];
}

export function createWorkActions({ get, set, toast, send }: Tools, feed: FeedListener, api: Api) {
  function keepIncident(incident: IncidentView | undefined): void {
    if (incident?.incident_id) set(withIncidents(get(), [incident]));
  }

  return {
    async acknowledge(incidentId: string): Promise<void> {
      if (get().incidents[incidentId]?.status !== "open") return;
      const answer = await send(`acknowledge ${incidentId}`, () => api.acknowledge(incidentId));
      if (answer === "failed") return;
      keepIncident(answer);
      toast("good", "incident.acknowledged");
    },

    async resolve(incidentId: string, verdict: Verdict, note: string): Promise<void> {
      const answer = await send(`resolve ${incidentId}`, () =>
        api.resolve(incidentId, verdict, note),
      );
      if (answer === "failed") return;
      keepIncident(answer);
      toast("good", "incident.resolved");
    },

    /** Why the evidence of what is over is looked at, from now on. */
    givePurpose(incidentId: string, given: GivenPurpose): void {
      if (isEnough(given)) set({ purposes: { ...get().purposes, [incidentId]: given } });
    },

    /** Whether the request has gone out; the files come as evidence, when they come. */
    async askOriginals(incidentId: string, reason: string): Promise<boolean> {
      const name = `originals ${incidentId}`;
      const release = await send(name, () => api.askOriginals(incidentId, reason));
      if (release === "failed") return false;
      toast("good", "originals.asked", { vehicles: release.asked.join(", ") });
      return true;
    },

    /** The live feed tells of it, here and on every other screen. */
    async endSuppression(suppressionId: string): Promise<void> {
      const name = `end ${suppressionId}`;
      const suppression = await send(name, () => api.endSuppression(suppressionId));
      if (suppression !== "failed") feed.onMessage({ type: "suppression", suppression });
    },

    async act(vehicleId: string, action: VehicleAction, message?: string): Promise<void> {
      const vehicle = get().vehicles[vehicleId];
      if (!vehicle) return;
      const assignment = activeAssignment(get().assignments, vehicleId);
      await send(`${action} ${vehicleId}`, () =>
        action === "cancel" && assignment
          ? api.cancelAssignment(assignment.assignment_id)
          : api.act(vehicle.view, action, message),
      );
    },

    startAssigning(patrolId: string | null, vehicleId: string | null): void {
      set({ task: { kind: "assign", patrolId, vehicleId }, tab: "patrols" });
    },

    choosePatrol(patrolId: string): void {
      const { task } = get();
      if (task.kind === "assign") set({ task: { ...task, patrolId } });
    },

    chooseVehicle(vehicleId: string): void {
      const { task } = get();
      if (task.kind === "assign") set({ task: { ...task, vehicleId } });
    },

    async startPatrol(): Promise<void> {
      const { task, vehicles, patrols } = get();
      if (task.kind !== "assign") return;
      const vehicle = vehicles[task.vehicleId ?? ""]?.view;
      const patrol = patrols.find((p) => p.patrol_id === task.patrolId);
      if (!vehicle || !patrol) return;
      const assignment = await send(`assign ${vehicle.vehicle_id}`, () =>
        api.assign({
          patrol_id: patrol.patrol_id,
          manufacturer: vehicle.manufacturer,
          serial_number: vehicle.serial_number,
          return_to_dock: true,
        }),
      );
      if (assignment === "failed") return;
      feed.onMessage({ type: "assignment", assignment });
      set({
        task: { kind: "watch" },
        tab: "vehicles",
        selectedVehicleId: vehicle.vehicle_id,
      });
      toast("good", "assignment.started", {
        vehicle: vehicle.serial_number,
        patrol: patrol.name,
      });
    },

    startComposing(): void {
      set({ task: { kind: "compose", name: "", checkpointIds: [], order: "best" } });
    },

    compose(change: { name?: string; checkpointIds?: string[]; order?: VisitOrder }): void {
      const { task } = get();
      if (task.kind === "compose") set({ task: { ...task, ...change } });
    },

    /** Put a checkpoint into the patrol being made, or take it out again. */
    toggleCheckpoint(checkpointId: string): void {
      const { task } = get();
      if (task.kind === "compose") {
        set({ task: { ...task, checkpointIds: toggled(task.checkpointIds, checkpointId) } });
      } else if (task.kind === "plan") {
        const checkpoint_ids = toggled(task.draft.checkpoint_ids, checkpointId);
        set({ task: { ...task, draft: { ...task.draft, checkpoint_ids } } });
      }
    },

    async savePatrol(): Promise<void> {
      const { task, map } = get();
      if (task.kind !== "compose" || !map) return;
      const patrol = await send("save patrol", () =>
        api.createPatrol({
          name: task.name.trim(),
          map_id: map.summary.map_id,
          checkpoint_ids: task.checkpointIds,
          order: task.order,
        }),
      );
      if (patrol === "failed") return;
      set({ patrols: [...get().patrols, patrol], task: { kind: "watch" } });
      toast("good", "compose.saved", { name: patrol.name });
    },

    async deletePatrol(patrolId: string): Promise<void> {
      const answer = await send(`delete ${patrolId}`, () => api.deletePatrol(patrolId));
      if (answer !== "failed") set({ patrols: get().patrols.filter((p) => p.patrol_id !== patrolId) });
    },

    stopTask: () => set({ task: { kind: "watch" } }),
  };
}
