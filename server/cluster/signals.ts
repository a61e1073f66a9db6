import { SQL } from "bun";
import type { System } from "../system.ts";
import { type LastingConnection, lastingConnection } from "./lasting-connection.ts";
import type { Signal, SignalCounts } from "./signal.ts";
import { signalInbox } from "./signal-inbox.ts";
import { signalOutbox } from "./signal-outbox.ts";
import { seal } from "./signal-seal.ts";

/** Carries signals between the nodes. They may be lost; those of one node that arrive do so in order, none twice. */
export interface Signals {
  /**
   * Sends to all other nodes, without waiting: what gathers while a send is under way goes together. What cannot be
   * sent is lost, and a "look" is sent in its place as soon as something can be sent again.
   */
  send(signal: Signal): void;
  /**
   * Begins to listen. `heard` gets every signal of other nodes, with the name of the node it came from; where some of that
   * node's were lost on the way, a "look" comes first. `began` runs each time listening has begun, at first and after
   * every interruption: what was sent before may have been missed. Resolves once it listens, or after two seconds
   * without: it goes on trying, and until then signals are lost.
   */
  listen(heard: (signal: Signal, from: string) => void, began: () => void): Promise<void>;
  /**
   * Drops the connections and makes new ones, after which `began` runs again. To be called when what they lead to is cut
   * off, and when it is back: a connection that has silently died is not noticed from here, and holds back what is sent.
   */
  restart(): void;
  /** What has gone wrong so far. */
  readonly counts: Readonly<SignalCounts>;
  /** Stops listening, and sends what has gathered where that is still possible within a second. */
  close(): Promise<void>;
}

/** All nodes on one database use the same. */
const channel = "secure_chat";

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
export function openSignals({ url, secret, node, epoch, system, report }: Options): Signals {
  const run = Buffer.from(system.random(16)).toString("hex");
  const counts = { lost: 0, refused: 0 };
  const connect = (onclose?: () => void) =>
    new SQL({ url, max: 1, idleTimeout: 0, connectionTimeout: 2, ...(onclose && { onclose }) });

  const { close: sealed, open: unsealed } = seal(secret, system);

  let notifier = connect();
  async function deliver(frames: string[]) {
    const payloads = frames.map((frame) => Buffer.from(sealed(frame)).toString("base64"));
    await notifier`SELECT pg_notify(${channel}, payload) FROM unnest(${payloads}::text[]) AS payload`;
  }
  const outbox = signalOutbox({ node, run, epoch, deliver }, counts, system, report);

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
