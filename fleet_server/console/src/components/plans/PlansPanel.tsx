import { useEffect } from "react";
import { serverNowMs } from "../../api/client";
import type { PlanSummary } from "../../api/planTypes";
import { localName } from "../../i18n";
import { actions, useConsole, useMayAct, useText } from "../../lib/context";
import { formatMoment } from "../../lib/format";
import { Icon } from "../icons";
import { PlanForm } from "./PlanForm";
import { PlanPage } from "./PlanPage";
import { ReplanForm } from "./ReplanForm";

/** Plans for a team: those that are kept, making one, looking at one, planning its rest anew. */
export function PlansPanel() {
  const t = useText();
  const task = useConsole((s) => s.task);
  const plan = useConsole((s) => s.plan);
  const plans = useConsole((s) => s.plans);
  const mayAct = useMayAct();
  useEffect(() => void actions.loadPlans(), []);
  if (task.kind === "plan") return <PlanForm draft={task.draft} />;
  if (task.kind === "replan" && plan) return <ReplanForm plan={plan} changes={task.changes} />;
  if (plan) return <PlanPage plan={plan} />;
  return (
    <>
      <ul className="patrol-list">
        {plans.map((summary) => (
          <PlanRow key={summary.plan_id} plan={summary} />
        ))}
      </ul>
      {!plans.length && <p className="empty">{t("plan.none")}</p>}
      {mayAct && (
        <button type="button" className="button wide dashed" onClick={actions.startPlanning}>
          <Icon name="plus" size={16} />
          {t("plan.new")}
        </button>
      )}
    </>
  );
}

function PlanRow({ plan }: { plan: PlanSummary }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const start = formatMoment(plan.start, serverNowMs() / 1000, language);
  const left = Array.isArray(plan.left_out) ? plan.left_out.length : plan.left_out;
  return (
    <li>
      <button
        type="button"
        className="plan-row"
        data-plan={plan.plan_id}
        onClick={() => void actions.openPlan(plan.plan_id)}
      >
        <b>{localName(plan.name, language)}</b>
        <PlanStatus plan={plan} />
        <span className="quiet">
          {t(`plan.mode.${plan.mode}`)} · {t("plan.vehicles", { count: plan.vehicle_ids.length })} ·{" "}
          {start}
          {left > 0 && ` · ${t("plan.leftOutCount", { count: left })}`}
        </span>
      </button>
    </li>
  );
}

/** Whether a plan is shown only, waits for its time, is under way, or has been replaced. */
export function PlanStatus({ plan }: { plan: PlanSummary }) {
  const t = useText();
  const status = statusOf(plan);
  return <span className={`chip ${status}`}>{t(`plan.status.${status}`)}</span>;
}

function statusOf(plan: PlanSummary) {
  if (plan.replaced_by) return "replaced";
  if (plan.started) return "started";
  if (plan.start_problem) return plan.scheduled_by ? "late" : "failed";
  return plan.scheduled_by ? "scheduled" : "draft";
}
