import { chance } from "./chance.ts";
import type { Client } from "./client.ts";
import type { Crowd } from "./crowd.ts";
import { inject, type Seen } from "./faults.ts";
import type { Ground } from "./ground.ts";
import type { Ended } from "./invariants.ts";
import { revoke } from "./revoke.ts";
import { inWords, isFault, type Revocation, type Step, targets } from "./schedule.ts";

/** What happened, to be judged in the end. */
export interface Events {
  injected: number;
  seen: Seen;
  ended: Ended[];
  /** Those who are there to the end. */
  staying: Client[];
  /** When the last fault was over, or somebody went. */
  changedAt: number;
  /** What could not be done. */
  failures: string[];
}

interface Run {
  seed: number;
  ms: number;
  leavers: number;
  say(line: string): void;
}

/** Does what the schedule says, each step at its time; resolves when the last of it is over. */
export async function carryOut(
  run: Run,
  steps: readonly Step[],
  ground: Ground,
  people: Crowd,
): Promise<Events> {
  const start = Date.now();
  const leaving = run.leavers > 0 ? people.talkers.slice(-run.leavers) : [];
  const staying = [...people.sentries, ...people.talkers.filter((client) => !leaving.includes(client))];
  const seen: Seen = { cutOffs: [], ghosts: [] };
  const events: Events = { injected: 0, seen, ended: [], staying, changedAt: start, failures: [] };
  const busy = new Map<string, Promise<unknown>>();

  const after = (ms: number) => Bun.sleep(Math.max(0, start + ms - Date.now()));
  const say = (line: string) => run.say(`${((Date.now() - start) / 1000).toFixed(1).padStart(7)} s  ${line}`);

  /** One after the other, where steps are about the same thing. */
  async function fault(step: Step) {
    const things = targets(step);
    const work = Promise.allSettled(things.map((thing) => busy.get(thing))).then(() => {
      say(`begins: ${inWords(step).trim()}`);
      return inject(step, ground, people.sentries, seen);
    });
    for (const thing of things) busy.set(thing, work);
    await work;
    events.injected++;
  }

  async function end(guest: Client, { kind, node }: Step) {
    let turn = node;
    const where = () => ground.nodes[turn++ % ground.nodes.length]!.origin;
    events.ended.push(await revoke(guest, kind as Revocation, where));
    say(`over: ${guest.citizen.name}`);
  }

  function go(client: Client) {
    client.leave();
    say(`gone: ${client.citizen.name}`);
  }

  const guests = [...people.guests];
  const luck = chance(run.seed, 1);
  const work = [
    ...steps.map((step) => ({
      at: step.at,
      run: isFault(step.kind) ? () => fault(step) : end.bind(null, guests.shift()!, step),
    })),
    ...leaving.map((client) => ({ at: luck.between(0.3, 0.9) * run.ms, run: async () => go(client) })),
    { at: run.ms, run: async () => {} },
  ];
  await Promise.all(
    work.map(async ({ at, run }) => {
      await after(at);
      await run().catch((error) => events.failures.push(String(error)));
      events.changedAt = Date.now();
    }),
  );
  say("all is over");
  return events;
}
