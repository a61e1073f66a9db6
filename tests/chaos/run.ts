import { chance } from "./chance.ts";
import { type Crowd, crowd, namesOf, settle } from "./crowd.ts";
import { inject, type Seen } from "./faults.ts";
import { type Ground, prepareGround, type Wanted } from "./ground.ts";
import type { Ended } from "./invariants.ts";
import { pausesOfThisProcess } from "./pauses.ts";
import { revoke } from "./revoke.ts";
import { inWords, isFault, type Plan, type Revocation, type Step, schedule, targets } from "./schedule.ts";
import { verdict } from "./verdict.ts";
import { Witness } from "./witness.ts";

export interface Options extends Plan, Wanted {
  nodes: number;
  talkers: number;
  /** How long clients have, after the last message and fault, to hold what is stored. */
  settleMs?: number;
  /** Changes the database before anybody uses it. */
  spoil?(url: string): Promise<void>;
  say(line: string): void;
}

export interface Outcome {
  acknowledged: number;
  injected: number;
  /** Every broken invariant in a sentence. */
  broken: string[];
}

const leavers = 2;

/** Runs a cluster under a schedule of faults, and gives what was broken by them. Nothing of it is left afterwards. */
export async function run(options: Options): Promise<Outcome> {
  const { seed, carrier, say } = options;
  const steps = schedule(options);
  const ground = await prepareGround(options);
  let outcome: Outcome | null = null;
  try {
    const through = ground.front ? "through HAProxy" : "to nodes of their choice";
    say(`seed ${seed}, signals over ${carrier}, ${options.nodes} nodes, clients go ${through}`);
    for (const step of steps) say(inWords(step));
    const names = namesOf(options.nodes, options.talkers, steps);
    const citizens = await settle(ground.databaseUrl, ground.pepper, names);
    await options.spoil?.(ground.databaseUrl);
    await ground.open();
    const witness = new Witness();
    const place = { seed, nodes: ground.nodes.map(({ origin }) => origin), front: ground.front };
    const people = crowd(citizens, options.talkers, place, witness);
    outcome = await disturb(options, steps, ground, people, witness);
  } finally {
    const left = await ground.guard.clear();
    outcome?.broken.push(...left.map((each) => `${each} is left behind`));
  }
  return outcome;
}

async function disturb(options: Options, steps: Step[], ground: Ground, people: Crowd, witness: Witness) {
  const pauses = pausesOfThisProcess();
  const lives = people.all.map((client) => client.live());
  const start = Date.now();
  const after = (ms: number) => Bun.sleep(Math.max(0, start + ms - Date.now()));
  const said = (line: string) =>
    options.say(`${((Date.now() - start) / 1000).toFixed(1).padStart(7)} s  ${line}`);
  const seen: Seen = { cutOffs: [], ghosts: [] };
  const ended: Ended[] = [];
  const busy = new Map<string, Promise<unknown>>();
  let [injected, changedAt] = [0, start];

  async function fault(step: Step) {
    const things = targets(step);
    const work = Promise.all(things.map((thing) => busy.get(thing))).then(async () => {
      said(`begins: ${inWords(step).trim()}`);
      await inject(step, ground, people.sentries, seen);
    });
    for (const thing of things) busy.set(thing, work);
    await work;
    injected++;
    changedAt = Date.now();
  }
  const origins = [...ground.nodes, ...ground.nodes].map(({ origin }) => origin);
  const guests = [...people.guests];
  const doing = steps.map(async (step) => {
    if (isFault(step.kind)) return after(step.at).then(() => fault(step));
    const guest = guests.shift()!;
    await after(step.at);
    let turn = step.node;
    ended.push(await revoke(guest, step.kind as Revocation, () => origins[turn++ % ground.nodes.length]!));
    said(`${guest.citizen.name} was ended`);
    changedAt = Date.now();
  });
  const luck = chance(options.seed, 1);
  const left = people.talkers.slice(-leavers);
  const leaving = left.map(async (client) => {
    await after(luck.between(0.3, 0.9) * options.ms);
    client.leave();
    changedAt = Date.now();
  });
  await Promise.all([...doing, ...leaving, after(options.ms)]);
  said("all faults are over");

  const staying = [...people.sentries, ...people.talkers.filter((client) => !left.includes(client))];
  const broken = await verdict({
    ...options,
    ground,
    people,
    staying,
    witness,
    seen,
    ended,
    pauses,
    changedAt,
  });
  said("all is judged");
  for (const client of people.all) client.leave();
  await Promise.all(lives);
  const acknowledged = people.all.reduce((sum, client) => sum + client.acknowledged.length, 0);
  return { acknowledged, injected, broken };
}
