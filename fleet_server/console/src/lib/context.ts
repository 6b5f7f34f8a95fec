/** The store, the actions and the language, for components. */
import { createContext, useContext, useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { api, mapApi, searchApi, teamApi } from "../api/client";
import { type Translate, translator } from "../i18n";
import { createActions } from "../store/actions";
import { type ConsoleState, createConsoleStore } from "../store/store";

export const store = createConsoleStore();
export const actions = createActions(store, api, teamApi, mapApi, searchApi);

/** A part of the store; the component renders again when it changes. */
export function useConsole<T>(select: (state: ConsoleState) => T): T {
  return useStore(store, select);
}

/** Words in the operator's language. */
export function useText(): Translate {
  const language = useConsole((state) => state.language);
  return useMemo(() => translator(language), [language]);
}

const ACTING: readonly string[] = ["operator", "admin"];

/** Whether the user may judge, search, send vehicles and publish maps, or only watch. */
export function mayAct({ session }: ConsoleState): boolean {
  return session !== null && session !== "unknown" && ACTING.includes(session.user.role);
}

/** `mayAct`, for components. */
export function useMayAct(): boolean {
  return useConsole(mayAct);
}

/** Whether the user may have sealed originals released. */
export function useMayRelease(): boolean {
  return useConsole(
    ({ session }) =>
      session !== null && session !== "unknown" && session.user.role === "privacy_officer",
  );
}

/** This browser's monotonic clock in ms, one tick a second for the whole page. */
export const NowContext = createContext(0);

export function useNowMs(): number {
  return useContext(NowContext);
}

/** The source of `NowContext`. */
export function useTicker(): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
