import { type FormEvent, type KeyboardEvent, useRef, useState } from "react";
import type { TextKey } from "../i18n";
import { actions, useConsole, useText } from "../lib/context";
import { Mark } from "./icons";
import { NightHill } from "./NightHill";

/** The log-in page. */
export function Login() {
  const t = useText();
  const language = useConsole((s) => s.language);
  const notice = useConsole((s) => s.loginNotice);
  const [error, setError] = useState<TextKey | null>(null);
  const [busy, setBusy] = useState(false);
  const [capsLock, setCapsLock] = useState(false);
  const password = useRef<HTMLInputElement>(null);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const username = String(form.get("username")).trim();
    const secret = String(form.get("password"));
    if (!username || !secret) return setError("login.empty");
    setBusy(true);
    setError(null);
    const wrong = await actions.login(username, secret);
    setBusy(false);
    setError(wrong);
    if (wrong) password.current?.select();
  }

  const seeCapsLock = (event: KeyboardEvent) => setCapsLock(event.getModifierState("CapsLock"));
  const message = error ?? notice;
  return (
    <main className="login">
      <NightHill />
      <form className="login-card" onSubmit={submit} noValidate aria-labelledby="login-name">
        <header>
          <Mark size={30} />
          <div>
            <h1 id="login-name">{t("app.name")}</h1>
            <p>{t("app.tagline")}</p>
          </div>
        </header>
        <label>
          <span>{t("login.username")}</span>
          <input name="username" autoComplete="username" autoCapitalize="none" autoFocus />
        </label>
        <label>
          <span>{t("login.password")}</span>
          <input
            ref={password}
            name="password"
            type="password"
            autoComplete="current-password"
            onKeyUp={seeCapsLock}
            aria-describedby="login-message"
            aria-invalid={error === "login.wrong"}
          />
        </label>
        <p id="login-message" className="login-message" role="alert">
          {message ? t(message) : capsLock ? t("login.capsLock") : ""}
        </p>
        <button className="button primary large" type="submit" disabled={busy}>
          {busy ? t("login.busy") : t("login.submit")}
        </button>
      </form>
      <button
        type="button"
        className="login-language"
        lang={language === "ko" ? "en" : "ko"}
        onClick={() => actions.setLanguage(language === "ko" ? "en" : "ko")}
      >
        {language === "ko" ? "English" : "한국어"}
      </button>
    </main>
  );
}
