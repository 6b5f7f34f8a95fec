import { useState } from "react";
import { serverNowMs } from "../../api/client";
import type { LeftOut, Moved, PlanView } from "../../api/planTypes";
import { localName } from "../../i18n";
import { actions, useConsole, useMayAct, useText } from "../../lib/context";
import { formatDuration, formatMoment } from "../../lib/format";
import { useSaid } from "../../lib/useSaid";
import { ConfirmDialog } from "../ConfirmDialog";
import { Icon } from "../icons";
import { FlowHead } from "../FlowHead";
import { PlanStatus } from "./PlansPanel";
import { PlanVehicles } from "./PlanVehicles";

/** A plan: what it promises, who drives where and when, what it leaves out and what would help. */
export function PlanPage({ plan }: { plan: PlanView }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const said = useSaid();
  return (
    <article className="flow plan" aria-label={localName(plan.name, language)}>
      <FlowHead title={localName(plan.name, language)} onBack={actions.closePlan} />
      <Facts plan={plan} />
      <Actions plan={plan} />
      {plan.start_problem !== null && (
        <section className="left-out" role="alert">
          <h3>
            <Icon name="warning" size={15} /> {t("plan.startProblem")}
          </h3>
          <p>{said(plan.start_problem, plan.start_problem_ko)}</p>
        </section>
      )}
      {plan.replaces !== null && <MovedPromises moved={plan.moved} kept={plan.kept} />}
      {plan.left_out.length > 0 && <LeftOuts items={plan.left_out} />}
      <h3>{t("plan.byVehicle")}</h3>
      <PlanVehicles plan={plan} />
      {plan.notes.length > 0 && (
        <>
          <h3>{t("plan.notes")}</h3>
          <ul className="notes">
            {plan.notes.map((note, i) => (
              <li key={note}>{said(note, plan.notes_ko[i] ?? null)}</li>
            ))}
          </ul>
        </>
      )}
    </article>
  );
}

function Facts({ plan }: { plan: PlanView }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const longest = plan.figures["longest_s"] ?? null;
  const worst = plan.figures["worst_idleness_s"] ?? null;
  return (
    <div className="preview">
      <dl className="facts">
        <div>
          <dt>{t("plan.mode")}</dt>
          <dd>
            {t(`plan.mode.${plan.mode}`)} <PlanStatus plan={plan} />
          </dd>
        </div>
        <div>
          <dt>{t("plan.start")}</dt>
          <dd>
            {formatMoment(plan.start, serverNowMs() / 1000, language)}
            {plan.scheduled_by !== null &&
              ` · ${t("plan.startsItself", { user: plan.scheduled_by })}`}
          </dd>
        </div>
        {longest !== null && (
          <div>
            <dt>{t("plan.longest")}</dt>
            <dd>{formatDuration(longest, language)}</dd>
          </div>
        )}
        {worst !== null && (
          <div>
            <dt>{t("plan.worst")}</dt>
            <dd>{formatDuration(worst, language)}</dd>
          </div>
        )}
      </dl>
      {plan.incidents > 0 && (
        <p className="quiet">{t("plan.incidents", { count: plan.incidents })}</p>
      )}
      {plan.closed.length > 0 && (
        <p className="quiet">{t("plan.closedSome")}</p>
      )}
    </div>
  );
}

const EARLY_S = 60; // a plan is started at its time; the server takes it so much earlier

function Actions({ plan }: { plan: PlanView }) {
  const t = useText();
  const mayAct = useMayAct();
  if (!mayAct || plan.replaced_by) return null;
  return (
    <div className="button-row">
      {!plan.started && <StartButton plan={plan} />}
      <button type="button" className="button" onClick={actions.startReplanning}>
        <Icon name="route" size={16} />
        {t("plan.replan")}
      </button>
    </div>
  );
}

/** Starts a plan now, has one for later start by itself, or takes that back. */
function StartButton({ plan }: { plan: PlanView }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const busy = useConsole((s) => Boolean(s.busy[`start ${plan.plan_id}`]));
  const [confirming, setConfirming] = useState(false);
  const nowS = serverNowMs() / 1000;
  const time = formatMoment(plan.start, nowS, language);
  if (plan.scheduled_by !== null) {
    return (
      <button
        type="button"
        className="button"
        disabled={busy}
        onClick={() => void actions.setSchedule(plan.plan_id, false)}
      >
        <Icon name="close" size={16} />
        {t("plan.unschedule")}
      </button>
    );
  }
  const later = plan.start - nowS > EARLY_S;
  const count = plan.vehicles.filter((vehicle) => vehicle.steps.length > 0).length;
  const yes = later ? t("plan.schedule", { time }) : t("plan.startIt");
  const text = later
    ? "plan.scheduleText"
    : plan.replaces
      ? "plan.confirmReplace"
      : "plan.confirmText";
  return (
    <>
      <button
        type="button"
        className="button primary"
        disabled={busy || count === 0}
        onClick={() => setConfirming(true)}
      >
        <Icon name={later ? "clock" : "play"} size={16} />
        {yes}
      </button>
      {confirming && (
        <ConfirmDialog
          title={later ? t("plan.scheduleTitle", { time }) : t("plan.confirmTitle")}
          text={t(text, { count })}
          yes={yes}
          no={t("plan.notYet")}
          harmless
          onYes={() =>
            void (later ? actions.setSchedule(plan.plan_id, true) : actions.startPlan(plan.plan_id))
          }
          onClose={() => setConfirming(false)}
        />
      )}
    </>
  );
}

function short(vehicleId: string | null): string | null {
  return vehicleId?.replaceAll(/[^/, ]+\//g, "") ?? null;
}

function MovedPromises({ moved, kept }: { moved: Moved[]; kept: string[] }) {
  const t = useText();
  const said = useSaid();
  return (
    <>
      <h3>{t("plan.moved", { count: moved.length })}</h3>
      <ul className="moved" data-testid="moved">
        {moved.map((promise) => (
          <li key={`${promise.what} ${promise.from_id} ${promise.to_id}`}>
            <b>{said(promise.what, promise.what_ko)}</b>
            <span>
              {short(promise.from_id) ?? t("plan.nobody")} → {short(promise.to_id) ?? t("plan.nobody")}
            </span>
            <p className="quiet">{said(promise.why, promise.why_ko)}</p>
          </li>
        ))}
      </ul>
      <p className="quiet">
        {moved.length === 0 && t("plan.movedNone")}{" "}
        {kept.length > 0 && t("plan.kept", { vehicles: kept.map(short).join(", ") })}
      </p>
    </>
  );
}

function LeftOuts({ items }: { items: LeftOut[] }) {
  const t = useText();
  const said = useSaid();
  return (
    <section className="left-out" aria-label={t("plan.leftOut")}>
      <h3>
        <Icon name="warning" size={15} /> {t("plan.leftOut")}
      </h3>
      <ul>
        {items.map((item) => (
          <li key={item.what}>
            <b>{said(item.what, item.what_ko)}</b>
            <p>{said(item.why, item.why_ko)}</p>
            <p className="remedy">{said(item.remedy, item.remedy_ko)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
