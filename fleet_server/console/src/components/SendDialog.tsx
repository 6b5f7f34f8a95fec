import { useEffect, useRef } from "react";
import { createPortal } from "react-dom";
import type { DiversionOption } from "../api/types";
import { localName, said } from "../i18n";
import { actions, useConsole, useText } from "../lib/context";
import { formatDistance, formatPercent } from "../lib/format";
import type { Task } from "../store/store";
import { Icon } from "./icons";

const AT_M = 3; // nearer than this is there

type SendTask = Extract<Task, { kind: "send" }>;

/** Which vehicle goes: the quickest is proposed, and who cannot go says why. */
export function SendDialog({ task }: { task: SendTask }) {
  const t = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const busy = useConsole((s) => Boolean(s.busy[`send ${task.vehicleId}`]));
  useEffect(() => dialog.current?.showModal(), []);
  return createPortal(
    <dialog
      ref={dialog}
      className="dialog send-dialog"
      onClose={actions.stopTask}
      aria-labelledby="send-title"
    >
      <h2 id="send-title">{t("send.title")}</h2>
      <p>{t("send.how")}</p>
      <Options task={task} />
      <div className="button-row end">
        <button type="button" className="button" onClick={actions.stopTask}>
          {t("close")}
        </button>
        <button
          type="button"
          className="button primary"
          data-testid="send"
          disabled={busy || task.vehicleId === null}
          onClick={() => void actions.sendVehicle()}
        >
          <Icon name="send" size={16} />
          {t("send.go")}
        </button>
      </div>
    </dialog>,
    document.body,
  );
}

function Options({ task }: { task: SendTask }) {
  const t = useText();
  if (task.options === null) return <p className="empty">{t("send.loading")}</p>;
  const best = task.options.find((option) => option.reason === null);
  return (
    <div className="choices" role="radiogroup" aria-label={t("send.chooseVehicle")}>
      {!best && <p className="empty">{t("send.none")}</p>}
      {task.options.map((option) => (
        <Option
          key={option.vehicle_id}
          option={option}
          quickest={option === best}
          checked={option.vehicle_id === task.vehicleId}
        />
      ))}
    </div>
  );
}

interface OptionProps {
  option: DiversionOption;
  quickest: boolean;
  checked: boolean;
}

function Option({ option, quickest, checked }: OptionProps) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const { vehicle_id: id, reason, patrol_name: patrol } = option;
  return (
    <label className={`choice ${reason === null ? "" : "cannot"}`} data-sendable={id}>
      <input
        type="radio"
        name="sent"
        checked={checked}
        disabled={reason !== null}
        onChange={() => actions.chooseSent(id)}
      />
      <b>
        {id.split("/").pop()} {quickest && <em>{t("send.nearest")}</em>}
      </b>
      <span>{reason === null ? <Figures option={option} /> : null}</span>
      <small>
        {reason !== null
          ? said(reason, option.reason_ko, language)
          : patrol !== null
            ? t("send.comesBack", { patrol: localName(patrol, language) })
            : t("send.free")}
      </small>
    </label>
  );
}

/** How long it takes, how near it gets, what is in its battery. */
function Figures({ option }: { option: DiversionOption }) {
  const t = useText();
  const seconds = option.drive_s ?? 0;
  const time =
    seconds < 60 ? t("send.soon") : t("send.minutes", { minutes: Math.ceil(seconds / 60) });
  const awayM = option.away_m ?? 0;
  const away = awayM < AT_M ? "" : `${t("send.away", { distance: formatDistance(awayM) })} · `;
  return <>{`${time} · ${away}${formatPercent(option.battery_pct)}`}</>;
}
