import "maplibre-gl/dist/maplibre-gl.css";
import { useEffect, useMemo, useRef, useState } from "react";
import type { LonLat } from "../api/types";
import { MapControls } from "../components/MapControls";
import { actions, store, useConsole, useNowMs, useText } from "../lib/context";
import { formatSpeed } from "../lib/format";
import { activeAssignment, conditionOf, isActive, TONES } from "../store/condition";
import { sortedQueue } from "../store/queue";
import type { DistrictMap } from "../store/store";
import { MapController } from "./controller";
import { bothWays, type District, previewPatrol, readDistrict } from "./district";
import {
  checkpointFeatures,
  closedFeatures,
  lineFeature,
  planFeatures,
  uncertaintyFeature,
  watches,
} from "./features";
import { IncidentMarkers, type VehicleLook, VehicleMarkers } from "./markers";
import { LastSeenMarker } from "./lastSeen";
import { PlacedMarker } from "./placed";
import { Trail } from "./trail";

interface Parts {
  controller: MapController;
  vehicles: VehicleMarkers;
  incidents: IncidentMarkers;
  lastSeen: LastSeenMarker;
  placed: PlacedMarker;
  trail: Trail;
}

function buildParts(container: HTMLElement, map: DistrictMap, district: District): Parts {
  const { theme, language } = store.getState();
  const controller = new MapController(container, map, theme, language, {
    onCheckpoint: actions.toggleCheckpoint,
    onStreet: (edgeId) => actions.toggleStreet(bothWays(district, edgeId)),
    onBackground: () => undefined,
    onPlace: ([longitude, latitude]) =>
      actions.choosePlace(longitude, latitude) ||
      actions.chooseLastSeen(longitude, latitude) ||
      actions.choosePose(longitude, latitude),
    onUserMove: actions.stopFollowing,
  });
  const trail = new Trail((line) => controller.show("trail", lineFeature(line)));
  const vehicles = new VehicleMarkers(controller.map, actions.selectVehicle, (id, pose) => {
    trail.add(id, pose.position);
    const { following, selectedVehicleId } = store.getState();
    if (following && selectedVehicleId === id) controller.centreOn(pose.position);
  });
  const incidents = new IncidentMarkers(controller.map, actions.selectIncident);
  const lastSeen = new LastSeenMarker(controller.map);
  const placed = new PlacedMarker(controller.map);
  return { controller, vehicles, incidents, lastSeen, placed, trail };
}

/** The map and everything on it. */
export default function MapView({ map }: { map: DistrictMap }) {
  const t = useText();
  const box = useRef<HTMLDivElement>(null);
  const [parts, setParts] = useState<Parts | null>(null);
  const [failed, setFailed] = useState(false);
  const district = useMemo(() => readDistrict(map.geojson), [map]);

  useEffect(() => {
    if (!box.current) return;
    let made: Parts;
    try {
      made = buildParts(box.current, map, district);
    } catch (error) {
      console.error("map_failed", error);
      setFailed(true);
      return;
    }
    setParts(made);
    return () => {
      made.vehicles.remove();
      made.incidents.remove();
      made.lastSeen.show(null, "");
      made.placed.show(null, null);
      made.controller.remove();
      setParts(null);
    };
  }, [map, district]);

  return (
    <section className="map" aria-label={t("map.label")}>
      <div ref={box} className="map-canvas" />
      {failed && <p className="map-failed">{t("error.webgl")}</p>}
      {parts && <Sync parts={parts} district={district} />}
      {parts && <MapControls controller={parts.controller} />}
    </section>
  );
}

/** Keeps the map like the store; draws nothing of its own. */
function Sync({ parts, district }: { parts: Parts; district: District }) {
  useAppearance(parts);
  useVehicles(parts);
  useIncidents(parts);
  useRoutes(parts, district);
  usePlan(parts, district);
  useLastSeen(parts);
  usePlaced(parts);
  useCamera(parts);
  return null;
}

function useAppearance({ controller }: Parts): void {
  const theme = useConsole((s) => s.theme);
  const language = useConsole((s) => s.language);
  useEffect(() => controller.restyle(theme, language), [controller, theme, language]);
}

function useVehicles({ vehicles: markers, trail }: Parts): void {
  const t = useText();
  const now = useNowMs();
  const vehicles = useConsole((s) => s.vehicles);
  const assignments = useConsole((s) => s.assignments);
  const selectedId = useConsole((s) => s.selectedVehicleId);
  useEffect(() => {
    const looks: VehicleLook[] = [];
    for (const vehicle of Object.values(vehicles)) {
      const { vehicle_id: id, serial_number: label, position, speed_mps } = vehicle.view;
      if (position?.longitude_deg == null || position.latitude_deg == null) continue;
      const condition = conditionOf(vehicle, activeAssignment(assignments, id), now);
      looks.push({
        id,
        label,
        condition,
        tone: TONES[condition],
        detail: condition === "driving" ? formatSpeed(speed_mps) : t(`condition.${condition}`),
        selected: id === selectedId,
        position: {
          longitude: position.longitude_deg,
          latitude: position.latitude_deg,
          headingRad: position.heading_rad,
        },
      });
    }
    markers.update(looks);
  }, [markers, vehicles, assignments, selectedId, now, t]);

  useEffect(() => {
    void trail.follow(store.getState().vehicles[selectedId ?? ""]?.view ?? null);
  }, [trail, selectedId]);
}

function useIncidents({ incidents: markers, controller }: Parts): void {
  const language = useConsole((s) => s.language);
  const incidents = useConsole((s) => s.incidents);
  const selectedId = useConsole((s) => s.selectedIncidentId);
  useEffect(() => {
    const selected = incidents[selectedId ?? ""] ?? null;
    const shown = sortedQueue(incidents, "open");
    if (selected?.status === "resolved") shown.push(selected);
    markers.update(shown, selectedId, (i) => (language === "ko" ? i.title_ko : i.title_en));
    controller.show("sigma", uncertaintyFeature(selected));
  }, [markers, controller, incidents, selectedId, language]);
}

function useRoutes({ controller, vehicles: markers }: Parts, district: District): void {
  const language = useConsole((s) => s.language);
  const task = useConsole((s) => s.task);
  const patrols = useConsole((s) => s.patrols);
  const selectedId = useConsole((s) => s.selectedVehicleId);
  const assignment = useConsole((s) =>
    selectedId ? activeAssignment(s.assignments, selectedId) : null,
  );
  useEffect(() => {
    controller.show("checkpoints", checkpointFeatures(district, assignment, task, language));
  }, [controller, district, assignment, task, language]);

  const route = assignment && isActive(assignment) ? assignment.route : null;
  const patrol = task.kind === "assign" ? patrols.find((p) => p.patrol_id === task.patrolId) : null;
  const vehicleId = task.kind === "assign" ? task.vehicleId : null;
  useEffect(() => {
    if (patrol) {
      const start = vehicleId ? (markers.poseOf(vehicleId)?.position ?? null) : null;
      const best = patrol.order === "best";
      const { line } = previewPatrol(district, start, patrol.checkpoint_ids, best);
      controller.show("route", lineFeature(line));
    } else {
      controller.show("route", lineFeature(watches(task) && route ? route : []));
    }
  }, [controller, markers, district, patrol, vehicleId, route, task.kind]);
}

function usePlan({ controller }: Parts, district: District): void {
  const theme = useConsole((s) => s.theme);
  const plan = useConsole((s) => (s.tab === "plans" && s.task.kind !== "plan" ? s.plan : null));
  const changes = useConsole((s) => (s.task.kind === "replan" ? s.task.changes : null));
  useEffect(() => {
    controller.show("plan", planFeatures(district, plan, theme));
  }, [controller, district, plan, theme]);
  useEffect(() => {
    controller.show("closed", closedFeatures(district, plan, changes));
  }, [controller, district, plan, changes]);
}

function useLastSeen({ lastSeen }: Parts): void {
  const t = useText();
  const draft = useConsole((s) => (s.task.kind === "search" ? s.task.draft : null));
  const seen = useConsole((s) => (s.tab === "searches" ? (s.search?.last_seen ?? null) : null));
  useEffect(() => {
    const kept = seen?.longitude_deg != null && seen.latitude_deg != null;
    const known: LonLat | null = kept ? [seen.longitude_deg!, seen.latitude_deg!] : null;
    lastSeen.show(draft ? draft.place : known, t("search.lastSeen"));
  }, [lastSeen, draft, seen, t]);
}

function usePlaced({ placed }: Parts): void {
  const task = useConsole((s) => (s.task.kind === "place" ? s.task : null));
  useEffect(() => placed.show(task?.at ?? null, task?.headingRad ?? null), [placed, task]);
}

function useCamera({ controller }: Parts): void {
  const target = useConsole((s) => s.target);
  useEffect(() => {
    if (!target) return;
    if (target.kind === "all") controller.fitAll();
    else controller.goTo([target.longitude, target.latitude]);
  }, [controller, target]);
}
