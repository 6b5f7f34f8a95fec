/** The alarm: a sound that repeats while a critical incident waits, and the window's title. */

const REPEAT_MS = 3500;
// Two falling tones, 0.9 s: urgent, but not a siren beside a person's ear all night.
const TONES: readonly { hz: number; atS: number; forS: number }[] = [
  { hz: 880, atS: 0, forS: 0.16 },
  { hz: 660, atS: 0.2, forS: 0.16 },
  { hz: 880, atS: 0.5, forS: 0.16 },
  { hz: 660, atS: 0.7, forS: 0.2 },
];
const PEAK_GAIN = 0.22;

export class AlarmSound {
  private context: AudioContext | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;

  /** Prepare to sound; browsers allow it only inside a click or a key press. */
  unlock(): void {
    this.context ??= new AudioContext();
    void this.context.resume();
  }

  /** Sound now and every few seconds until `stop`. */
  start(): void {
    if (this.timer) return;
    this.chime();
    this.timer = setInterval(() => this.chime(), REPEAT_MS);
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  /** One round of tones, so that switching the sound on can be heard. */
  chime(): void {
    const { context } = this;
    if (!context || context.state !== "running") return;
    for (const { hz, atS, forS } of TONES) {
      const start = context.currentTime + atS;
      const tone = context.createOscillator();
      const gain = context.createGain();
      tone.type = "triangle";
      tone.frequency.value = hz;
      gain.gain.setValueAtTime(0, start);
      gain.gain.linearRampToValueAtTime(PEAK_GAIN, start + 0.02);
      gain.gain.linearRampToValueAtTime(0, start + forS);
      tone.connect(gain).connect(context.destination);
      tone.start(start);
      tone.stop(start + forS);
    }
  }
}

/** The title with how many critical incidents wait. */
export function titleWithBadge(name: string, alarmCount: number, firstTitle: string): string {
  return alarmCount ? `(${alarmCount}) ⚠ ${firstTitle} — ${name}` : name;
}
