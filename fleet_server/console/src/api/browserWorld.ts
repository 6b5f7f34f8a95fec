/** The live feed's world in a browser. */
import { API } from "./client";
import type { FeedWorld, Socket } from "./live";

export function browserWorld(): FeedWorld {
  return {
    connect: () => {
      const url = new URL(`${API}/live`, location.href);
      url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
      return new WebSocket(url) as Socket;
    },
    after: (delayMs, call) => {
      const timer = setTimeout(call, delayMs);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    isServerAnswering: () =>
      fetch(`${API}/health`, { signal: AbortSignal.timeout(4000) }).then(
        (response) => response.ok,
        () => false,
      ),
  };
}
