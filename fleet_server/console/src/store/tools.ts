/** What all actions share: reading and writing the store, telling the operator, sending requests. */
import { ApiError } from "../api/client";
import type { Language } from "../api/types";
import type { TextKey, Values } from "../i18n";
import type { ConsoleState, ConsoleStore, Toast } from "./store";

const TOAST_MS = 5000;
const KNOWN_ERRORS: Record<string, TextKey> = {
  network: "error.network",
  http_502: "error.network",
  http_503: "error.network",
};

let toastCount = 0;

/** What an operator reads of an error. */
export function errorText(
  error: unknown,
  language: Language = "en",
): { key: TextKey; values: Values } {
  if (!(error instanceof ApiError)) return { key: "error.server", values: { message: `${error}` } };
  if (error.status === 403) return { key: "error.forbidden", values: {} };
  const key = KNOWN_ERRORS[error.code];
  return key ? { key, values: {} } : { key: "error.server", values: { message: refusal(error, language) } };
}

/** The server's own words, in the operator's language where it has them. */
export function refusal(error: ApiError, language: Language): string {
  return (language === "ko" ? error.messageKo : null) ?? error.message;
}

export function createTools(store: ConsoleStore) {
  const get = store.getState;
  const set = (change: Partial<ConsoleState>) => store.setState(change);

  function dismissToast(id: number): void {
    set({ toasts: get().toasts.filter((t) => t.id !== id) });
  }

  function toast(tone: Toast["tone"], key: TextKey, values: Values = {}): void {
    const id = ++toastCount;
    set({ toasts: [...get().toasts.slice(-3), { id, tone, key, values }] });
    setTimeout(() => dismissToast(id), TOAST_MS);
  }

  /** Run a request once at a time under a name; tells the operator when it fails. */
  async function send<T>(name: string, request: () => Promise<T>): Promise<T | "failed"> {
    if (get().busy[name]) return "failed";
    set({ busy: { ...get().busy, [name]: true } });
    try {
      return await request();
    } catch (error) {
      const { key, values } = errorText(error, get().language);
      if (!(error instanceof ApiError && error.status === 401)) toast("bad", key, values);
      return "failed";
    } finally {
      const { [name]: _done, ...busy } = get().busy;
      set({ busy });
    }
  }

  return { get, set, toast, dismissToast, send };
}

export type Tools = ReturnType<typeof createTools>;
