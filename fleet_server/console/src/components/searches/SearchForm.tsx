import { type FormEvent, useState } from "react";
import { serverNowMs } from "../../api/client";
import type { TextKey } from "../../i18n";
import { actions, useConsole, useText } from "../../lib/context";
import { HEIGHTS_CM, HOURS, problemOf, type SearchDraft } from "../../store/searchDraft";
import { FlowHead } from "../FlowHead";
import { Icon } from "../icons";
import { ColourChoice } from "./ColourChoice";
import { Honest } from "./SearchesPanel";
import { PictureChoice } from "./PictureChoice";
import { LastSeenChoice } from "./LastSeenChoice";

const AGES = ["child", "adult", "old"] as const;
const BUILDS = ["slim", "average", "heavy"] as const;

/** Open a case, or change one: what a passer-by could see, where and when, and for how long. */
export function SearchForm({ draft }: { draft: SearchDraft }) {
  const t = useText();
  const [error, setError] = useState<TextKey | null>(null);
  const busy = useConsole((s) => Boolean(s.busy["send search"]));
  const isNew = draft.caseId === null;
  const title = t(isNew ? "search.new" : "search.amend");

  function submit(event: FormEvent): void {
    event.preventDefault();
    const problem = problemOf(draft, serverNowMs() / 1000);
    setError(problem);
    if (!problem) void actions.sendSearch();
  }

  return (
    <form className="flow search-form" onSubmit={submit} aria-label={title} noValidate>
      <FlowHead title={title} onBack={actions.stopTask} />
      {isNew && <Honest />}
      <label className="field">
        <span>{t("search.reference")}</span>
        <input
          value={draft.reference}
          maxLength={120}
          placeholder={t("search.referenceHint")}
          autoFocus
          onChange={(event) => actions.draftSearch({ reference: event.target.value })}
        />
      </label>
      <h3>{t("search.look")}</h3>
      <ColourChoice
        title="search.top"
        name="top"
        value={draft.top}
        onChange={(top) => actions.draftSearch({ top })}
      />
      <ColourChoice
        title="search.trousers"
        name="trousers"
        value={draft.trousers}
        onChange={(trousers) => actions.draftSearch({ trousers })}
      />
      <PictureChoice draft={draft} />
      <Figure draft={draft} />
      <LastSeenChoice draft={draft} />
      <label className="field">
        <span>{t("search.description")}</span>
        <textarea
          rows={2}
          value={draft.description}
          maxLength={2000}
          placeholder={t("search.descriptionHint")}
          onChange={(event) => actions.draftSearch({ description: event.target.value })}
        />
      </label>
      <Lasts draft={draft} />
      <p className="form-error" role="alert">
        {error ? t(error) : ""}
      </p>
      <button type="submit" className="button primary large wide" disabled={busy}>
        <Icon name="person" size={16} />
        {t(isNew ? "search.send" : "search.sendChange")}
      </button>
    </form>
  );
}

function Figure({ draft }: { draft: SearchDraft }) {
  const t = useText();
  return (
    <>
      <h3>{t("search.body")}</h3>
      <div className="pair">
        <Centimetres
          label={`${t("search.height")} ${t("search.from")}`}
          value={draft.fromCm}
          onChange={(fromCm) => actions.draftSearch({ fromCm })}
        />
        <Centimetres
          label={`${t("search.height")} ${t("search.to")}`}
          value={draft.toCm}
          onChange={(toCm) => actions.draftSearch({ toCm })}
        />
      </div>
      <Segments
        legend="search.age"
        name="age"
        options={AGES.map((value) => [value, t(`search.age.${value}`)] as const)}
        value={draft.ageGroup}
        onChange={(ageGroup) => actions.draftSearch({ ageGroup })}
      />
      <Segments
        legend="search.build"
        name="build"
        options={BUILDS.map((value) => [value, t(`search.build.${value}`)] as const)}
        value={draft.build}
        onChange={(build) => actions.draftSearch({ build })}
      />
    </>
  );
}

interface CentimetresProps {
  label: string;
  value: number | null;
  onChange: (value: number | null) => void;
}

function Centimetres({ label, value, onChange }: CentimetresProps) {
  return (
    <label className="field">
      <span>{label}</span>
      <input
        type="number"
        inputMode="numeric"
        min={HEIGHTS_CM.least}
        max={HEIGHTS_CM.most}
        value={value ?? ""}
        onChange={({ target }) =>
          onChange(Number.isNaN(target.valueAsNumber) ? null : target.valueAsNumber)
        }
      />
    </label>
  );
}

interface SegmentsProps<T extends string> {
  legend: TextKey;
  name: string;
  options: readonly (readonly [T, string])[];
  value: T | null;
  onChange: (value: T | null) => void;
}

/** One of a few, or not known. */
function Segments<T extends string>({ legend, name, options, value, onChange }: SegmentsProps<T>) {
  const t = useText();
  const all: readonly (readonly [T | null, string])[] = [[null, t("search.unknown")], ...options];
  return (
    <fieldset className="segmented">
      <legend>{t(legend)}</legend>
      {all.map(([option, label]) => (
        <label key={option ?? ""}>
          <input
            type="radio"
            name={name}
            checked={value === option}
            onChange={() => onChange(option)}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Lasts({ draft }: { draft: SearchDraft }) {
  const t = useText();
  const hours = draft.caseId === null ? HOURS : [null, ...HOURS];
  const said = (n: number | null) => {
    if (n === null) return t("search.asIs");
    return n > 24 ? t("search.days", { n: n / 24 }) : t("search.hours", { n });
  };
  return (
    <>
      <fieldset className="segmented">
        <legend>{t("search.lasts")}</legend>
        {hours.map((n) => (
          <label key={n ?? 0}>
            <input
              type="radio"
              name="lasts"
              checked={draft.hours === n}
              onChange={() => actions.draftSearch({ hours: n })}
            />
            <span>{said(n)}</span>
          </label>
        ))}
      </fieldset>
      <p className="quiet">{t("search.lastsText")}</p>
    </>
  );
}
