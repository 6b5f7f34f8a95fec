/** Smooth motion between position updates that come every half second or so. */
import type { LonLat } from "../api/types";
import { distanceM, shortTurnDeg } from "../lib/geo";

export interface Pose {
  position: LonLat;
  compassDeg: number;
}

// Further than a vehicle drives between two updates: a correction, shown at once.
const JUMP_M = 25;
const SHORTEST_MS = 200;
const LONGEST_MS = 2000;

export class Motion {
  private from: Pose;
  private to: Pose;
  private startMs: number;
  private durationMs = 0;

  constructor(pose: Pose, nowMs: number) {
    this.from = this.to = pose;
    this.startMs = nowMs;
  }

  /** A new pose was heard: glide there in the time that the last update took to come. */
  moveTo(pose: Pose, nowMs: number): void {
    const shown = this.at(nowMs);
    const sinceMs = nowMs - this.startMs;
    const jump = distanceM(shown.position, pose.position) > JUMP_M;
    this.from = jump ? pose : shown;
    this.to = { ...pose, compassDeg: shortTurnDeg(this.from.compassDeg, pose.compassDeg) };
    this.durationMs = jump ? 0 : Math.min(LONGEST_MS, Math.max(SHORTEST_MS, sinceMs));
    this.startMs = nowMs;
  }

  /** Where to draw it now. */
  at(nowMs: number): Pose {
    const { from, to } = this;
    const t = this.durationMs ? Math.min(1, (nowMs - this.startMs) / this.durationMs) : 1;
    const mix = (a: number, b: number) => a + (b - a) * t;
    return {
      position: [mix(from.position[0], to.position[0]), mix(from.position[1], to.position[1])],
      compassDeg: mix(from.compassDeg, to.compassDeg),
    };
  }

  /** Whether it still moves. */
  isMoving(nowMs: number): boolean {
    return nowMs - this.startMs < this.durationMs;
  }
}
