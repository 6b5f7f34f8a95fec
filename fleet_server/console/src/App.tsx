import { Component, type ReactNode, useEffect } from "react";
import { setUnauthorizedHandler } from "./api/client";
import { Console } from "./components/Console";
import { Login } from "./components/Login";
import { actions, store, useConsole } from "./lib/context";
import { translate } from "./i18n";

/** Log-in page or control room. */
export function App() {
  const session = useConsole((s) => s.session);
  useEffect(() => {
    setUnauthorizedHandler(() => actions.endSession("login.expired"));
    void actions.restoreSession();
  }, []);
  if (session === "unknown") return null;
  return <Guard>{session ? <Console /> : <Login />}</Guard>;
}

/** A screen that breaks says so, instead of going blank at night. */
class Guard extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    if (!this.state.broken) return this.props.children;
    const { language } = store.getState();
    return (
      <div className="crash" role="alert">
        <p>{translate(language, "error.crash")}</p>
        <button type="button" className="button primary" onClick={() => location.reload()}>
          {translate(language, "reload")}
        </button>
      </div>
    );
  }
}
