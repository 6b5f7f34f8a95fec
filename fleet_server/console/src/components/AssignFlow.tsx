import { useMemo } from "react";
import type { LonLat, Patrol } from "../api/types";
import { localName } from "../i18n";
import { actions, useConsole, useNowMs, useText } from "../lib/context";
import { formatDistance, formatPercent } from "../lib/format";
import { lengthM } from "../lib/geo";
import { previewPatrol, readDistrict } from "../map/district";
import { type Candidate, candidates } from "../store/condition";
import type { Task } from "../store/store";
import { FlowHead } from "./FlowHead";
import { Icon } from "./icons";

// What a patrol really makes on the way: 1.39 m/s at most, less in alleys, stops at checkpoints.
const USUAL_SPEED_MPS = 1.1;

type AssignTask = Extract<Task, { kind: "assign" }>;

/** Patrol, vehicle, a look at what will happen, start. */
export function AssignFlow({ task }: { task: AssignTask }) {
  const t = useText();
  const patrols = useConsole((s) => s.patrols);
  const patrol = patrols.find((p) => p.patrol_id === task.patrolId) ?? null;
  return (
    <section className="flow" aria-label={t("assign.title")}>
      <FlowHead title={t("assign.title")} onBack={actions.stopTask} />
      <h3>{t("assign.choosePatrol")}</h3>
      <PatrolChoice patrols={patrols} chosen={task.patrolId} />
      {patrol && (
        <>
          <h3>{t("assign.chooseVehicle")}</h3>
          <VehicleChoice chosen={task.vehicleId} />
        </>
      )}
      {patrol && task.vehicleId && <Preview patrol={patrol} vehicleId={task.vehicleId} />}
    </section>
  );
}

function PatrolChoice({ patrols, chosen }: { patrols: Patrol[]; chosen: string | null }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  if (!patrols.length) return <p className="empty">{t("patrol.none")}</p>;
  return (
    <div className="choices" role="radiogroup" aria-label={t("assign.choosePatrol")}>
      {patrols.map((patrol) => (
        <label key={patrol.patrol_id} className="choice">
          <input
            type="radio"
            name="patrol"
            checked={patrol.patrol_id === chosen}
            onChange={() => actions.choosePatrol(patrol.patrol_id)}
          />
          <b>{localName(patrol.name, language)}</b>
          <span>{t("patrol.checkpoints", { count: patrol.checkpoint_ids.length })}</span>
        </label>
      ))}
    </div>
  );
}

function VehicleChoice({ chosen }: { chosen: string | null }) {
  const t = useText();
  const now = useNowMs();
  const vehicles = useConsole((s) => s.vehicles);
  const assignments = useConsole((s) => s.assignments);
  const all = candidates(vehicles, assignments, now);
  return (
    <div className="choices" role="radiogroup" aria-label={t("assign.chooseVehicle")}>
      {all.every((c) => c.obstacle) && <p className="empty">{t("assign.noVehicle")}</p>}
      {all.map((candidate) => (
        <VehicleOption
          key={candidate.vehicle.view.vehicle_id}
          candidate={candidate}
          checked={candidate.vehicle.view.vehicle_id === chosen}
        />
      ))}
    </div>
  );
}

function VehicleOption({ candidate, checked }: { candidate: Candidate; checked: boolean }) {
  const t = useText();
  const { vehicle, obstacle } = candidate;
  const { vehicle_id: id, serial_number: name, battery_pct } = vehicle.view;
  return (
    <label className={`choice ${obstacle ? "cannot" : ""}`} data-candidate={id}>
      <input
        type="radio"
        name="vehicle"
        checked={checked}
        disabled={obstacle !== null}
        onChange={() => actions.chooseVehicle(id)}
      />
      <b>{name}</b>
      <span>
        {obstacle ? t(`assign.cannot.${obstacle}`) : `${t("assign.ready")} · ${formatPercent(battery_pct)}`}
      </span>
    </label>
  );
}

function Preview({ patrol, vehicleId }: { patrol: Patrol; vehicleId: string }) {
  const t = useText();
  const now = useNowMs();
  const language = useConsole((s) => s.language);
  const map = useConsole((s) => s.map);
  const district = useMemo(() => (map ? readDistrict(map.geojson) : null), [map]);
  const position = useConsole((s) => s.vehicles[vehicleId]?.view.position ?? null);
  const obstacle = useConsole(
    (s) =>
      candidates(s.vehicles, s.assignments, now).find(
        (c) => c.vehicle.view.vehicle_id === vehicleId,
      )?.obstacle ?? null,
  );
  const busy = useConsole((s) => Boolean(s.busy[`assign ${vehicleId}`]));
  const longitude = position?.longitude_deg ?? null;
  const latitude = position?.latitude_deg ?? null;
  const preview = useMemo(() => {
    const start: LonLat | null =
      longitude === null || latitude === null ? null : [longitude, latitude];
    const best = patrol.order === "best";
    return district && previewPatrol(district, start, patrol.checkpoint_ids, best);
  }, [district, patrol, longitude, latitude]);
  const metres = preview ? lengthM(preview.line) : 0;
  return (
    <>
      <h3>{t("assign.preview")}</h3>
      <div className="preview">
        {metres > 0 && (
          <dl className="facts">
            <div>
              <dt>{t("assign.length")}</dt>
              <dd>{formatDistance(metres)}</dd>
            </div>
            <div>
              <dt>{t("assign.duration")}</dt>
              <dd>{t("assign.minutes", { minutes: Math.ceil(metres / USUAL_SPEED_MPS / 60) })}</dd>
            </div>
          </dl>
        )}
        <ol>
          {preview?.stops.map((stop) => (
            <li key={stop.id}>{localName(stop.name, language)}</li>
          ))}
        </ol>
        <p className="quiet">
          {t("assign.returns")} {patrol.order === "best" && t("assign.bestNote")}
        </p>
      </div>
      {obstacle && <p className="form-error">{t(`assign.cannot.${obstacle}`)}</p>}
      <button
        type="button"
        className="button primary large wide"
        disabled={busy || obstacle !== null}
        onClick={() => void actions.startPatrol()}
      >
        <Icon name="play" size={16} />
        {t("assign.start")}
      </button>
    </>
  );
}
