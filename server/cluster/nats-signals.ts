import { connect, type NatsConnection } from "@nats-io/transport-node";
import { Incident } from "../incident.ts";
import type { System } from "../system.ts";
import { type LastingConnection, lastingConnection } from "./lasting-connection.ts";
import { signalInbox } from "./signal-inbox.ts";
import { signalOutbox } from "./signal-outbox.ts";
import { seal } from "./signal-seal.ts";
import type { Signals } from "./signals.ts";

/** NATS takes 1 MiB; a smaller frame holds up others for less. */
const payloadMax = 524_288;
const sealMax = 64;

interface Options {
  /** nats://host:port or tls://host:port, with `user:password@` or `token@` where the server asks for it. */
  url: string;
  /** What nodes of one cluster have in common, and those of another on the same NATS do not: letters, digits, `_` and `-`. */
  cluster: string;
  /** What all nodes of the cluster know and nobody else. */
  secret: Uint8Array;
  /** The name of this node: letters, digits and `_.:-`, at most 64. */
  node: string;
  /** Names the incarnation of the database: what was said of another is not true of this one. */
  epoch(): string;
  system: System;
  report(error: unknown): void;
}

/**
 * Signals over a NATS server, which others may use and listen to: all that is sent is sealed, and what does not open is
 * dropped. NATS keeps nothing, so whoever is not connected misses what is sent.
 */
export function natsSignals({ url, cluster, secret, node, epoch, system, report }: Options): Signals {
  const subject = `secure-chat.${cluster}`;
  const run = Buffer.from(system.random(16)).toString("hex");
  const counts = { lost: 0, refused: 0 };
  const { close: sealed, open: unsealed } = seal(secret, subject, system);

  let connection: NatsConnection | null = null;
  async function deliver(frames: string[]) {
    if (!connection) throw new Error("There is no connection to NATS.");
    for (const frame of frames) connection.publish(subject, sealed(frame));
    // Nothing more is handed over until the server has all of it, so that what waits does so where it is bounded.
    await connection.flush();
  }
  const way = { node, run, epoch, frameMax: payloadMax - sealMax, framesAtOnce: 1, deliver };
  const outbox = signalOutbox(way, counts, system, report);

  let strange = false;
  function refuse() {
    counts.refused++;
    if (!strange)
      report(
        new Incident("refused", `On NATS, ${subject} carries what this cluster's secret does not open.`),
      );
    strange = true;
  }

  let connected: LastingConnection | null = null;

  return {
    counts,
    send: outbox.send,
    async listen(heard, began) {
      const take = signalInbox(run, epoch, counts, heard, report);
      async function open() {
        const opened = await connect(connectionOptions(url, node));
        opened.subscribe(subject, {
          callback(error, { data }) {
            if (error) return report(error);
            const text = unsealed(data);
            if (text === null) refuse();
            else take(text);
          },
        });
        // Once this is answered the subscription holds.
        try {
          await opened.flush();
        } catch (error) {
          await opened.close();
          throw error;
        }
        connection = opened;
        return {
          ended: opened.closed().then(() => {}),
          async close() {
            connection = null;
            await opened.close();
          },
        };
      }
      const start = () => {
        outbox.wake();
        began();
      };
      connected = lastingConnection(open, start, system, report);
      await connected.ready;
    },
    restart() {
      connected?.restart();
    },
    async close() {
      await outbox.close();
      await connected?.close();
    },
  };
}

function connectionOptions(url: string, node: string) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const name = decodeURIComponent(username);
  return {
    servers: `${hostname}:${port || "4222"}`,
    ...(protocol === "tls:" && { tls: {} }),
    ...(password ? { user: name, pass: decodeURIComponent(password) } : name && { token: name }),
    name: node,
    noEcho: true,
    timeout: 2000,
    // A server that has gone silent is noticed after four to six seconds.
    pingInterval: 2000,
    maxPingOut: 2,
    // Connecting again is done by the lasting connection: NATS would keep all that is published meanwhile in memory.
    reconnect: false,
  };
}
