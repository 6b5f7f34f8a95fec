import "@fontsource-variable/noto-sans-kr";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/vehicles.css";
import "./styles/incidents.css";
import "./styles/map.css";
import "./styles/plans.css";
import "./styles/sending.css";
import "./styles/searches.css";
import "./styles/weather.css";
import "./styles/login.css";
import "./styles/phone.css";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { keepPreferences } from "./lib/preferences";

keepPreferences();
createRoot(document.getElementById("root") as HTMLElement).render(<App />);
