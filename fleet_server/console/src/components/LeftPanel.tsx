import { actions, useConsole, useText } from "../lib/context";
import { PatrolPanel } from "./PatrolPanel";
import { VehicleList } from "./VehicleList";

const TABS = ["vehicles", "patrols"] as const;

/** Vehicles and patrols. */
export function LeftPanel() {
  const t = useText();
  const tab = useConsole((s) => s.tab);
  const counts = {
    vehicles: useConsole((s) => Object.keys(s.vehicles).length),
    patrols: useConsole((s) => s.patrols.length),
  };
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
        {tab === "vehicles" ? <VehicleList /> : <PatrolPanel />}
      </div>
    </aside>
  );
}
