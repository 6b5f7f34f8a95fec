import { type FormEvent, useState } from "react";
import type { PersonSearchView } from "../../api/searchTypes";
import { actions, useConsole, useText } from "../../lib/context";

const OUTCOMES = ["found", "withdrawn", "other"] as const;

/** How a case ended; vehicles forget it when this is sent. */
export function CloseForm({ search, onBack }: { search: PersonSearchView; onBack: () => void }) {
  const t = useText();
  const [outcome, setOutcome] = useState<(typeof OUTCOMES)[number] | null>(null);
  const [note, setNote] = useState("");
  const busy = useConsole((s) => Boolean(s.busy[`close ${search.case_id}`]));

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (outcome) void actions.closeSearch(outcome, note.trim());
  }

  return (
    <form className="resolve close-search" onSubmit={submit} aria-label={t("search.close")}>
      <fieldset className="segmented">
        <legend>{t("search.closeHow")}</legend>
        {OUTCOMES.map((value) => (
          <label key={value}>
            <input
              type="radio"
              name="outcome"
              checked={outcome === value}
              onChange={() => setOutcome(value)}
            />
            <span>{t(`search.outcome.${value}`)}</span>
          </label>
        ))}
      </fieldset>
      <textarea
        rows={2}
        maxLength={2000}
        value={note}
        aria-label={t("search.note")}
        placeholder={t("search.note")}
        onChange={(event) => setNote(event.target.value)}
      />
      <div className="button-row">
        <button type="button" className="button" onClick={onBack}>
          {t("search.offerNo")}
        </button>
        <button type="submit" className="button primary" disabled={!outcome || busy}>
          {t("search.close")}
        </button>
      </div>
    </form>
  );
}
