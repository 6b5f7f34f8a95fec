import { type FormEvent, useMemo, useState } from "react";
import { serverNowMs } from "../../api/client";
import { PLAN_MODES } from "../../api/planTypes";
import type { TextKey } from "../../i18n";
import { actions, useConsole, useText } from "../../lib/context";
import { localInput } from "../../lib/format";
import { readDistrict } from "../../map/district";
import type { PlanDraft } from "../../store/store";
import { Icon } from "../icons";
import { FlowHead } from "../FlowHead";
import { TeamChoice } from "./TeamChoice";
import { WhatToWatch } from "./WhatToWatch";

const MAX_HOURS = 24;

/** Ask for a plan: what it is for, who takes part, what to watch, when and how long. */
export function PlanForm({ draft }: { draft: PlanDraft }) {
  const t = useText();
  const [error, setError] = useState<TextKey | null>(null);
  const busy = useConsole((s) => Boolean(s.busy["make plan"]));
  const map = useConsole((s) => s.map);
  const district = useMemo(() => (map ? readDistrict(map.geojson) : null), [map]);

  function make(event: FormEvent): void {
    event.preventDefault();
    const problem = problemOf(draft);
    setError(problem);
    if (!problem) void actions.makePlan();
  }

  return (
    <form className="flow" onSubmit={make} aria-label={t("plan.new")} noValidate>
      <FlowHead title={t("plan.new")} onBack={actions.stopTask} />
      <label className="field">
        <span>{t("plan.name")}</span>
        <input
          value={draft.name}
          maxLength={120}
          placeholder={t("plan.namePlaceholder")}
          autoFocus
          onChange={(event) => actions.draftPlan({ name: event.target.value })}
        />
      </label>
      <h3>{t("plan.mode")}</h3>
      <div className="choices" role="radiogroup" aria-label={t("plan.mode")}>
        {PLAN_MODES.map((mode) => (
          <label key={mode} className="choice mode">
            <input
              type="radio"
              name="mode"
              checked={draft.mode === mode}
              onChange={() => actions.draftPlan({ mode })}
            />
            <b>{t(`plan.mode.${mode}`)}</b>
            <span>{t(`plan.modeText.${mode}`)}</span>
          </label>
        ))}
      </div>
      <TeamChoice chosen={draft.vehicle_ids} />
      {district && <WhatToWatch draft={draft} district={district} />}
      <When draft={draft} />
      <p className="form-error" role="alert">
        {error ? t(error) : ""}
      </p>
      <button type="submit" className="button primary large wide" disabled={busy}>
        <Icon name="route" size={16} />
        {t(busy ? "plan.making" : "plan.make")}
      </button>
    </form>
  );
}

function problemOf(draft: PlanDraft): TextKey | null {
  if (!draft.name.trim()) return "compose.needName";
  if (!draft.vehicle_ids.length) return "plan.needVehicle";
  if (!(draft.hours > 0 && draft.hours <= MAX_HOURS)) return "plan.needHours";
  return null;
}

function When({ draft }: { draft: PlanDraft }) {
  const t = useText();
  const later = draft.start !== "";
  const nowS = serverNowMs() / 1000;
  return (
    <>
      <h3>{t("plan.when")}</h3>
      <fieldset className="segmented" aria-label={t("plan.when")}>
        <label>
          <input
            type="radio"
            name="when"
            checked={!later}
            onChange={() => actions.draftPlan({ start: "" })}
          />
          <span>{t("plan.now")}</span>
        </label>
        <label>
          <input
            type="radio"
            name="when"
            checked={later}
            onChange={() => actions.draftPlan({ start: localInput(nowS + 3600) })}
          />
          <span>{t("plan.later")}</span>
        </label>
      </fieldset>
      <div className="pair">
        {later && (
          <label className="field">
            <span>{t("plan.start")} (KST)</span>
            <input
              type="datetime-local"
              value={draft.start}
              min={localInput(nowS)}
              onChange={(event) => actions.draftPlan({ start: event.target.value })}
            />
          </label>
        )}
        <label className="field">
          <span>{t("plan.hours")}</span>
          <input
            type="number"
            min={0.5}
            max={MAX_HOURS}
            step={0.5}
            value={Number.isNaN(draft.hours) ? "" : draft.hours}
            onChange={(event) => actions.draftPlan({ hours: event.target.valueAsNumber })}
          />
        </label>
      </div>
    </>
  );
}
