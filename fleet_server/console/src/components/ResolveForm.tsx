import { type FormEvent, useState } from "react";
import type { IncidentView, Verdict } from "../api/incidentTypes";
import { actions, useConsole, useText } from "../lib/context";

const VERDICTS: readonly Verdict[] = ["true_alarm", "harmless", "wrong"];

/** The operator's judgement of an acknowledged incident. */
export function ResolveForm({ incident }: { incident: IncidentView }) {
  const t = useText();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [note, setNote] = useState("");
  const busy = useConsole((s) => Boolean(s.busy[`resolve ${incident.incident_id}`]));

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (verdict) void actions.resolve(incident.incident_id, verdict, note.trim());
  }

  return (
    <form className="resolve" onSubmit={submit}>
      <fieldset className="segmented">
        <legend>{t("incident.verdict")}</legend>
        {VERDICTS.map((value) => (
          <label key={value} className={`verdict-${value}`}>
            <input
              type="radio"
              name="verdict"
              checked={verdict === value}
              onChange={() => setVerdict(value)}
            />
            <span>{t(`verdict.${value}`)}</span>
          </label>
        ))}
      </fieldset>
      <textarea
        rows={2}
        maxLength={2000}
        value={note}
        aria-label={t("incident.note")}
        placeholder={t("incident.notePlaceholder")}
        onChange={(event) => setNote(event.target.value)}
      />
      <button type="submit" className="button primary wide" disabled={!verdict || busy}>
        {t("incident.resolve")}
      </button>
    </form>
  );
}
