import { SQL } from "bun";
import type { System } from "../system.ts";
import { type LastingConnection, lastingConnection } from "./lasting-connection.ts";
import { signalInbox } from "./signal-inbox.ts";
import { signalOutbox } from "./signal-outbox.ts";
import { seal } from "./signal-seal.ts";
import type { Signals } from "./signals.ts";

/** All nodes on one database use the same. */
const channel = "secure_chat";
/** PostgreSQL refuses payloads of 8,000 bytes and more. */
const payloadMax = 7_900;
/** Sealed text has 45 bytes more, and base64 makes four of three. */
const frameMax = Math.floor(payloadMax / 4) * 3 - 45;
const payloadsAtOnce = 64;

interface Options {
  url: string;
  /** What all nodes of the cluster know and nobody else: LISTEN and NOTIFY ask for no right, any role of the database may. */
  secret: Uint8Array;
  /** The name of this node: letters, digits and `_.:-`, at most 64. */
  node: string;
  /** Names the incarnation of the database: what was said of another is not true of this one. */
  epoch(): string;
  system: System;
  report(error: unknown): void;
}

/**
 * Signals over PostgreSQL's LISTEN and NOTIFY, on two connections of their own: one notifies, because order holds only
 * within a connection, and one listens.
 */
export function postgresSignals({ url, secret, node, epoch, system, report }: Options): Signals {
  const run = Buffer.from(system.random(16)).toString("hex");
  const counts = { lost: 0, refused: 0 };
  const connect = (onclose?: () => void) =>
    new SQL({ url, max: 1, idleTimeout: 0, connectionTimeout: 2, ...(onclose && { onclose }) });

  const { close: sealed, open: unsealed } = seal(secret, channel, system);

  let notifier = connect();
  async function deliver(frames: string[]) {
    const payloads = frames.map((frame) => Buffer.from(sealed(frame)).toString("base64"));
    await notifier`SELECT pg_notify(${channel}, payload) FROM unnest(${payloads}::text[]) AS payload`;
  }
  const way = { node, run, epoch, frameMax, framesAtOnce: payloadsAtOnce, deliver };
  const outbox = signalOutbox(way, counts, system, report);

  let listening: LastingConnection | null = null;

  return {
    counts,
    send: outbox.send,
    async listen(heard, began) {
      const take = signalInbox(run, epoch, counts, heard, report);
      listening = lastingConnection(
        async (opening) => {
          const ended = Promise.withResolvers<void>();
          const listener = connect(ended.resolve);
          const close = () => listener.close({ timeout: 0 });
          // Bun would listen again by itself after an interruption, at intervals that grow.
          opening(close);
          try {
            await listener.listen(channel, (payload) => {
              const text = unsealed(Buffer.from(payload, "base64"));
              if (text === null) counts.refused++;
              else take(text);
            });
          } catch (error) {
            await close();
            throw error;
          }
          return { ended: ended.promise, close };
        },
        () => {
          outbox.wake();
          began();
        },
        system,
        report,
      );
      await listening.ready;
    },
    restart() {
      const former = notifier;
      notifier = connect();
      void former.close({ timeout: 0 }).then(outbox.wake);
      listening?.restart();
    },
    async close() {
      await outbox.close();
      await Promise.all([notifier.close({ timeout: 0 }), listening?.close()]);
    },
  };
}
