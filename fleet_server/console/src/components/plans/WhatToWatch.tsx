import type { VisitOrder } from "../../api/types";
import { localName } from "../../i18n";
import { actions, useConsole, useText } from "../../lib/context";
import type { District } from "../../map/district";
import type { PlanDraft } from "../../store/store";
import { AddCheckpoint } from "../AddCheckpoint";
import { Icon } from "../icons";

const ORDERS: readonly VisitOrder[] = ["best", "given"];

/** Checkpoints, or an area whose streets are to be covered. */
export function WhatToWatch({ draft, district }: { draft: PlanDraft; district: District }) {
  const t = useText();
  return (
    <>
      <h3>{t("plan.what")}</h3>
      {draft.mode === "coverage" ? (
        <Area draft={draft} district={district} />
      ) : (
        <Checkpoints draft={draft} district={district} />
      )}
    </>
  );
}

function Area({ draft, district }: { draft: PlanDraft; district: District }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  return (
    <>
      <select
        aria-label={t("plan.area")}
        value={draft.area ?? ""}
        onChange={(event) => actions.draftPlan({ area: event.target.value || null })}
      >
        <option value="">{t("plan.allStreets")}</option>
        {district.areas.map((area) => (
          <option key={area.id} value={area.id}>
            {localName(area.name, language)}
          </option>
        ))}
      </select>
      <label className="check">
        <input
          type="checkbox"
          checked={draft.both_sides}
          onChange={() => actions.draftPlan({ both_sides: !draft.both_sides })}
        />
        {t("plan.bothSides")}
      </label>
    </>
  );
}

function Checkpoints({ draft, district }: { draft: PlanDraft; district: District }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const ids = draft.checkpoint_ids;
  const nameOf = (id: string) =>
    localName(district.checkpoints.find((place) => place.id === id)?.name ?? id, language);
  const left = district.checkpoints.filter((place) => !ids.includes(place.id));
  return (
    <>
      {ids.length ? (
        <ul className="tags">
          {ids.map((id) => (
            <li key={id}>
              {nameOf(id)}
              <button
                type="button"
                aria-label={t("compose.remove", { name: nameOf(id) })}
                onClick={() => actions.toggleCheckpoint(id)}
              >
                <Icon name="close" size={12} />
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <p className="quiet">
          {t("plan.allCheckpoints", { count: district.checkpoints.length })}{" "}
          {t("plan.chooseOnMap")}
        </p>
      )}
      <AddCheckpoint places={left} />
      {draft.mode === "tour" && (
        <fieldset className="segmented" aria-label={t("compose.order")}>
          {ORDERS.map((order) => (
            <label key={order}>
              <input
                type="radio"
                name="plan-order"
                checked={draft.order === order}
                onChange={() => actions.draftPlan({ order })}
              />
              <span>{t(`patrol.order.${order}`)}</span>
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}
