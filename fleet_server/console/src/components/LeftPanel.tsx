import { useEffect } from "react";
import { actions, useConsole, useMayAct, useText } from "../lib/context";
import { MapsPanel } from "./maps/MapsPanel";
import { PatrolPanel } from "./PatrolPanel";
import { PlansPanel } from "./plans/PlansPanel";
import { SearchesPanel } from "./searches/SearchesPanel";
import { VehicleList } from "./VehicleList";

const TABS = ["vehicles", "patrols", "plans", "maps", "searches"] as const;

const PANELS = {
  vehicles: VehicleList,
  patrols: PatrolPanel,
  plans: PlansPanel,
  maps: MapsPanel,
  searches: SearchesPanel,
};

/** Vehicles, patrols, plans for a team, versions of the map, missing persons. */
export function LeftPanel() {
  const t = useText();
  const tab = useConsole((s) => s.tab);
  const counts: Partial<Record<(typeof TABS)[number], number | string>> = {
    vehicles: useConsole((s) => Object.keys(s.vehicles).length),
    patrols: useConsole((s) => s.patrols.length),
    plans: useConsole((s) => (s.plans.some((plan) => plan.start_problem) ? "!" : "")),
    searches: useConsole((s) => s.searches.filter((one) => one.state === "open").length || ""),
  };
  const mayAct = useMayAct();
  const news = useConsole((s) => s.searchNews);
  const online = useConsole((s) => s.feed.status === "open");
  useEffect(() => void actions.loadPlans(), []);
  useEffect(() => {
    if (mayAct && online) void actions.loadSearches();
  }, [mayAct, online, news]);
  const Panel = PANELS[tab];
  return (
    <aside className="panel left" aria-label={t(`tab.${tab}`)}>
      <div className="tabs" role="tablist">
        {TABS.filter((name) => mayAct || name !== "searches").map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={tab === name}
            onClick={() => actions.setTab(name)}
          >
            {t(`tab.${name}`)} <small>{counts[name]}</small>
          </button>
        ))}
      </div>
      <div className="panel-body" role="tabpanel">
        <Panel />
      </div>
    </aside>
  );
}
