/** The live feed: one WebSocket that comes back by itself. */
import type { LiveMessage } from "./types";

export type FeedStatus = "connecting" | "open" | "lost";

/** The part of WebSocket that the feed uses. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  close(): void;
}

/** What the feed needs of the world, so that tests can stand in for it. */
export interface FeedWorld {
  connect(): Socket;
  after(delayMs: number, call: () => void): () => void; // returns a function that cancels it
  random(): number; // 0..1
  isServerAnswering(): Promise<boolean>;
}

export interface FeedListener {
  onMessage(message: LiveMessage): void;
  onStatus(status: FeedStatus): void;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8000;
const CONNECT_TIMEOUT_MS = 6000;
// A silent feed is normal at night, a dead one is not: ask the server when nothing came for this.
const SILENCE_MS = 8000;

/** The wait before the n-th retry (n from 0): doubles up to 8 s, ±25 % so that rooms spread out. */
export function retryDelayMs(attempt: number, random: number): number {
  const base = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
  return base * (0.75 + random / 2);
}

export class LiveFeed {
  private socket: Socket | null = null;
  private attempt = 0;
  private cancelTimer: () => void = () => {};
  private stopped = true;

  constructor(
    private readonly world: FeedWorld,
    private readonly listener: FeedListener,
  ) {}

  start(): void {
    this.stopped = false;
    this.attempt = 0;
    this.listener.onStatus("connecting");
    this.open();
  }

  stop(): void {
    this.stopped = true;
    this.cancelTimer();
    this.abandon();
  }

  /** Try again at once, for instance when the machine's network came back. */
  retryNow(): void {
    if (this.stopped || this.socket) return;
    this.cancelTimer();
    this.open();
  }

  private open(): void {
    const socket = this.world.connect();
    this.socket = socket;
    socket.onopen = () => {
      this.attempt = 0;
      this.listener.onStatus("open");
      this.watchSilence();
    };
    socket.onmessage = (event) => {
      this.watchSilence();
      const message = parse(event.data);
      if (message) this.listener.onMessage(message);
    };
    socket.onclose = () => this.lose();
    this.timer(CONNECT_TIMEOUT_MS, () => this.lose());
  }

  private lose(): void {
    this.abandon();
    if (this.stopped) return;
    this.listener.onStatus("lost");
    this.timer(retryDelayMs(this.attempt++, this.world.random()), () => this.open());
  }

  private watchSilence(): void {
    this.timer(SILENCE_MS, async () => {
      const socket = this.socket;
      const answering = await this.world.isServerAnswering();
      if (this.stopped || this.socket !== socket) return;
      if (answering) this.watchSilence();
      else this.lose();
    });
  }

  private timer(delayMs: number, call: () => void): void {
    this.cancelTimer();
    this.cancelTimer = this.world.after(delayMs, call);
  }

  private abandon(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}

function parse(data: unknown): LiveMessage | null {
  try {
    return JSON.parse(String(data)) as LiveMessage;
  } catch {
    console.warn("live_message_unreadable", data);
    return null;
  }
}
