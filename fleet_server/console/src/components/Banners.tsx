import { useEffect } from "react";
import { actions, useConsole, useNowMs, useText } from "../lib/context";
import { formatDuration } from "../lib/format";
import { troubleOf } from "../store/health";
import { alarms } from "../store/queue";
import { Ago } from "./Ago";
import { Icon } from "./icons";

const ASK_EVERY_MS = 15_000;

/** What must not be missed: critical incidents nobody has looked at, a feed or a server that is down. */
export function Banners() {
  return (
    <div className="banners">
      <FeedLost />
      <ServerTrouble />
      <CriticalIncident />
    </div>
  );
}

function FeedLost() {
  const t = useText();
  const now = useNowMs();
  const language = useConsole((s) => s.language);
  const lostAtMs = useConsole((s) => s.feed.lostAtMs);
  if (lostAtMs === null) return null;
  const age = formatDuration((now - lostAtMs) / 1000, language);
  return (
    <div className="banner lost" data-testid="feed-lost">
      {t("feed.lostLong", { age })}
    </div>
  );
}

function ServerTrouble() {
  const t = useText();
  const health = useConsole((s) => s.health);
  useEffect(() => {
    void actions.loadHealth();
    const timer = setInterval(() => void actions.loadHealth(), ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const trouble = troubleOf(health);
  if (!health || !trouble) return null;
  return (
    <div className="banner lost" role="alert" data-testid="server-trouble">
      {t(`server.${trouble}`, { free: Math.floor(health.disk_free_mb) })}
    </div>
  );
}

function CriticalIncident() {
  const t = useText();
  const language = useConsole((s) => s.language);
  const incidents = useConsole((s) => s.incidents);
  const sound = useConsole((s) => s.sound);
  const [first, ...others] = alarms(incidents);
  if (!first) return null;
  return (
    <div className="banner critical" role="alert" data-testid="alarm">
      <span className="beacon" aria-hidden="true">
        !
      </span>
      <div>
        <b>{language === "ko" ? first.title_ko : first.title_en}</b>
        <span>
          {t("alarm.banner")} · {first.vehicle_id.split("/").pop()} ·{" "}
          <Ago at={first.detected_at} />
          {others.length > 0 && ` · ${t("alarm.more", { count: others.length })}`}
        </span>
      </div>
      {!sound && (
        <button
          type="button"
          className="mute"
          title={t("top.sound.hint")}
          aria-label={t("alarm.mute")}
          onClick={actions.toggleSound}
        >
          <Icon name="alarmOff" size={16} />
          <span>{t("alarm.mute")}</span>
        </button>
      )}
      <button
        type="button"
        className="show"
        onClick={() => actions.showIncident(first.incident_id)}
      >
        {t("alarm.show")}
      </button>
    </div>
  );
}
