import { useEffect, useRef } from "react";
import { HOTKEYS } from "../lib/hotkeys";
import { useText } from "../lib/context";

/** The keyboard shortcuts, from the table that the keyboard itself uses. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const t = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="dialog" onClose={onClose} aria-labelledby="help-title">
      <h2 id="help-title">{t("top.keys")}</h2>
      <dl className="keys">
        {HOTKEYS.map(({ shown, text }) => (
          <div key={text}>
            <dt>
              {shown.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
      <div className="button-row end">
        <button type="button" className="button" autoFocus onClick={onClose}>
          {t("close")}
        </button>
      </div>
    </dialog>
  );
}
