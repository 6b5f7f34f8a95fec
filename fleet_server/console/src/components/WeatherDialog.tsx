import { type FormEvent, useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import type { WeatherName, WeatherStatus } from "../api/weatherTypes";
import { actions, useConsole, useMayAct, useNowMs, useText } from "../lib/context";
import { NO_WEATHER, readDraft, WEATHER_NAMES, weatherNow } from "../store/weather";
import { Standing, Values } from "./Weather";

/** What counts and who said it; below, for whoever may dispatch, what they see themselves. */
export function WeatherDialog({ onClose }: { onClose: () => void }) {
  const t = useText();
  const now = useNowMs();
  const known = useConsole((s) => s.weather);
  const mayAct = useMayAct();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  if (!known) return null;
  const { counts } = weatherNow(known, now);
  return createPortal(
    <dialog
      ref={dialog}
      className="dialog weather-dialog"
      onClose={onClose}
      aria-labelledby="weather-title"
    >
      <h2 id="weather-title">{t("weather.title")}</h2>
      <div className="weather-counts" data-testid="weather-counts">
        <b>{counts ? <Values counts={counts} /> : t("weather.none")}</b>
        <span>
          <Standing />
        </span>
        <span>
          {counts ? t("weather.by", { names: counts.reported_by.join(", ") }) : t("weather.without")}
        </span>
        {known.status.service === "fails" && (
          <span className="quiet warn">{t("weather.serviceFails")}</span>
        )}
      </div>
      {mayAct ? (
        <ReportForm status={known.status} onClose={onClose} />
      ) : (
        <div className="button-row end">
          <button type="button" className="button" autoFocus onClick={onClose}>
            {t("close")}
          </button>
        </div>
      )}
    </dialog>,
    document.body,
  );
}

function ReportForm({ status, onClose }: { status: WeatherStatus; onClose: () => void }) {
  const t = useText();
  const [draft, setDraft] = useState(NO_WEATHER);
  const [wrong, setWrong] = useState<WeatherName[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const read = readDraft(draft, status.limits);
    const isEmpty = Object.keys(read.values).length === 0 && read.wrong.length === 0;
    setWrong(read.wrong);
    setProblem(isEmpty ? t("weather.saysNothing") : null);
    if (isEmpty || read.wrong.length > 0) return;
    setBusy(true);
    const refused = await actions.reportWeather(read.values);
    setBusy(false);
    if (refused === null) onClose();
    else setProblem(refused);
  }

  return (
    <form className="weather-form" onSubmit={(event) => void submit(event)} noValidate>
      <h3>{t("weather.form")}</h3>
      <p>{`${t("weather.empty")} ${t("weather.ends")}`}</p>
      <div className="weather-fields">
        {WEATHER_NAMES.map((name) => (
          <label className="field" key={name}>
            <span>{t(`weather.field.${name}`)}</span>
            <input
              name={name}
              inputMode="decimal"
              autoComplete="off"
              value={draft[name]}
              aria-invalid={wrong.includes(name)}
              aria-describedby={`weather-${name}`}
              onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
            />
            <small id={`weather-${name}`} className={wrong.includes(name) ? "wrong" : ""}>
              {t("weather.range", { low: status.limits[name][0], high: status.limits[name][1] })}
            </small>
          </label>
        ))}
      </div>
      <p className="form-error" role="alert">
        {problem}
      </p>
      <div className="button-row end">
        <button type="button" className="button" onClick={onClose}>
          {t("close")}
        </button>
        <button type="submit" className="button primary" data-testid="report-weather" disabled={busy}>
          {t("weather.send")}
        </button>
      </div>
    </form>
  );
}
