import { actions, useConsole, useNowMs, useText } from "../lib/context";
import { formatPercent, formatSpeed } from "../lib/format";
import { activeAssignment, conditionOf, stateAgeS, TONES, type Tone } from "../store/condition";
import type { TimedVehicle } from "../store/live";
import { VehicleDetail } from "./VehicleDetail";
import { VehicleAge } from "./VehicleAge";

const TONE_RANK: Record<Tone, number> = { trouble: 0, attention: 1, moving: 2, calm: 3, gone: 4 };

/** All vehicles: those in trouble first, then those at work, the silent ones last. */
export function VehicleList() {
  const t = useText();
  const now = useNowMs();
  const vehicles = useConsole((s) => s.vehicles);
  const assignments = useConsole((s) => s.assignments);
  const rank = (vehicle: TimedVehicle) => {
    const assignment = activeAssignment(assignments, vehicle.view.vehicle_id);
    return TONE_RANK[TONES[conditionOf(vehicle, assignment, now)]];
  };
  const sorted = Object.values(vehicles).sort(
    (a, b) => rank(a) - rank(b) || a.view.vehicle_id.localeCompare(b.view.vehicle_id),
  );
  if (!sorted.length) return <p className="empty">{t("vehicle.none")}</p>;
  return (
    <ul className="vehicle-list" aria-label={t("vehicle.list")}>
      {sorted.map((vehicle) => (
        <VehicleRow key={vehicle.view.vehicle_id} vehicle={vehicle} />
      ))}
    </ul>
  );
}

function VehicleRow({ vehicle }: { vehicle: TimedVehicle }) {
  const t = useText();
  const now = useNowMs();
  const { view } = vehicle;
  const selected = useConsole((s) => s.selectedVehicleId === view.vehicle_id);
  const assignment = useConsole((s) => activeAssignment(s.assignments, view.vehicle_id));
  const condition = conditionOf(vehicle, assignment, now);
  const known = stateAgeS(vehicle, now) !== null;
  return (
    <li
      className={`vehicle tone-${TONES[condition]} ${selected ? "selected" : ""}`}
      data-vehicle-row={view.vehicle_id}
      data-condition={condition}
    >
      <button
        type="button"
        className="vehicle-row"
        aria-expanded={selected}
        onClick={() => actions.selectVehicle(selected ? null : view.vehicle_id)}
      >
        <i className="lamp" aria-hidden="true" />
        <span className="vehicle-name">{view.serial_number}</span>
        <span className="vehicle-condition">{t(`condition.${condition}`)}</span>
        <span className="vehicle-facts">
          <span>{known ? formatSpeed(view.speed_mps) : "–"}</span>
          <Battery percent={view.battery_pct} charging={view.charging === true} />
          <VehicleAge vehicle={vehicle} />
        </span>
      </button>
      {selected && <VehicleDetail vehicle={vehicle} assignment={assignment} condition={condition} />}
    </li>
  );
}

function Battery({ percent, charging }: { percent: number | null; charging: boolean }) {
  const t = useText();
  const level = percent === null ? "" : percent < 20 ? "low" : percent < 40 ? "mid" : "good";
  return (
    <span className={`battery ${level}`} title={t("vehicle.battery")}>
      <i aria-hidden="true">
        <b style={{ width: `${Math.max(0, Math.min(100, percent ?? 0))}%` }} />
      </i>
      {formatPercent(percent)}
      {charging && <em aria-label={t("condition.charging")}>⚡</em>}
    </span>
  );
}
