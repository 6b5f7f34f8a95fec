/** Where the selected vehicle has been: its track from the server, then what is seen live. */
import { api } from "../api/client";
import type { LonLat, VehicleView } from "../api/types";
import { distanceM } from "../lib/geo";

const MINUTES = 30;
const STEP_M = 0.5; // points nearer than this add nothing to the picture
const MAX_POINTS = 4000;

export class Trail {
  private points: LonLat[] = [];
  private vehicleId: string | null = null;

  constructor(private readonly onChange: (line: LonLat[]) => void) {}

  /** Follow another vehicle, or none. */
  async follow(vehicle: VehicleView | null): Promise<void> {
    this.vehicleId = vehicle?.vehicle_id ?? null;
    this.points = [];
    this.onChange(this.points);
    if (!vehicle) return;
    const track = await api.track(vehicle, MINUTES).catch(() => []); // a trail is a nicety
    if (this.vehicleId !== vehicle.vehicle_id) return;
    const past = track.map(([lon, lat]): LonLat => [lon, lat]);
    this.points = [...past, ...this.points];
    this.onChange(this.points);
  }

  /** The vehicle was drawn somewhere. */
  add(vehicleId: string, position: LonLat): void {
    if (vehicleId !== this.vehicleId) return;
    const last = this.points.at(-1);
    if (last && distanceM(last, position) < STEP_M) return;
    this.points = [...this.points.slice(-MAX_POINTS), position];
    this.onChange(this.points);
  }
}
