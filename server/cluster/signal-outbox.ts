import { Incident } from "../logging/incident.ts";
import type { System } from "../system.ts";
import type { Signal, SignalCounts } from "./signal.ts";
import { frameRimMax, frameText } from "./signal-frame.ts";
import { signalQueue } from "./signal-queue.ts";
import { sealRim } from "./signal-seal.ts";

/** Sends signals, a batch at a time: while one is under way, the next gathers. */
export interface SignalOutbox {
  send(signal: Signal): void;
  /** Tries again now, when it was waiting to. */
  wake(): void;
  /** Takes nothing more, and resolves when all is sent, has failed, or a second is over. */
  close(): Promise<void>;
}

/** PostgreSQL refuses payloads of 8,000 bytes and more. */
const payloadMax = 7_900;
/** A frame travels sealed, in base64, which makes four bytes of three. */
const frameMax = Math.floor(payloadMax / 4) * 3 - sealRim;
const framesAtOnce = 64;

interface Way {
  node: string;
  run: string;
  epoch(): string;
  /** Sends frames, in order; rejects when that may have failed. */
  deliver(frames: string[]): Promise<void>;
}

/** Failing is reported once for each interruption; what failed is counted and a "look" goes in its place. */
export function signalOutbox(
  { node, run, epoch, deliver }: Way,
  counts: SignalCounts,
  system: System,
  report: (error: unknown) => void,
): SignalOutbox {
  const queue = signalQueue(frameMax - frameRimMax);
  let number = 0;
  let sending: Promise<void> | null = null;
  let broken = false;
  let closing = false;
  let wake = () => {};

  async function sendAll() {
    while (queue.size > 0) {
      await nextTurn();
      const lists = queue.take(framesAtOnce);
      try {
        await deliver(lists.map(({ json }) => frameText(node, run, epoch(), number++, json)));
        broken = false;
      } catch (error) {
        counts.lost += lists.reduce((sum, { signals }) => sum + signals, 0);
        if (closing) break;
        if (!broken) report(new Incident("interrupted", "Signals to other nodes cannot be sent.", error));
        broken = true;
        queue.add({ kind: "look" });
        await pause();
      }
    }
    sending = null;
  }

  const pause = () =>
    new Promise<void>((resolve) => {
      const cancel = system.after(200 + (500 * system.random(1)[0]!) / 256, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });

  return {
    send(signal) {
      if (closing) return;
      queue.add(signal);
      sending ??= sendAll();
    },
    wake: () => wake(),
    async close() {
      closing = true;
      wake();
      const late = Promise.withResolvers<void>();
      const cancel = system.after(1000, late.resolve);
      await Promise.race([sending, late.promise]);
      cancel();
    },
  };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
