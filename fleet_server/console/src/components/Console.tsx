import { lazy, Suspense, useEffect, useState } from "react";
import { browserWorld } from "../api/browserWorld";
import { LiveFeed } from "../api/live";
import { actions, NowContext, useConsole, useText, useTicker } from "../lib/context";
import { listenToKeys } from "../lib/hotkeys";
import { useAlarm } from "../lib/useAlarm";
import { MAP_FONT } from "../map/style";
import { Banners } from "./Banners";
import { HelpDialog } from "./HelpDialog";
import { IncidentPanel } from "./IncidentPanel";
import { LeftPanel } from "./LeftPanel";
import { Placing } from "./Placing";
import { Sending } from "./Sending";
import { Toasts } from "./Toasts";
import { TopBar } from "./TopBar";

// MapLibre is most of the program: the log-in page does not wait for it.
const MapView = lazy(() => import("../map/MapView"));

/** The control room. */
export function Console() {
  const now = useTicker();
  const [help, setHelp] = useState(false);
  const lost = useConsole((s) => s.feed.lostAtMs !== null);
  const composing = useConsole((s) => ["compose", "plan", "replan", "search"].includes(s.task.kind));
  const placing = useConsole(
    ({ task }) =>
      ["search", "place"].includes(task.kind) || (task.kind === "send" && task.target === null),
  );
  const wide = useConsole((s) => ["plans", "maps", "searches"].includes(s.tab));
  useLiveFeed();
  useAlarm();
  useEffect(() => listenToKeys(() => setHelp(true)), []);
  return (
    <NowContext value={now}>
      <div
        className={`console ${lost ? "feed-is-lost" : ""} ${composing ? "composing" : ""} ${placing ? "placing" : ""} ${wide ? "wide-left" : ""}`}
      >
        <TopBar onHelp={() => setHelp(true)} />
        <LeftPanel />
        <main className="stage">
          <Stage />
          <Banners />
          <Toasts />
          <Sending />
          <Placing />
        </main>
        <IncidentPanel />
        {help && <HelpDialog onClose={() => setHelp(false)} />}
      </div>
    </NowContext>
  );
}

function useLiveFeed(): void {
  useEffect(() => {
    const feed = new LiveFeed(browserWorld(), actions.feedListener);
    const retry = () => feed.retryNow();
    feed.start();
    void actions.loadMap();
    window.addEventListener("online", retry);
    return () => {
      window.removeEventListener("online", retry);
      feed.stop();
    };
  }, []);
}

/** The map as soon as its data and its typeface are here. */
function Stage() {
  const t = useText();
  const map = useConsole((s) => s.map);
  const error = useConsole((s) => s.mapError);
  const [fontReady, setFontReady] = useState(false);
  useEffect(() => {
    if (!map) return;
    // MapLibre draws glyphs once and keeps them: the pieces of the typeface must be here before.
    const words = map.geojson.features.map((feature) => feature.properties.name ?? "").join("");
    const letters = [...new Set(words)].join("");
    document.fonts
      .load(`16px "${MAP_FONT}"`, `${letters}0123456789`)
      .catch(() => [])
      .then(() => setFontReady(true));
  }, [map]);
  if (error) {
    return (
      <div className="map-failed">
        <p>{t(error)}</p>
        <button type="button" className="button" onClick={() => void actions.loadMap()}>
          {t("error.retry")}
        </button>
      </div>
    );
  }
  if (!map || !fontReady) return <div className="map-loading" />;
  return (
    <Suspense fallback={<div className="map-loading" />}>
      <MapView map={map} />
    </Suspense>
  );
}
