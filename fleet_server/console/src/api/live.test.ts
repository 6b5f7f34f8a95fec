import { expect, it } from "vitest";
import { type FeedStatus, type FeedWorld, LiveFeed, retryDelayMs, type Socket } from "./live";
import type { LiveMessage } from "./types";

/** A world whose clock a test turns by hand. */
class HandWorld implements FeedWorld {
  sockets: (Socket & { closed: boolean })[] = [];
  timers: { delayMs: number; call: () => void }[] = [];
  answering = true;

  connect(): Socket {
    const socket = {
      onopen: null,
      onmessage: null,
      onclose: null,
      closed: false,
      close() {
        this.closed = true;
      },
    };
    this.sockets.push(socket);
    return socket;
  }

  after(delayMs: number, call: () => void): () => void {
    const timer = { delayMs, call };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((t) => t !== timer);
    };
  }

  random = () => 0.5;
  isServerAnswering = async () => this.answering;

  get last() {
    return this.sockets.at(-1) as Socket & { closed: boolean };
  }

  fire(): number {
    const timer = this.timers.shift();
    timer?.call();
    return timer?.delayMs ?? -1;
  }
}

function start() {
  const world = new HandWorld();
  const statuses: FeedStatus[] = [];
  const messages: LiveMessage[] = [];
  const feed = new LiveFeed(world, {
    onMessage: (message) => messages.push(message),
    onStatus: (status) => statuses.push(status),
  });
  feed.start();
  return { world, feed, statuses, messages };
}

it("hands messages on and survives one that is not JSON", () => {
  const { world, statuses, messages } = start();
  world.last.onopen?.();
  world.last.onmessage?.({ data: "{half" });
  world.last.onmessage?.({ data: '{"type":"vehicles","vehicles":[]}' });
  expect(statuses).toEqual(["connecting", "open"]);
  expect(messages).toEqual([{ type: "vehicles", vehicles: [] }]);
});

it("comes back by itself, waiting longer each time", () => {
  const { world, statuses } = start();
  const waits = [];
  for (let i = 0; i < 6; i++) {
    world.last.onclose?.({ code: 1006 });
    waits.push(world.fire());
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 8000]);
  world.last.onopen?.();
  expect(statuses.at(-1)).toBe("open");
  world.last.onclose?.({ code: 1006 });
  expect(world.fire()).toBe(500); // a feed that was up starts again from the shortest wait
});

it("gives up a connection attempt that hangs", () => {
  const { world, statuses } = start();
  world.fire();
  expect(world.sockets[0]?.closed).toBe(true);
  expect(statuses.at(-1)).toBe("lost");
});

it("asks the server when the feed is silent, and reconnects when it does not answer", async () => {
  const { world, statuses } = start();
  world.last.onopen?.();
  world.fire();
  await Promise.resolve();
  await Promise.resolve();
  expect(statuses.at(-1)).toBe("open");
  world.answering = false;
  world.fire();
  await Promise.resolve();
  await Promise.resolve();
  expect(statuses.at(-1)).toBe("lost");
});

it("tries at once when told that the network is back, and only then", () => {
  const { world, feed } = start();
  feed.retryNow();
  expect(world.sockets).toHaveLength(1);
  world.last.onclose?.({ code: 1006 });
  feed.retryNow();
  expect(world.sockets).toHaveLength(2);
});

it("stays away once stopped", () => {
  const { world, feed, statuses } = start();
  feed.stop();
  expect(world.last.closed).toBe(true);
  feed.retryNow();
  expect(world.sockets).toHaveLength(1);
  expect(statuses).toEqual(["connecting"]);
  expect(world.timers).toEqual([]);
});

it("spreads the retries of a whole room", () => {
  expect(retryDelayMs(0, 0)).toBe(375);
  expect(retryDelayMs(0, 1)).toBe(625);
  expect(retryDelayMs(50, 0.5)).toBe(8000);
});
