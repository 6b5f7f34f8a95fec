import { useEffect, useRef } from "react";
import { createPortal } from "react-dom";
import { useText } from "../lib/context";

interface Props {
  title: string;
  text: string;
  yes: string;
  no?: string;
  harmless?: boolean; // nothing is lost by saying yes
  onYes: () => void;
  onClose: () => void;
}

/** A question before something that cannot be undone; Escape and the first button keep things. */
export function ConfirmDialog({ title, text, yes, no, harmless, onYes, onClose }: Props) {
  const t = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return createPortal(
    <dialog ref={dialog} className="dialog" onClose={onClose} aria-labelledby="dialog-title">
      <h2 id="dialog-title">{title}</h2>
      <p>{text}</p>
      <div className="button-row end">
        <button type="button" className="button" autoFocus onClick={onClose}>
          {no ?? t("confirm.no")}
        </button>
        <button
          type="button"
          className={`button ${harmless ? "primary" : "danger solid"}`}
          onClick={() => {
            onYes();
            onClose();
          }}
        >
          {yes}
        </button>
      </div>
    </dialog>,
    document.body,
  );
}
