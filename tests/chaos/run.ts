import type { Message } from "../../server/protocol/events.ts";
import { type Copy, faults as ledgerFaults } from "../support/ledger.ts";
import { chance } from "./chance.ts";
import type { Client } from "./client.ts";
import { type Crowd, crowd, namesOf, settle } from "./crowd.ts";
import { inject, type Seen } from "./faults.ts";
import { asSuperuser, type Ground, prepareGround, type Wanted } from "./ground.ts";
import { type Ended, type Interval, lateDeliveries, twoContents, wrongCutOffs, wrongPresence } from "./invariants.ts";
import { revoke } from "./revoke.ts";
import { inWords, isFault, type Plan, schedule, targets } from "./schedule.ts";
import { Witness } from "./witness.ts";

export interface Options extends Omit<Plan, "nodes">, Wanted {
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

const heardMs = 25_000;
const settleMs = 10_000;
/** How long a lease and a grace take at most to be noticed. */
const presenceMs = 10_000;
const leavers = 2;

/** Runs a cluster under a schedule of faults, and gives what was broken by them. Nothing of it is left afterwards. */
export async function run(options: Options): Promise<Outcome> {
  const steps = schedule(options);
  options.say(`seed ${options.seed}, signals over ${options.carrier}, ${options.nodes} nodes`);
  for (const step of steps) options.say(inWords(step));

  const ground = await prepareGround(options);
  const witness = new Witness();
  let outcome: Outcome | null = null;
  try {
    const names = namesOf(options.nodes, options.talkers, steps);
    const citizens = await settle(ground.databaseUrl, ground.pepper, names);
    await options.spoil?.(ground.databaseUrl);
    await ground.open();
    const place = { seed: options.seed, nodes: ground.nodes.map(({ origin }) => origin), front: ground.front };
    const people = crowd(citizens, options.talkers, place, witness);
    outcome = await disturb(options, steps, ground, people, witness);
  } finally {
    const left = await ground.guard.clear();
    outcome?.broken.push(...left.map((each) => `${each} is left behind`));
  }
  return outcome;
}
