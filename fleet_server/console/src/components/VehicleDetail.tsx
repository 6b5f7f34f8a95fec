import { useState } from "react";
import type { Assignment, VehicleView } from "../api/types";
import { localName, said } from "../i18n";
import { actions, useConsole, useMayAct, useText } from "../lib/context";
import { formatDistance } from "../lib/format";
import { type Condition, obstacleTo } from "../store/condition";
import type { TimedVehicle } from "../store/live";
import { ConfirmDialog } from "./ConfirmDialog";
import { DiversionLine, NextCheckpoint } from "./PatrolNews";
import { VehicleAttention } from "./VehicleAttention";
import { VisitPictures } from "./VisitPictures";
import { Icon } from "./icons";

interface Props {
  vehicle: TimedVehicle;
  assignment: Assignment | null;
  condition: Condition;
}

/** What opens below a selected vehicle: its patrol, its faults, what can be done. */
export function VehicleDetail({ vehicle, assignment, condition }: Props) {
  const t = useText();
  const { view } = vehicle;
  const following = useConsole((s) => s.following);
  const language = useConsole((s) => s.language);
  const mayAct = useMayAct();
  return (
    <div className="vehicle-detail">
      <VehicleErrors view={view} />
      {view.waiting_for && (
        <p className="quiet" data-waiting>
          {t("vehicle.waitingFor", { what: said(view.waiting_for, view.waiting_for_ko, language) })}
        </p>
      )}
      {view.map_current === false && (
        <p className="old-map">
          {t("vehicle.oldMap", { version: (view.map_hash ?? "").slice(0, 7) })}
        </p>
      )}
      {assignment ? (
        <>
          <Progress assignment={assignment} view={view} />
          <VisitPictures assignment={assignment} />
        </>
      ) : (
        <p className="quiet">{t("vehicle.noPatrol")}</p>
      )}
      <div className="button-row">
        {view.position && (
          <>
            <button
              type="button"
              className="button"
              onClick={() => actions.showVehicle(view.vehicle_id)}
            >
              <Icon name="target" size={16} />
              {t("vehicle.showOnMap")}
            </button>
            <button
              type="button"
              className="button"
              aria-pressed={following}
              onClick={() => {
                if (!following) actions.showVehicle(view.vehicle_id);
                actions.toggleFollowing();
              }}
            >
              <Icon name="follow" size={16} />
              {t("vehicle.follow")}
            </button>
          </>
        )}
        {mayAct && condition !== "offline" && !view.driving && (
          <button
            type="button"
            className={`button ${view.localised ? "" : "primary"}`}
            data-testid="place"
            onClick={() => actions.startPlacingVehicle(view.vehicle_id)}
          >
            <Icon name="pin" size={16} />
            {t("place.button")}
          </button>
        )}
      </div>
      <Commands vehicle={vehicle} assignment={assignment} condition={condition} />
      {mayAct && condition !== "offline" && <VehicleAttention view={view} />}
    </div>
  );
}

function VehicleErrors({ view }: { view: VehicleView }) {
  const language = useConsole((s) => s.language);
  if (!view.errors.length) return null;
  return (
    <ul className="vehicle-errors">
      {view.errors.map((error) => (
        <li key={error.type} className={error.level.toLowerCase()} title={error.description}>
          {(language === "ko" ? error.text_ko : error.text_en) || error.description || error.type}
        </li>
      ))}
    </ul>
  );
}

function Progress({ assignment, view }: { assignment: Assignment; view: VehicleView }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const done = assignment.checkpoints.filter((c) => c.visited_at !== null).length;
  const all = assignment.checkpoints.length;
  return (
    <div className="progress" data-assignment={assignment.status}>
      <p>
        <b>{localName(assignment.patrol_name, language)}</b>
        <span>{t(`assignment.${assignment.status}`)}</span>
      </p>
      <div
        className="beads"
        role="progressbar"
        aria-valuemin={0}
        aria-valuemax={all}
        aria-valuenow={done}
        aria-label={t("assignment.progress", { done, all })}
      >
        {assignment.checkpoints.map((checkpoint, i) => (
          <i
            key={`${checkpoint.checkpoint_id}-${i}`}
            className={checkpoint.visited_at !== null ? "done" : checkpoint.skipped ? "skipped" : ""}
            title={`${localName(checkpoint.name, language)}${checkpoint.skipped ? ` (${t("skip.mark")})` : ""}`}
          />
        ))}
      </div>
      <p className="quiet">
        {t("assignment.progress", { done, all })} · {formatDistance(assignment.distance_m)}
      </p>
      <NextCheckpoint assignment={assignment} view={view} />
      <DiversionLine assignment={assignment} />
      {assignment.reason && <p className="quiet">{said(assignment.reason, assignment.reason_ko, language)}</p>}
    </div>
  );
}

function Commands({ vehicle, assignment, condition }: Props) {
  const t = useText();
  const { vehicle_id: id, serial_number: name } = vehicle.view;
  const [confirming, setConfirming] = useState<"cancel" | "crossing" | null>(null);
  const busy = useConsole((s) => Boolean(s.busy[`pause ${id}`] ?? s.busy[`resume ${id}`]));
  const atUnknownLight = vehicle.view.errors.some((error) => error.type === "signal_unknown");
  const mayAct = useMayAct();
  if (!mayAct || condition === "offline") return null;
  if (!assignment && !vehicle.view.paused) {
    const free = obstacleTo(vehicle, assignment, performance.now()) === null;
    return (
      <button
        type="button"
        className="button primary wide"
        disabled={!free}
        onClick={() => actions.startAssigning(null, id)}
      >
        <Icon name="route" size={16} />
        {t("vehicle.assign")}
      </button>
    );
  }
  const toggle = vehicle.view.paused ? "resume" : "pause";
  return (
    <div className="button-row">
      {atUnknownLight && (
        <button
          type="button"
          className="button primary wide"
          onClick={() => setConfirming("crossing")}
        >
          {t("vehicle.confirmCrossing")}
        </button>
      )}
      {vehicle.view.awaits_operator && (
        <button
          type="button"
          className="button primary wide"
          onClick={() => void actions.act(id, "release_wait")}
        >
          {t("vehicle.releaseWait")}
        </button>
      )}
      <button
        type="button"
        className={`button ${toggle === "resume" ? "primary" : ""}`}
        disabled={busy}
        onClick={() => void actions.act(id, toggle)}
      >
        <Icon name={toggle === "pause" ? "pause" : "play"} size={16} />
        {t(`vehicle.${toggle}`)}
      </button>
      {(!vehicle.view.paused || vehicle.view.driving) && (
        <button type="button" className="button danger" onClick={() => void actions.act(id, "stop")}>
          <Icon name="stop" size={16} />
          {t("vehicle.stop")}
        </button>
      )}
      <button type="button" className="button" onClick={() => setConfirming("cancel")}>
        {t("vehicle.cancel")}
      </button>
      {confirming === "crossing" && (
        <ConfirmDialog
          title={t("confirm.crossingTitle")}
          text={t("confirm.crossingText", { vehicle: name })}
          yes={t("confirm.yes.crossing")}
          onYes={() => void actions.act(id, "confirm_crossing")}
          onClose={() => setConfirming(null)}
        />
      )}
      {confirming === "cancel" && (
        <ConfirmDialog
          title={t("confirm.cancelTitle")}
          text={t("confirm.cancelText", { vehicle: name })}
          yes={t("confirm.yes.cancel")}
          onYes={() => void actions.act(id, "cancel")}
          onClose={() => setConfirming(null)}
        />
      )}
    </div>
  );
}
