import { useEffect } from "react";
import { actions, useConsole, useText } from "../lib/context";
import { MapsPanel } from "./maps/MapsPanel";
import { PatrolPanel } from "./PatrolPanel";
import { PlansPanel } from "./plans/PlansPanel";
import { VehicleList } from "./VehicleList";

const TABS = ["vehicles", "patrols", "plans", "maps"] as const;

const PANELS = {
  vehicles: VehicleList,
  patrols: PatrolPanel,
  plans: PlansPanel,
  maps: MapsPanel,
};

/** Vehicles, patrols, plans for a team, versions of the map. */
export function LeftPanel() {
  const t = useText();
  const tab = useConsole((s) => s.tab);
  const counts: Partial<Record<(typeof TABS)[number], number | string>> = {
    vehicles: useConsole((s) => Object.keys(s.vehicles).length),
    patrols: useConsole((s) => s.patrols.length),
    plans: useConsole((s) => (s.plans.some((plan) => plan.start_problem) ? "!" : "")),
  };
  useEffect(() => void actions.loadPlans(), []);
  const Panel = PANELS[tab];
  return (
    <aside className="panel left" aria-label={t(`tab.${tab}`)}>
      <div className="tabs" role="tablist">
        {TABS.map((name) => (
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
