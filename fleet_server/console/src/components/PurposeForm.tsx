import { type FormEvent, useState } from "react";
import type { IncidentView, LookPurpose } from "../api/incidentTypes";
import { actions, useConsole, useText } from "../lib/context";
import { isEnough, lookAt, MOST_CHARS, PURPOSES } from "../store/looks";

/** Where an incident's files are, for a look; null while a purpose must be given first. */
export function useLook(incident: IncidentView): ((url: string) => string) | null {
  const given = useConsole((s) => s.purposes[incident.incident_id]);
  return lookAt(incident, given);
}

/** Why somebody looks at what is over; asked once an incident, until the log-out. */
export function PurposeForm({ incident }: { incident: IncidentView }) {
  const t = useText();
  const [purpose, setPurpose] = useState<LookPurpose | "">("");
  const [note, setNote] = useState("");
  const ready = purpose !== "" && isEnough({ purpose, note });

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (purpose !== "") actions.givePurpose(incident.incident_id, { purpose, note: note.trim() });
  }

  return (
    <form className="resolve look" data-testid="purpose" onSubmit={submit}>
      <p className="quiet">{t("look.ask")}</p>
      <select
        aria-label={t("look.purpose")}
        value={purpose}
        onChange={(event) => setPurpose(event.target.value as LookPurpose | "")}
      >
        <option value="">{t("look.choose")}</option>
        {PURPOSES.map((value) => (
          <option key={value} value={value}>
            {t(`look.purpose.${value}`)}
          </option>
        ))}
      </select>
      <input
        type="text"
        maxLength={MOST_CHARS}
        value={note}
        aria-label={t("look.note")}
        placeholder={t("look.note")}
        onChange={(event) => setNote(event.target.value)}
      />
      <button type="submit" className="button wide" disabled={!ready}>
        {t("look.show")}
      </button>
    </form>
  );
}
