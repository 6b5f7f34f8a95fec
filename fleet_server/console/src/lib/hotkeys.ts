/** The keyboard: ONE table that handles keys and that the help shows. */
import type { TextKey } from "../i18n";
import { actions, mayAct, store } from "./context";

interface Hotkey {
  keys: readonly string[]; // KeyboardEvent.code, so that a Korean keyboard layout works too
  shown: readonly string[];
  text: TextKey;
  run: () => void;
}

function withIncident(run: (incidentId: string) => void): () => void {
  return () => {
    const { selectedIncidentId } = store.getState();
    if (selectedIncidentId) run(selectedIncidentId);
  };
}

function escape(): void {
  const { task, selectedIncidentId, tab, plan, search } = store.getState();
  if (task.kind !== "watch") actions.stopTask();
  else if (selectedIncidentId) actions.selectIncident(null);
  else if (tab === "plans" && plan) actions.closePlan();
  else if (tab === "searches" && search) actions.closeSearchPage();
  else actions.selectVehicle(null);
}

let openHelp: () => void = () => {};

export const HOTKEYS: readonly Hotkey[] = [
  {
    keys: ["KeyA"],
    shown: ["A"],
    text: "keys.acknowledge",
    run: withIncident((incidentId) => {
      if (mayAct(store.getState())) void actions.acknowledge(incidentId);
    }),
  },
  {
    keys: ["ArrowDown"],
    shown: ["↑", "↓"],
    text: "keys.move",
    run: () => actions.moveInQueue(1),
  },
  { keys: ["KeyZ"], shown: ["Z"], text: "keys.zoom", run: withIncident(actions.showIncident) },
  { keys: ["KeyF"], shown: ["F"], text: "keys.fit", run: actions.fitMap },
  { keys: ["KeyS"], shown: ["S"], text: "keys.sound", run: actions.toggleSound },
  { keys: ["Escape"], shown: ["Esc"], text: "keys.escape", run: escape },
  { keys: ["Slash"], shown: ["?"], text: "keys.help", run: () => openHelp() },
];

// Keys that do what a shown one does, backwards.
const HIDDEN: Record<string, () => void> = { ArrowUp: () => actions.moveInQueue(-1) };

const TYPING = "input, textarea, select, dialog, [contenteditable]";

function onKeyDown(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const typing = event.target instanceof Element && event.target.closest(TYPING);
  if (typing && !(event.code === "Escape" && !typing.matches("dialog"))) return;
  if (document.querySelector("dialog[open]")) return;
  const run = HIDDEN[event.code] ?? HOTKEYS.find((h) => h.keys.includes(event.code))?.run;
  if (!run) return;
  event.preventDefault();
  run();
}

/** Listen to the keyboard; returns a function that stops it. */
export function listenToKeys(onHelp: () => void): () => void {
  openHelp = onHelp;
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}
