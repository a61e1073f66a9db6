import { expect, test } from "bun:test";
import type { Signal, Signals } from "../../../../server/cluster/signals.ts";
import { directId, groupId } from "../../../../server/protocol/conversation-id.ts";
import { grown, Listener, presence, told } from "./listener.ts";

/** What carries the signals, really running, and what can befall it. */
export interface Carrier {
  node(name: string, report?: (error: unknown) => void): Signals;
  crash(): Promise<void>;
  comesBack(): Promise<void>;
  /** From here on it answers nothing, and no connection to it ends. */
  freeze(): Promise<void>;
  thaw(): void;
  end(): Promise<void>;
}

type Register = (name: string, work: () => Promise<void>, timeout?: number) => void;

/** What every carrier promises. `tooLarge` is a text that does not fit into its frames. */
export function carrierSuite(
  open: () => Promise<Carrier>,
  tooLarge: number,
  register: Register = test,
): void {
  /** Runs with three nodes that listen, and ends them all. */
  const withNodes =
    (work: (carrier: Carrier, nodes: Signals[], listeners: Listener[]) => Promise<void>) => async () => {
      const carrier = await open();
      const nodes = ["a", "b", "c"].map((name) => carrier.node(name));
      try {
        const listeners = await Promise.all(nodes.map((node) => new Listener().to(node)));
        expect(listeners.map(({ began }) => began)).toEqual([1, 1, 1]);
        await work(carrier, nodes, listeners);
      } finally {
        await Promise.all(nodes.map((node) => node.close()));
        await carrier.end();
      }
    };

  register(
    "20,000 signals reach both other nodes once and in order, and not the node that sent them",
    withNodes(async (_, [a, b], [atA, atB, atC]) => {
      const conversations = Array.from({ length: 50 }, (_, at) => directId(1, at + 2));
      const perTurn = 100;
      for (let sent = 0; sent < 20_000; sent++) {
        if (sent % 10 === 9) a!.send(presence((sent + 1) / 10));
        else a!.send(grown(conversations[sent % 50]!, Math.floor(sent / 50) + 1, [`number ${sent}`]));
        if (sent % perTurn === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      b!.send(presence(77));
      await Promise.all([atB!.reaches(2000), atA!.reaches(77), atC!.until(() => atC!.revs.includes(77))]);
      await atC!.until(() => atC!.revs.includes(2000));

      for (const listener of [atB!, atC!]) {
        const fromA = listener.heard.filter(({ from }) => from === "a").map(({ signal }) => signal);
        conversations.forEach((conversation, at) => {
          const numbers = at % 10 === 9 ? [] : Array.from({ length: 400 }, (_, number) => number);
          const texts = numbers.map((number): [number, string] => [number + 1, `number ${number * 50 + at}`]);
          expect(told(fromA, conversation)).toEqual(texts);
        });
        const revs = fromA.flatMap((signal) => (signal.kind === "presence" ? [signal.rev] : []));
        expect(revs).toEqual(Array.from({ length: 2000 }, (_, at) => at + 1));
        expect(fromA.some(({ kind }) => kind === "look")).toBe(false);
      }
      expect(atA!.heard).toEqual([{ signal: presence(77), from: "b" }]);
      expect(a!.counts).toEqual({ lost: 0, refused: 0 });
    }),
  );

  register(
    "any text arrives as it was; what is too large is left out of the hint",
    withNodes(async (_, [a], [, atB]) => {
      const texts = [
        '"\\{},NULL\n\t\u0000',
        "🙂 \ud800",
        "x".repeat(tooLarge),
        "ü".repeat(2500),
        "$1 %s '; --",
      ];
      a!.send(grown(groupId, 1, texts));
      a!.send(presence(1));
      await atB!.reaches(1);
      const expected = texts.map((text, at) => [at + 1, text.length === tooLarge ? null : text]);
      expect(told(atB!.signals, groupId)).toEqual(expected as [number, string | null][]);
    }),
  );

  register(
    "when the carrier crashes and comes back, listening begins again, what is lost is counted, and all are told to look",
    withNodes(async (carrier, [a, b], [atA, atB, atC]) => {
      a!.send(presence(1));
      await atB!.reaches(1);
      await carrier.crash();
      for (let rev = 2; rev <= 50; rev++) a!.send(presence(rev));
      await lostSome(a!);
      await carrier.comesBack();
      await Promise.all([atA!, atB!, atC!].map((at) => at.until(() => at.began >= 2)));
      a!.send(presence(51));
      b!.send(presence(60));
      await Promise.all([atB!, atC!].map((at) => at.until(() => at.revs.includes(51))));
      await Promise.all([atA!, atC!].map((at) => at.until(() => at.revs.includes(60))));
      expect(atB!.signals).toContainEqual({ kind: "look" } satisfies Signal);
      expect(atB!.signals[0]).toEqual(presence(1));
      expect(a!.counts.lost).toBeGreaterThan(0);
      expect(a!.counts.refused).toBe(0);
    }),
  );

  register(
    "a carrier that stands still holds nobody up: signals flow again after a restart, and closing ends",
    withNodes(async (carrier, [a, b, c], [atA, atB]) => {
      await carrier.freeze();
      a!.send(presence(1));
      for (const node of [a!, b!]) node.restart();
      const start = performance.now();
      await c!.close();
      expect(performance.now() - start).toBeLessThan(5000);
      carrier.thaw();
      for (const node of [a!, b!]) node.restart();
      await Promise.all([atA!, atB!].map((at) => at.until(() => at.began >= 2)));
      a!.send(presence(2));
      await atB!.until(() => atB!.revs.includes(2));
    }),
  );
}

async function lostSome({ counts }: Signals): Promise<void> {
  while (counts.lost === 0) await new Promise((resolve) => setImmediate(resolve));
}
