import { serverNowMs } from "../api/client";
import { actions, useConsole, useNowMs, useText } from "../lib/context";
import { formatDateTime, formatDuration } from "../lib/format";
import { conditionOf } from "../store/condition";
import { unacknowledged } from "../store/queue";
import { Icon, Mark } from "./icons";
import { Weather } from "./Weather";

/** The bar above everything: is it live, what time is it, how much is going on. */
export function TopBar({ onHelp }: { onHelp: () => void }) {
  const t = useText();
  const map = useConsole((s) => s.map);
  return (
    <header className="topbar">
      <div className="brand">
        <Mark size={20} />
        <strong>{t("app.name")}</strong>
        {map && <DistrictName name={map.summary.name} />}
      </div>
      <FeedState />
      <Counts />
      <Weather />
      <Clock />
      <nav className="top-actions">
        <SoundToggle />
        <button
          type="button"
          className="icon-button wide-only"
          title={t("top.keys")}
          aria-label={t("top.keys")}
          onClick={onHelp}
        >
          <Icon name="keyboard" />
        </button>
        <ThemeToggle />
        <LanguageToggle />
        <UserMenu />
      </nav>
    </header>
  );
}

function DistrictName({ name }: { name: string }) {
  const language = useConsole((s) => s.language);
  const [korean, english] = name.split(/\s*\(|\)/);
  return <span className="district">{language === "ko" ? korean : (english ?? korean)}</span>;
}

function FeedState() {
  const t = useText();
  const now = useNowMs();
  const language = useConsole((s) => s.language);
  const { status, lostAtMs } = useConsole((s) => s.feed);
  const age = formatDuration((now - (lostAtMs ?? now)) / 1000, language);
  const text =
    status === "open" ? t("feed.open") : lostAtMs ? t("feed.lost", { age }) : t("feed.connecting");
  return (
    <div className={`feed feed-${lostAtMs ? "lost" : status}`} role="status" data-feed={status}>
      <i />
      {text}
    </div>
  );
}

function Counts() {
  const t = useText();
  const now = useNowMs();
  const vehicles = useConsole((s) => s.vehicles);
  const open = useConsole((s) => unacknowledged(s.incidents));
  const all = Object.values(vehicles);
  const gone = new Set(["offline", "stale"]);
  const online = all.filter((vehicle) => !gone.has(conditionOf(vehicle, null, now))).length;
  return (
    <dl className="counts">
      <div>
        <dt>{t("top.online")}</dt>
        <dd>
          {online}
          <small>/{all.length}</small>
        </dd>
      </div>
      <div className={open ? "hot" : ""}>
        <dt>{t("top.openIncidents")}</dt>
        <dd data-testid="open-count">{open}</dd>
      </div>
    </dl>
  );
}

function Clock() {
  useNowMs(); // ticks
  const language = useConsole((s) => s.language);
  return (
    <time className="clock">
      {formatDateTime(serverNowMs() / 1000, language)} <small>KST</small>
    </time>
  );
}

function SoundToggle() {
  const t = useText();
  const sound = useConsole((s) => s.sound);
  return (
    <button
      type="button"
      className={`sound ${sound ? "on" : "off"}`}
      aria-pressed={sound}
      title={t("top.sound.hint")}
      onClick={actions.toggleSound}
    >
      <Icon name={sound ? "alarmOn" : "alarmOff"} />
      <span>{t(sound ? "top.sound.on" : "top.sound.off")}</span>
    </button>
  );
}

function ThemeToggle() {
  const t = useText();
  const theme = useConsole((s) => s.theme);
  return (
    <button
      type="button"
      className="icon-button"
      title={t("top.theme")}
      aria-label={t("top.theme")}
      onClick={actions.toggleTheme}
    >
      <Icon name={theme === "dark" ? "sun" : "moon"} />
    </button>
  );
}

function LanguageToggle() {
  const t = useText();
  const language = useConsole((s) => s.language);
  const other = language === "ko" ? "en" : "ko";
  return (
    <button
      type="button"
      className="icon-button text"
      title={t("top.language")}
      aria-label={t("top.language")}
      data-testid="language"
      onClick={() => actions.setLanguage(other)}
    >
      {other === "en" ? "EN" : "한"}
    </button>
  );
}

function UserMenu() {
  const t = useText();
  const session = useConsole((s) => s.session);
  if (!session || session === "unknown") return null;
  return (
    <button
      type="button"
      className="user"
      title={t("logout")}
      aria-label={`${session.user.username}, ${t("logout")}`}
      data-testid="logout"
      onClick={() => void actions.logout()}
    >
      <span>
        <b>{session.user.username}</b>
        <small>{t(`role.${session.user.role}`)}</small>
      </span>
      <Icon name="logout" />
    </button>
  );
}
