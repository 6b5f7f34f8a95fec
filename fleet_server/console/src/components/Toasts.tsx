import { actions, useConsole, useText } from "../lib/context";

/** Short messages that go away by themselves. */
export function Toasts() {
  const t = useText();
  const toasts = useConsole((s) => s.toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, tone, key, values }) => (
        <button
          key={id}
          type="button"
          className={`toast ${tone}`}
          onClick={() => actions.dismissToast(id)}
        >
          {t(key, values)}
        </button>
      ))}
    </div>
  );
}
