/** What the operator does to send vehicles to incidents, and to leave checkpoints out. */
import type { Api } from "../api/client";
import type { FeedListener } from "../api/live";
import type { Assignment, DiversionTarget } from "../api/types";
import type { Tools } from "./tools";

export function createSendActions({ get, set, toast, send }: Tools, feed: FeedListener, api: Api) {
  /** Show who could be sent; whoever is quickest is chosen. */
  async function look(target: DiversionTarget): Promise<void> {
    const options = await send("look for vehicles", () => api.diversionOptions(target));
    const { task } = get();
    if (task.kind !== "send" || task.target !== target) return; // closed meanwhile
    if (options === "failed") return set({ task: { kind: "watch" } });
    const best = options.find((option) => option.reason === null);
    set({ task: { ...task, options, vehicleId: best?.vehicle_id ?? null } });
  }

  function aim(target: DiversionTarget): void {
    set({ task: { kind: "send", target, options: null, vehicleId: null } });
    void look(target);
  }

  return {
    sendToIncident: (incidentId: string) => aim({ incident_id: incidentId }),

    /** Begin to choose a place on the map, or stop it. */
    togglePlacing(): void {
      const placing = get().task.kind === "send";
      set({
        task: placing
          ? { kind: "watch" }
          : { kind: "send", target: null, options: null, vehicleId: null },
      });
    },

    /** The map was clicked; true when that was the place to send a vehicle to. */
    choosePlace(longitude: number, latitude: number): boolean {
      const { task, map } = get();
      if (task.kind !== "send" || task.target || !map) return false;
      aim({ map_id: map.summary.map_id, longitude_deg: longitude, latitude_deg: latitude });
      return true;
    },

    chooseSent(vehicleId: string): void {
      const { task } = get();
      if (task.kind === "send") set({ task: { ...task, vehicleId } });
    },

    async sendVehicle(): Promise<void> {
      const { task, vehicles } = get();
      if (task.kind !== "send" || !task.target) return;
      const { target } = task;
      const vehicle = vehicles[task.vehicleId ?? ""]?.view;
      if (!vehicle) return;
      const { manufacturer, serial_number, vehicle_id } = vehicle;
      const assignment = await send(`send ${vehicle_id}`, () =>
        api.divert({ ...target, manufacturer, serial_number, return_to_dock: true }),
      );
      if (assignment === "failed") return;
      feed.onMessage({ type: "assignment", assignment });
      set({ task: { kind: "watch" }, tab: "vehicles", selectedVehicleId: vehicle_id });
      toast("good", "send.sent", { vehicle: serial_number });
    },

    async skip(assignment: Assignment, name: string): Promise<void> {
      const { assignment_id: id, next_checkpoint_id: next } = assignment;
      if (next === null) return;
      const changed = await send(`skip ${id}`, () => api.skip(id, next));
      if (changed === "failed") return;
      feed.onMessage({ type: "assignment", assignment: changed });
      toast("good", "skip.done", { name });
    },
  };
}
