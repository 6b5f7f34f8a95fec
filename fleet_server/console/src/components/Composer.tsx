import { type FormEvent, useMemo, useState } from "react";
import type { VisitOrder } from "../api/types";
import { localName, type TextKey } from "../i18n";
import { actions, useConsole, useText } from "../lib/context";
import { type Place, readDistrict } from "../map/district";
import type { Task } from "../store/store";
import { AddCheckpoint } from "./AddCheckpoint";
import { FlowHead } from "./FlowHead";
import { Icon } from "./icons";

type ComposeTask = Extract<Task, { kind: "compose" }>;
const ORDERS: readonly VisitOrder[] = ["best", "given"];

/** Make a patrol: a name, checkpoints from the map or the list, the order of the visits. */
export function Composer({ task }: { task: ComposeTask }) {
  const t = useText();
  const [error, setError] = useState<TextKey | null>(null);
  const busy = useConsole((s) => Boolean(s.busy["save patrol"]));

  function save(event: FormEvent): void {
    event.preventDefault();
    if (!task.name.trim()) return setError("compose.needName");
    if (!task.checkpointIds.length) return setError("compose.needCheckpoint");
    setError(null);
    void actions.savePatrol();
  }

  return (
    <form className="flow" onSubmit={save} aria-label={t("compose.title")}>
      <FlowHead title={t("compose.title")} onBack={actions.stopTask} />
      <label className="field">
        <span>{t("compose.name")}</span>
        <input
          value={task.name}
          maxLength={120}
          placeholder={t("compose.namePlaceholder")}
          autoFocus
          onChange={(event) => actions.compose({ name: event.target.value })}
        />
      </label>
      <fieldset className="segmented">
        <legend>{t("compose.order")}</legend>
        {ORDERS.map((order) => (
          <label key={order}>
            <input
              type="radio"
              name="order"
              checked={task.order === order}
              onChange={() => actions.compose({ order })}
            />
            <span>{t(`patrol.order.${order}`)}</span>
          </label>
        ))}
      </fieldset>
      <p className="hint">
        <Icon name="pin" size={16} />
        {t("compose.hint")}
      </p>
      <Chosen ids={task.checkpointIds} />
      <p className="form-error" role="alert">
        {error ? t(error) : ""}
      </p>
      <button type="submit" className="button primary large wide" disabled={busy}>
        {t("compose.save")}
      </button>
    </form>
  );
}

function moved(ids: string[], index: number, step: 1 | -1): string[] {
  const copy = [...ids];
  const [id] = copy.splice(index, 1);
  if (id !== undefined) copy.splice(index + step, 0, id);
  return copy;
}

function Chosen({ ids }: { ids: string[] }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const map = useConsole((s) => s.map);
  const places: Place[] = useMemo(
    () => (map ? readDistrict(map.geojson).checkpoints : []),
    [map],
  );
  const nameOf = (id: string) =>
    localName(places.find((place) => place.id === id)?.name ?? id, language);
  const left = places.filter((place) => !ids.includes(place.id));
  return (
    <>
      <ol className="chosen">
        {ids.map((id, i) => (
          <li key={id}>
            <i>{i + 1}</i>
            <span>{nameOf(id)}</span>
            <button
              type="button"
              className="icon-button small"
              aria-label={t("compose.up", { name: nameOf(id) })}
              disabled={i === 0}
              onClick={() => actions.compose({ checkpointIds: moved(ids, i, -1) })}
            >
              <Icon name="up" size={14} />
            </button>
            <button
              type="button"
              className="icon-button small"
              aria-label={t("compose.down", { name: nameOf(id) })}
              disabled={i === ids.length - 1}
              onClick={() => actions.compose({ checkpointIds: moved(ids, i, 1) })}
            >
              <Icon name="down" size={14} />
            </button>
            <button
              type="button"
              className="icon-button small"
              aria-label={t("compose.remove", { name: nameOf(id) })}
              onClick={() => actions.toggleCheckpoint(id)}
            >
              <Icon name="close" size={14} />
            </button>
          </li>
        ))}
      </ol>
      {!ids.length && <p className="empty slim">{t("compose.empty")}</p>}
      <AddCheckpoint places={left} />
    </>
  );
}
