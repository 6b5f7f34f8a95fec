import { useText } from "../lib/context";
import { Icon } from "./icons";

/** The head of a page in the left panel: back, and what this is. */
export function FlowHead({ title, onBack }: { title: string; onBack: () => void }) {
  const t = useText();
  return (
    <header className="flow-head">
      <button
        type="button"
        className="icon-button"
        title={t("back")}
        aria-label={t("back")}
        onClick={onBack}
      >
        <Icon name="back" />
      </button>
      <h2>{title}</h2>
    </header>
  );
}
