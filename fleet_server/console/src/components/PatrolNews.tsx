import { useState } from "react";
import type { Assignment, Diversion, VehicleView } from "../api/types";
import { localName, said } from "../i18n";
import { actions, useConsole, useMayAct, useText } from "../lib/context";
import { isActive, takesOrders } from "../store/condition";
import { ConfirmDialog } from "./ConfirmDialog";

const GOING: ReadonlySet<Diversion["phase"]> = new Set(["stopping", "driving", "waiting"]);

/** Whether the vehicle was called away from its patrol, and how that stands. */
export function DiversionLine({ assignment }: { assignment: Assignment }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const last = assignment.diversions.at(-1);
  if (!last) return null;
  const why = last.reason === null ? "" : `: ${said(last.reason, last.reason_ko, language)}`;
  return (
    <p className={`diversion ${last.phase}`} data-diversion={last.phase}>
      {t(`diversion.${last.phase}`)}
      {why}
    </p>
  );
}

/** Vehicles that were sent to an incident, and how that stands. */
export function SentVehicles({ incidentId }: { incidentId: string }) {
  const t = useText();
  const assignments = useConsole((s) => s.assignments);
  const sent = Object.values(assignments).flatMap((assignment) => {
    const last = assignment.diversions.at(-1);
    const goes = last && last.incident_id === incidentId && GOING.has(last.phase);
    return goes && isActive(assignment) ? [{ vehicle: assignment.vehicle_id, phase: last.phase }] : [];
  });
  return (
    <>
      {sent.map(({ vehicle, phase }) => (
        <button
          key={vehicle}
          type="button"
          className="link sent-vehicle"
          onClick={() => actions.selectVehicle(vehicle)}
        >
          {vehicle.split("/").pop()}: {t(`diversion.${phase}`)}
        </button>
      ))}
    </>
  );
}

/** The checkpoint that comes next, and a way to leave it out. */
export function NextCheckpoint({ assignment, view }: { assignment: Assignment; view: VehicleView }) {
  const t = useText();
  const mayAct = useMayAct();
  const language = useConsole((s) => s.language);
  const busy = useConsole((s) => Boolean(s.busy[`skip ${assignment.assignment_id}`]));
  const [confirming, setConfirming] = useState(false);
  const next = assignment.checkpoints.find(
    (c) => c.checkpoint_id === assignment.next_checkpoint_id && c.visited_at === null && !c.skipped,
  );
  if (!next) return null;
  const name = localName(next.name, language);
  return (
    <div className="next-checkpoint">
      <p className="quiet">{t("assignment.next", { name })}</p>
      {mayAct && assignment.skippable && takesOrders(view) && (
        <button
          type="button"
          className="button small"
          disabled={busy}
          onClick={() => setConfirming(true)}
        >
          {t("skip.button")}
        </button>
      )}
      {confirming && (
        <ConfirmDialog
          title={t("skip.title")}
          text={t("skip.text", { vehicle: view.serial_number, name })}
          yes={t("skip.button")}
          harmless
          onYes={() => void actions.skip(assignment, name)}
          onClose={() => setConfirming(false)}
        />
      )}
    </div>
  );
}
