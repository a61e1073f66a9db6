import { Incident } from "../logging/incident.ts";
import type { System } from "../system.ts";

export interface Connection {
  /** Resolves when it has ended, for whatever reason. */
  ended: Promise<void>;
  close(): Promise<void>;
}

/** A connection that is made again whenever it ends. */
export interface LastingConnection {
  /** Resolves when there is one for the first time, or after two seconds without. */
  ready: Promise<void>;
  /** Drops the one there is and makes another at once. */
  restart(): void;
  close(): Promise<void>;
}

/**
 * Keeps a connection: `open` makes one, or throws; it must give up by itself within a few seconds, and calls `opening`
 * with what ends an attempt that is under way. `opened` runs after each that succeeded. Failing is reported once for each
 * interruption.
 */
export function lastingConnection(
  open: (opening: (abandon: () => void) => void) => Promise<Connection>,
  opened: () => void,
  system: System,
  report: (error: unknown) => void,
): LastingConnection {
  let closed = false;
  let broken = false;
  let end = () => {};
  let again = false;
  const first = Promise.withResolvers<void>();
  const cancelReady = system.after(2000, first.resolve);

  async function keep() {
    while (!closed) {
      again = false;
      try {
        const connection = await open((abandon) => {
          end = abandon;
        });
        broken = false;
        first.resolve();
        const dropped = Promise.withResolvers<void>();
        end = dropped.resolve;
        tell();
        again = false;
        if (!closed) await Promise.race([connection.ended, dropped.promise]);
        await connection.close();
      } catch (error) {
        const asked = again || closed;
        if (!asked && !broken)
          report(new Incident("interrupted", "Signals of other nodes cannot be heard.", error));
        broken ||= !asked;
      }
      if (!closed && !again) await pause();
    }
  }

  function tell() {
    try {
      opened();
    } catch (error) {
      report(error);
    }
  }

  const pause = () =>
    new Promise<void>((resolve) => {
      const cancel = system.after(50 + (450 * system.random(1)[0]!) / 256, resolve);
      end = () => {
        cancel();
        resolve();
      };
    });

  const keeping = keep();
  return {
    ready: first.promise.then(cancelReady),
    restart() {
      again = true;
      end();
    },
    async close() {
      closed = true;
      first.resolve();
      end();
      await keeping;
    },
  };
}
