import { Fragment, useEffect, useState } from "react";
import type { WeatherView } from "../api/weatherTypes";
import { actions, useConsole, useNowMs, useText } from "../lib/context";
import { formatAge, formatDuration, formatWeather } from "../lib/format";
import { WEATHER_NAMES, weatherNow } from "../store/weather";
import { Icon } from "./icons";
import { WeatherDialog } from "./WeatherDialog";

const LOAD_EVERY_MS = 15_000;

/** The weather that counts, in the top bar; behind it the form that reports it. */
export function Weather() {
  const t = useText();
  const now = useNowMs();
  const known = useConsole((s) => s.weather);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    void actions.loadWeather();
    const timer = setInterval(() => void actions.loadWeather(), LOAD_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  if (!known) return null;
  const { counts } = weatherNow(known, now);
  const fails = known.status.service === "fails";
  return (
    <>
      <button
        type="button"
        className={`weather ${counts ? "" : "unknown"} ${fails ? "fails" : ""}`}
        title={t("weather.open")}
        data-testid="weather"
        onClick={() => setOpen(true)}
      >
        <Icon name={fails ? "warning" : "weather"} />
        <span>
          <b>{counts ? <Values counts={counts} /> : t("weather.none")}</b>
          <small>
            <Standing />
          </small>
        </span>
      </button>
      {open && <WeatherDialog onClose={() => setOpen(false)} />}
    </>
  );
}

/** "Rain 2 mm/h · Air 3 °C": what is said, and nothing of what is not; units do where it is narrow. */
export function Values({ counts }: { counts: WeatherView }) {
  const t = useText();
  const said = WEATHER_NAMES.filter((name) => counts[name] !== null);
  return said.map((name, index) => (
    <Fragment key={name}>
      {index > 0 && " · "}
      <span className="value">
        <span className="word">{`${t(`weather.${name}`)} `}</span>
        {formatWeather(name, counts[name] ?? 0)}
      </span>
    </Fragment>
  ));
}

/** How old it is and how many vehicles have it, or since when nobody has reported. */
export function Standing() {
  const t = useText();
  const now = useNowMs();
  const language = useConsole((s) => s.language);
  const known = useConsole((s) => s.weather);
  if (!known) return null;
  const { counts, ageS } = weatherNow(known, now);
  if (ageS === null) return <>{t("weather.never")}</>;
  if (!counts) return <>{t("weather.noneFor", { age: formatDuration(ageS, language) })}</>;
  const told = t("weather.told", { told: counts.vehicles_told, all: known.status.vehicles });
  return <>{`${formatAge(ageS, language)} · ${told}`}</>;
}
