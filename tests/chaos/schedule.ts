import { type Chance, chance } from "./chance.ts";

export const faultKinds = [
  "kill-node",
  "kill-postgres",
  "freeze",
  "drain",
  "rolling",
  "cut",
  "deafen",
] as const;
export type FaultKind = (typeof faultKinds)[number];

export const revocations = ["sign-out", "password", "deletion"] as const;
export type Revocation = (typeof revocations)[number];

/** Something that is done to the cluster, or to the sessions of a guest. Times are milliseconds from the start. */
export interface Step {
  at: number;
  /** How long it lasts, beside what a restart takes. */
  lasts: number;
  kind: FaultKind | Revocation;
  /** The node it is done to, or through which a session is revoked, counted from 0. */
  node: number;
  /** How a node is cut off: packets vanish, or the link is down and says so. */
  way?: "silently" | "down";
  /** The node to which the guest keeps whose session is ended; absent where it goes anywhere. */
  guestOf?: number;
}

export interface Plan {
  seed: number;
  ms: number;
  nodes: number;
  kinds: readonly FaultKind[];
  /** How sessions are ended; nobody's is where this is empty. */
  revoked: readonly Revocation[];
}

/** Below this many milliseconds a run is short, and so is what is done in it. */
const shortMs = 30_000;
/** How long a dead node has to be away for everyone on it to have vanished for the others. */
export const longAwayMs = 10_600;

/** What is done and when: the same for the same seed. Every kind comes up as often as the others; sometimes two at once. */
export function schedule({ seed, ms, nodes, kinds, revoked }: Plan): Step[] {
  const luck = chance(seed);
  const steps: Step[] = [];
  let bag: FaultKind[] = [];
  let wasOverlapping = false;
  let at = 1_000 + luck.below(500);
  while (at < ms && kinds.length > 0) {
    if (bag.length === 0) bag = luck.shuffled(kinds);
    const step = stepOf(bag.shift()!, at, nodes, ms < shortMs, luck);
    const last = steps.at(-1);
    // Two at once, unless it is the same thing that is hit twice.
    const overlaps = luck.number() < 0.3 && last !== undefined && !targets(step).some(isAmong(targets(last)));
    if (overlaps && !wasOverlapping) step.at = Math.round(last.at + luck.number() * (endOf(last) - last.at));
    wasOverlapping = overlaps && !wasOverlapping;
    steps.push(step);
    const end = Math.max(...steps.slice(-2).map(endOf));
    at = Math.round(end + luck.between(200, 1_200));
  }
  return [...steps, ...revocationsIn({ ms, nodes, revoked }, steps, luck)].sort(
    (one, other) => one.at - other.at,
  );
}

/** What a step is done to: two steps on the same thing happen one after the other. */
export function targets({ kind, node }: Step): string[] {
  if (kind === "kill-postgres") return ["postgres"];
  if (kind === "deafen") return ["signals"];
  if (kind === "rolling") return ["node 0", "node 1", "node 2"];
  return isFault(kind) ? [`node ${node}`] : [];
}

export const isFault = (kind: Step["kind"]): kind is FaultKind => faultKinds.some((known) => known === kind);

/** A step in words, with its time in seconds. */
export function inWords({ at, lasts, kind, node, way, guestOf }: Step): string {
  const where = /postgres|rolling|deafen/.test(kind)
    ? ""
    : ` ${isFault(kind) ? "" : "through "}node ${node + 1}`;
  const how = way ? ` ${way}` : "";
  const long = lasts > 0 ? ` for ${(lasts / 1000).toFixed(1)} s` : "";
  const whose = guestOf === undefined ? "" : `, of somebody on node ${guestOf + 1}`;
  return `${(at / 1000).toFixed(1).padStart(7)} s  ${kind}${where}${how}${long}${whose}`;
}

/** About how long a node takes to start again, and to stop before that. */
const startMs = 1_500;
const stopMs = 2_500;

function endOf({ at, lasts, kind }: Step): number {
  if (kind === "rolling") return at + 3 * (stopMs + startMs);
  if (kind === "drain") return at + stopMs + startMs;
  return at + lasts + (kind === "kill-node" ? startMs : 0);
}

function stepOf(kind: FaultKind, at: number, nodes: number, isShort: boolean, luck: Chance): Step {
  const step = { at, kind, node: luck.below(nodes), lasts: 0 };
  const upTo = (most: number) => Math.round(luck.between(300, isShort ? most / 2 : most));
  switch (kind) {
    case "kill-node":
      return { ...step, lasts: !isShort && luck.number() < 0.25 ? longAwayMs : upTo(4_000) };
    case "kill-postgres":
      return { ...step, lasts: upTo(5_000) };
    case "freeze":
      return { ...step, lasts: 1_000 + upTo(isShort ? 5_000 : 14_000) };
    case "cut":
      return { ...step, lasts: 3_500 + upTo(4_000), way: luck.pick(["silently", "down"] as const) };
    default:
      return step;
  }
}

/**
 * Each way once in a short run; in a long one, one of them every eight seconds. Where a fault begins about then, it happens
 * to somebody on the node that the fault is about, just after that can no longer hear of it.
 */
function revocationsIn(
  { ms, nodes, revoked }: Pick<Plan, "ms" | "nodes" | "revoked">,
  faults: readonly Step[],
  luck: Chance,
): Step[] {
  const count = revoked.length === 0 ? 0 : Math.max(revoked.length, Math.floor(ms / 8_000));
  return Array.from({ length: count }, (_, at) => {
    const [from, to] = [at, at + 0.9].map((part) => Math.round((part * ms) / count)) as [number, number];
    const kind = revoked[at % revoked.length]!;
    const near = faults.find(({ at }) => at >= from && at < to - 500);
    if (!near) return { at: Math.round(luck.between(from, to)), kind, node: luck.below(nodes), lasts: 0 };
    const [guestOf, node] = [near.node, (near.node + 1) % nodes];
    return { at: Math.round(near.at + luck.between(50, 500)), kind, node, lasts: 0, guestOf };
  });
}

const isAmong =
  <T>(list: readonly T[]) =>
  (each: T) =>
    list.includes(each);
