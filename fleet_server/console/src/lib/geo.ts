/** Plane geometry on longitude and latitude, good for a district. */
import type { LonLat } from "../api/types";

const EARTH_RADIUS_M = 6371008.8;
const RAD = Math.PI / 180;

/** Metres between two positions (equirectangular; exact to a metre over a few kilometres). */
export function distanceM([lon1, lat1]: LonLat, [lon2, lat2]: LonLat): number {
  const x = (lon2 - lon1) * RAD * Math.cos(((lat1 + lat2) / 2) * RAD);
  return Math.hypot(x, (lat2 - lat1) * RAD) * EARTH_RADIUS_M;
}

/** Metres along a line. */
export function lengthM(line: LonLat[]): number {
  return line.reduce((sum, point, i) => (i ? sum + distanceM(line[i - 1] ?? point, point) : 0), 0);
}

/** Degrees clockwise from north, for a heading in radians counter-clockwise from east. */
export function compassDeg(headingRad: number): number {
  return (((90 - headingRad / RAD) % 360) + 360) % 360;
}

/** Radians counter-clockwise from east, from a position towards another. */
export function headingRad([lon1, lat1]: LonLat, [lon2, lat2]: LonLat): number {
  const x = (lon2 - lon1) * Math.cos(((lat1 + lat2) / 2) * RAD);
  return Math.atan2(lat2 - lat1, x);
}

/** `to` expressed so that a straight turn from `from` takes the short way round (degrees). */
export function shortTurnDeg(from: number, to: number): number {
  return from + ((((to - from + 180) % 360) + 360) % 360) - 180;
}

/** Index of the line's point that lies nearest to a position. */
export function nearestIndex(line: LonLat[], position: LonLat): number {
  let best = 0;
  line.forEach((point, i) => {
    if (distanceM(point, position) < distanceM(line[best] ?? point, position)) best = i;
  });
  return best;
}
