import { useState } from "react";
import type { Patrol } from "../api/types";
import { localName } from "../i18n";
import { actions, useConsole, useMayAct, useText } from "../lib/context";
import { isActive } from "../store/condition";
import { AssignFlow } from "./AssignFlow";
import { Composer } from "./Composer";
import { ConfirmDialog } from "./ConfirmDialog";
import { Icon } from "./icons";

/** Patrols: what there is, making one, giving one to a vehicle. */
export function PatrolPanel() {
  const t = useText();
  const task = useConsole((s) => s.task);
  const patrols = useConsole((s) => s.patrols);
  const mayAct = useMayAct();
  if (task.kind === "assign") return <AssignFlow task={task} />;
  if (task.kind === "compose") return <Composer task={task} />;
  return (
    <>
      <ul className="patrol-list">
        {patrols.map((patrol) => (
          <PatrolRow key={patrol.patrol_id} patrol={patrol} />
        ))}
      </ul>
      {!patrols.length && <p className="empty">{t("patrol.none")}</p>}
      {mayAct && (
        <button type="button" className="button wide dashed" onClick={actions.startComposing}>
          <Icon name="plus" size={16} />
          {t("patrol.new")}
        </button>
      )}
    </>
  );
}

function PatrolRow({ patrol }: { patrol: Patrol }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const running = useConsole((s) =>
    Object.values(s.assignments).find((a) => a.patrol_id === patrol.patrol_id && isActive(a)),
  );
  const mayAct = useMayAct();
  const [confirming, setConfirming] = useState(false);
  const name = localName(patrol.name, language);
  return (
    <li className="patrol" data-patrol={patrol.patrol_id}>
      <div>
        <b>{name}</b>
        <span className="quiet">
          {t("patrol.checkpoints", { count: patrol.checkpoint_ids.length })} ·{" "}
          {t(`patrol.order.${patrol.order}`)}
        </span>
        {running && (
          <span className="running">
            {t("patrol.running", { vehicle: running.vehicle_id.split("/").pop() ?? "" })}
          </span>
        )}
      </div>
      {mayAct && (
        <>
          <button
            type="button"
            className="icon-button faint"
            title={t("patrol.delete")}
            aria-label={`${name}: ${t("patrol.delete")}`}
            onClick={() => setConfirming(true)}
          >
            <Icon name="trash" size={16} />
          </button>
          <button
            type="button"
            className="button"
            onClick={() => actions.startAssigning(patrol.patrol_id, null)}
          >
            {t("patrol.assign")}
          </button>
        </>
      )}
      {confirming && (
        <ConfirmDialog
          title={t("confirm.deleteTitle")}
          text={t("confirm.deleteText", { name })}
          yes={t("confirm.yes.delete")}
          onYes={() => void actions.deletePatrol(patrol.patrol_id)}
          onClose={() => setConfirming(false)}
        />
      )}
    </li>
  );
}
