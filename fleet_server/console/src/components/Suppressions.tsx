import type { Suppression } from "../api/incidentTypes";
import { actions, useConsole, useMayAct, useText } from "../lib/context";
import { formatDateTime, formatDistance, formatMinuteOfDay } from "../lib/format";

const STATES = {
  active: "quiet.active",
  expired: "quiet.expired",
  ended: "quiet.endedState",
} as const;

/** What verdicts have made quiet, why and until when; one click makes it ring again. */
export function Suppressions() {
  const t = useText();
  const suppressions = useConsole((s) => s.suppressions);
  const ordered = Object.values(suppressions).sort(
    (a, b) =>
      Number(b.state === "active") - Number(a.state === "active") || b.created_at - a.created_at,
  );
  return (
    <section className="suppressions">
      <h3>{t("quiet.rules")}</h3>
      {ordered.length === 0 && <p className="quiet">{t("quiet.noRules")}</p>}
      {ordered.map((suppression) => (
        <Card key={suppression.suppression_id} suppression={suppression} />
      ))}
    </section>
  );
}

function Card({ suppression: s }: { suppression: Suppression }) {
  const t = useText();
  const language = useConsole((state) => state.language);
  const hours = { from: formatMinuteOfDay(s.from_minute), to: formatMinuteOfDay(s.to_minute) };
  return (
    <article className={`suppression ${s.state}`} data-suppression={s.suppression_id}>
      <header>
        <b>{language === "ko" ? s.title_ko : s.title_en}</b>
        <span className={`chip ${s.state === "active" ? "draft" : ""}`}>{t(STATES[s.state])}</span>
      </header>
      <span>
        {t(s.weekend ? "quiet.weekend" : "quiet.weekday", hours)} ·{" "}
        {t("quiet.radius", { distance: formatDistance(s.radius_m) })} ·{" "}
        {t("quiet.count", { count: s.quieted })}
      </span>
      <Ending suppression={s} />
      <details>
        <summary>{t("quiet.verdicts", { count: s.verdicts.length })}</summary>
        <ul>
          {s.verdicts.map((one) => (
            <li key={one.incident_id}>
              {t(`verdict.${one.verdict}`)} · {one.judged_by} ·{" "}
              {formatDateTime(one.judged_at, language)}
            </li>
          ))}
        </ul>
      </details>
      <Switch suppression={s} />
    </article>
  );
}

function Ending({ suppression: s }: { suppression: Suppression }) {
  const t = useText();
  const language = useConsole((state) => state.language);
  if (s.ended_at === null) {
    return <span>{t("quiet.until", { time: formatDateTime(s.expires_at, language) })}</span>;
  }
  const values = { name: s.ended_by ?? "", time: formatDateTime(s.ended_at, language) };
  return (
    <span>{t(s.end_reason === "true_alarm" ? "quiet.endedTrue" : "quiet.endedBy", values)}</span>
  );
}

function Switch({ suppression: s }: { suppression: Suppression }) {
  const t = useText();
  const mayAct = useMayAct();
  const busy = useConsole((state) => Boolean(state.busy[`end ${s.suppression_id}`]));
  if (s.state !== "active" || !mayAct) return null;
  return (
    <button
      type="button"
      className="button wide"
      disabled={busy}
      onClick={() => void actions.endSuppression(s.suppression_id)}
    >
      {t("quiet.end")}
    </button>
  );
}
