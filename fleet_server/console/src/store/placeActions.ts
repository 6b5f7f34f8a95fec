/** What the operator does to tell a vehicle where it stands. */
import type { Api } from "../api/client";
import { headingRad } from "../lib/geo";
import type { Tools } from "./tools";

export function createPlaceActions({ get, set, toast, send }: Tools, api: Api) {
  const begin = (vehicleId: string) =>
    set({ task: { kind: "place", vehicleId, at: null, headingRad: null } });

  return {
    /** Begin to point at where a vehicle stands, or begin again. */
    startPlacingVehicle: begin,

    /** The map was clicked; true when that was the vehicle's place, or where its front points. */
    choosePose(longitude: number, latitude: number): boolean {
      const { task } = get();
      if (task.kind !== "place") return false;
      if (task.at === null) {
        set({ task: { ...task, at: [longitude, latitude] } });
      } else {
        set({ task: { ...task, headingRad: headingRad(task.at, [longitude, latitude]) } });
      }
      return true;
    },

    async placeVehicle(): Promise<void> {
      const { task, vehicles } = get();
      if (task.kind !== "place" || task.at === null || task.headingRad === null) return;
      const vehicle = vehicles[task.vehicleId]?.view;
      if (!vehicle) return;
      const [longitude_deg, latitude_deg] = task.at;
      const place = { longitude_deg, latitude_deg, heading_rad: task.headingRad };
      const told = await send(`place ${task.vehicleId}`, () => api.place(vehicle, place));
      if (told === "failed") return;
      set({ task: { kind: "watch" } });
      toast("good", "place.sent", { vehicle: vehicle.serial_number });
    },
  };
}
