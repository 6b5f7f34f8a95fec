/** Sounds the alarm and marks the window's title while a critical incident waits. */
import { useEffect, useRef } from "react";
import { alarms } from "../store/queue";
import { AlarmSound, titleWithBadge } from "./alarm";
import { useConsole, useText } from "./context";

export function useAlarm(): void {
  const t = useText();
  const language = useConsole((s) => s.language);
  const sound = useConsole((s) => s.sound);
  const incidents = useConsole((s) => s.incidents);
  const waiting = alarms(incidents);
  const count = waiting.length;
  const first = waiting[0];
  const title = (language === "ko" ? first?.title_ko : first?.title_en) ?? "";
  const player = useRef<AlarmSound>(new AlarmSound());
  const wasOn = useRef(sound);

  useEffect(() => {
    document.title = titleWithBadge(t("app.name"), count, title);
  }, [t, count, title]);

  // After a reload the browser keeps silent until the first click or key.
  useEffect(() => {
    if (!sound) return;
    const unlock = () => player.current.unlock();
    if (!wasOn.current) unlock();
    document.addEventListener("pointerdown", unlock);
    document.addEventListener("keydown", unlock);
    return () => {
      document.removeEventListener("pointerdown", unlock);
      document.removeEventListener("keydown", unlock);
    };
  }, [sound]);

  useEffect(() => {
    const alarm = player.current;
    if (sound && !wasOn.current && !count) setTimeout(() => alarm.chime(), 100);
    wasOn.current = sound;
    if (sound && count) alarm.start();
    return () => alarm.stop();
  }, [sound, count]);
}
