import { useEffect, useState } from "react";
import { api } from "../api/client";
import type { Assignment, VisitPicture } from "../api/types";
import { localName } from "../i18n";
import { useConsole, useText } from "../lib/context";
import { Icon } from "./icons";

const LOOK_AGAIN_MS = 15_000; // a picture comes in pieces, after the visit

/** The pictures that a patrol has taken of its checkpoints; opened one by one, as a look is noted. */
export function VisitPictures({ assignment }: { assignment: Assignment }) {
  const t = useText();
  const language = useConsole((s) => s.language);
  const [pictures, setPictures] = useState<VisitPicture[]>([]);
  const { assignment_id: assignmentId } = assignment;
  const visited = assignment.checkpoints.filter((c) => c.visited_at !== null).length;
  useEffect(() => {
    let gone = false;
    const look = () =>
      api.visitPictures(assignmentId).then(
        (found) => !gone && setPictures(found),
        () => undefined, // the connection's own banner tells of it
      );
    void look();
    const timer = setInterval(() => void look(), LOOK_AGAIN_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [assignmentId, visited]);
  if (!pictures.length) return null;
  const names = new Map(assignment.checkpoints.map((c) => [c.checkpoint_id, c.name]));
  return (
    <ul className="visit-pictures" aria-label={t("assignment.pictures")}>
      {pictures.map((picture) => (
        <li key={picture.evidence_id}>
          <a className="link" href={picture.url} target="_blank" rel="noreferrer">
            <Icon name="picture" size={14} />
            {localName(names.get(picture.checkpoint_id) ?? picture.checkpoint_id, language)}
          </a>
        </li>
      ))}
    </ul>
  );
}
