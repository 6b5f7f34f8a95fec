/** What this machine remembers between visits: language, theme, sound. */
import { firstLanguage } from "../i18n";
import { store } from "./context";

const KEY = "sunra.preferences";

interface Preferences {
  language?: string;
  theme?: string;
  sound?: boolean;
}

function read(): Preferences {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Preferences;
  } catch {
    return {};
  }
}

/** Start with what was chosen last, else with what the system prefers; then keep both in step. */
export function keepPreferences(): void {
  const { language, theme, sound } = read();
  const prefersLight = matchMedia("(prefers-color-scheme: light)").matches;
  store.setState({
    language: firstLanguage(language ?? null, navigator.language),
    theme: theme === "dark" || theme === "light" ? theme : prefersLight ? "light" : "dark",
    sound: sound === true,
  });
  const apply = () => {
    const now = store.getState();
    document.documentElement.lang = now.language;
    document.documentElement.dataset["theme"] = now.theme;
  };
  apply();
  store.subscribe((now, before) => {
    if (now.language === before.language && now.theme === before.theme && now.sound === before.sound)
      return;
    apply();
    const kept: Preferences = { language: now.language, theme: now.theme, sound: now.sound };
    localStorage.setItem(KEY, JSON.stringify(kept));
  });
}
