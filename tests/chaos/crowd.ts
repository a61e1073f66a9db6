import { createHash, randomBytes } from "node:crypto";
import { HashPool } from "../../server/auth/hash-pool.ts";
import { passwords } from "../../server/auth/passwords.ts";
import { parseConfig } from "../../server/config/environment.ts";
import { openPostgres } from "../../server/store/postgres/open.ts";
import { postgresStore } from "../../server/store/postgres/store.ts";
import { password } from "../support/person.ts";
import { setUpServer } from "../support/server-settings.ts";
import { chance } from "./chance.ts";
import { type Citizen, Client } from "./client.ts";
import { limits } from "./ground.ts";
import type { Step } from "./schedule.ts";
import { isFault } from "./schedule.ts";
import type { Witness } from "./witness.ts";

export interface Crowd {
  /** One for each node, who never goes to another and says nothing. */
  sentries: Client[];
  /** Those who talk; some of them leave before the end. */
  talkers: Client[];
  /** Those whose session or account is ended, one for each time that happens. */
  guests: Client[];
  all: Client[];
}

interface Router {
  seed: number;
  steps: readonly Step[];
  /** The origin of each node. */
  nodes: readonly string[];
  /** The balancer in front of them, if there is one. */
  front: string | null;
}

/** Makes the accounts, with two sessions each, in a database that no node uses yet. */
export async function settle(url: string, pepper: Uint8Array, names: readonly string[]): Promise<Citizen[]> {
  const pool = new HashPool(1, 4);
  const passwordHash = await passwords(pool, pepper).hash(password);
  pool.close();
  const db = await openPostgres({ url, connections: 2 }, (error) => {
    throw error;
  });
  const store = postgresStore(db, { origin: "chaos", now: Date.now });
  await setUpServer(store, parseConfig(limits));
  const citizens: Citizen[] = [];
  for (const name of names) {
    const [first, second] = [session(), session()];
    const createdAt = Date.now();
    const user = (await store.users.create({ name, passwordHash, createdAt }, { session: first }))!;
    await store.sessions.create({ ...second, userId: user.id, createdAt });
    citizens.push({ id: user.id, name, cookie: first.cookie, otherCookie: second.cookie });
  }
  await store.close();
  return citizens;
}

/** The names of a crowd: sentries, then talkers, then guests. */
export function namesOf(nodes: number, talkers: number, steps: readonly Step[]): string[] {
  const guests = steps.filter(({ kind }) => !isFault(kind));
  return [
    ...Array.from({ length: nodes }, (_, at) => `sentry-${at + 1}`),
    ...Array.from({ length: talkers }, (_, at) => `talker-${at + 1}`),
    ...guests.map(({ kind }, at) => `guest-${at + 1}-${kind}`),
  ];
}

/** Clients for these people: each talker is in the group and in two private conversations, each guest in one. */
export function crowd(
  citizens: readonly Citizen[],
  { talkers: talking, hangUps }: { talkers: number; hangUps: number },
  place: Router,
  witness: Witness,
): Crowd {
  const { seed, nodes, front, steps } = place;
  const endings = steps.filter(({ kind }) => !isFault(kind));
  const here = citizens.slice(nodes.length, nodes.length + talking);
  const guesting = citizens.slice(nodes.length + talking);
  const luckOf = ({ id }: Citizen) => chance(seed, id);
  const anywhere = (citizen: Citizen) => {
    const luck = chance(seed, 10_000 + citizen.id);
    return () => front ?? luck.pick(nodes);
  };
  const pair = (one: Citizen, other: Citizen) =>
    `direct:${Math.min(one.id, other.id)}:${Math.max(one.id, other.id)}`;

  const sentries = nodes.map((origin, at) => {
    const habits = { reads: ["group"], writes: [], everyMs: 1_000, hangUps: 0, where: () => origin };
    return new Client(citizens[at]!, habits, luckOf(citizens[at]!), witness);
  });
  const talkers = here.map((citizen, at) => {
    const neighbours = [here[at ^ 1], here[(at + 2) % here.length], here.at(at - 2)];
    const pairs = neighbours.filter((each) => each !== undefined).map((other) => pair(citizen, other));
    const visitors = guesting
      .filter((_, guest) => guest % here.length === at)
      .map((guest) => pair(citizen, guest));
    const writes = ["group", ...new Set(pairs)];
    const habits = {
      reads: [...writes, ...visitors],
      writes,
      everyMs: 200,
      hangUps,
      changes: 150,
      where: anywhere(citizen),
    };
    return new Client(citizen, habits, luckOf(citizen), witness);
  });
  const guests = guesting.map((citizen, at) => {
    const reads = ["group", pair(citizen, here[at % here.length]!)];
    const { guestOf } = endings[at]!;
    const where = guestOf === undefined ? anywhere(citizen) : () => nodes[guestOf]!;
    const habits = { reads, writes: reads, everyMs: 200, hangUps, where };
    return new Client(citizen, habits, luckOf(citizen), witness);
  });
  return { sentries, talkers, guests, all: [...sentries, ...talkers, ...guests] };
}

function session() {
  const token = randomBytes(32).toString("base64url");
  const id = createHash("sha256").update(token).digest();
  return { id, device: "chaos", cookie: `__Host-session=${token}` };
}
