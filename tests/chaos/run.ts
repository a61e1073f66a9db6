import { chance } from "./chance.ts";
import { type Crowd, crowd, namesOf, settle } from "./crowd.ts";
import { carryOut } from "./events.ts";
import { type Ground, prepareGround, type Wanted } from "./ground.ts";
import { pausesOfThisProcess } from "./pauses.ts";
import { Room } from "./room.ts";
import { inWords, type Plan, revocations, type Step, schedule } from "./schedule.ts";
import { verdict } from "./verdict.ts";
import { Witness } from "./witness.ts";

export interface Options extends Plan, Wanted {
  nodes: number;
  talkers: number;
  /** How often a talker loses its connection just after a message has left, of a thousand. */
  hangUps: number;
  /** How many of the talkers go before the end. */
  leavers: number;
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

/** What the issue asks for. */
export const usual = { nodes: 3, talkers: 30, hangUps: 15, leavers: 2, revoked: revocations };

/** Runs a cluster under a schedule of faults, and gives what was broken by them. Nothing of it is left afterwards. */
export async function run(options: Options): Promise<Outcome> {
  const { seed, say } = options;
  const steps = schedule(options);
  const ground = await prepareGround(options);
  let outcome: Outcome | null = null;
  try {
    const through = ground.front ? "through HAProxy" : "to nodes of their choice";
    say(`seed ${seed}, ${options.nodes} nodes, clients go ${through}`);
    for (const step of steps) say(inWords(step));
    const names = namesOf(options.nodes, options.talkers, steps);
    const citizens = await settle(ground.databaseUrl, ground.pepper, names);
    await options.spoil?.(ground.databaseUrl);
    await ground.open();
    const witness = new Witness();
    const place = { seed, steps, nodes: ground.nodes.map(({ origin }) => origin), front: ground.front };
    const people = crowd(citizens, options, place, witness);
    const others = [...people.sentries, ...people.talkers.slice(1, 6)];
    const keeper = citizens[options.nodes]!;
    const luck = chance(seed, 20_000);
    const where = () => place.front ?? luck.pick(place.nodes);
    const room = new Room({ keeper, others, luck, where });
    outcome = await disturb(options, steps, ground, people, room, witness);
  } finally {
    const left = await ground.guard.clear();
    outcome?.broken.push(...left.map((each) => `${each} is left behind`));
  }
  return outcome;
}

async function disturb(
  options: Options,
  steps: Step[],
  ground: Ground,
  people: Crowd,
  room: Room,
  witness: Witness,
) {
  const pauses = pausesOfThisProcess();
  const lives = [...people.all, room].map((one) => one.live());
  try {
    const events = await carryOut(options, steps, ground, people);
    const broken = await verdict({ ...options, ...events, ground, people, room, witness, pauses });
    const acknowledged = people.all.reduce((sum, client) => sum + client.acknowledged.length, 0);
    return { acknowledged, injected: events.injected, broken };
  } finally {
    for (const one of [...people.all, room]) one.leave();
    await Promise.all(lives);
  }
}
