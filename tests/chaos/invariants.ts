import type { Message } from "../../server/protocol/events.ts";

/** From and to, in milliseconds of the clock. */
export interface Interval {
  from: number;
  to: number;
}

/** Something that reached a client. */
export interface Delivery {
  at: number;
  type: string;
  /** When the messages in it were made. */
  createdAt: number[];
}

/** A session or account that was ended, and what its client was still told. */
export interface Ended {
  who: string;
  /** When the end was acknowledged to whoever asked for it. */
  at: number;
  deliveries: readonly Delivery[];
}

/** How long after its end a session may still be told something. */
export const revokedWithinMs = 2_000;

/**
 * What reached a session too late. While a node stood still, or this program did, what had been sent before may arrive
 * late; what tells then is when a message was made.
 */
export function lateDeliveries(ended: readonly Ended[], pauses: readonly Interval[]): string[] {
  return ended.flatMap(({ who, at, deliveries }) => {
    const end = at + revokedWithinMs;
    const isLate = (delivery: Delivery) => {
      if (delivery.at <= end) return false;
      const excused = pauses.some(({ from, to }) => from < delivery.at && to > at);
      return !excused || delivery.createdAt.some((made) => made > end);
    };
    return deliveries
      .filter(isLate)
      .map((delivery) => `${who} was told ${delivery.type} ${delivery.at - at} ms after the end`);
  });
}

/** Somebody, and the places of the messages of a room that have reached them. */
export interface Listener {
  who: string;
  id: number;
  heard: readonly number[];
}

/** What reached somebody of a room at whose place they were not in it, as its own lines tell. */
export function overheard(log: readonly Message[], listeners: readonly Listener[]): string[] {
  const lines = log.flatMap(({ seq, body: { line } }) => (line?.people ? [{ ...line, seq }] : []));
  const isIn = (id: number, seq: number) =>
    lines.findLast((line) => line.seq <= seq && line.people?.includes(id))?.what === "added";
  return listeners.flatMap(({ who, id, heard }) =>
    heard
      .filter((seq) => !isIn(id, seq))
      .map((seq) => `${who} was told number ${seq} of a room they were not in`),
  );
}

/** Who is online as a client sees it, beside who is. */
export interface View {
  who: string;
  online: ReadonlySet<number>;
}

export function wrongPresence(views: readonly View[], present: ReadonlySet<number>): string[] {
  return views.flatMap(({ who, online }) => {
    const missed = [...present].filter((id) => !online.has(id));
    const gone = [...online].filter((id) => !present.has(id));
    return [
      ...(missed.length > 0 ? [`${who} does not see that ${missed.join(", ")} are online`] : []),
      ...(gone.length > 0 ? [`${who} sees ${gone.join(", ")} who are gone`] : []),
    ];
  });
}

/** Who still sees someone whose node has been dead for as long as that takes to be noticed. */
export const ghosts = (views: readonly View[], id: number, node: string): string[] =>
  views
    .filter(({ online }) => online.has(id))
    .map(({ who }) => `${who} still sees ${id} online ten seconds after ${node} died`);

/** Clients, with how many lines each had had at the beginning of the end, and has had since. */
export function returns(clients: readonly { who: string; lines: [number, number]; closedWith?: number }[]) {
  return clients
    .filter(({ lines: [before, now] }) => before !== now)
    .map(({ who, closedWith }) => `${who} had to come back after all was over, closed with ${closedWith}`);
}

/** What was seen of a node that was cut off from PostgreSQL; times are null where it did not come to that. */
export interface CutOff {
  node: string;
  cutAt: number;
  healedAt: number;
  /** When it first said that it is not well, and then that it is again. */
  unwellAt: number | null;
  wellAt: number | null;
  /** With what the socket was closed that had been open there. */
  closedWith: number | null;
}

const unwellWithinMs = 3_000;
const wellWithinMs = 6_000;
/** How often the health is looked at. */
export const probeMs = 100;

/** `outages` are those of the database: a node that it keeps waiting again cannot be well before it is back. */
export function wrongCutOffs(seen: readonly CutOff[], outages: readonly Interval[]): string[] {
  return seen.flatMap(({ node, cutAt, healedAt, unwellAt, wellAt, closedWith }) => {
    const found: string[] = [];
    const kept = outages.filter(({ from, to }) => to > healedAt && from < (wellAt ?? to));
    const reachableAt = Math.max(healedAt, ...kept.map(({ to }) => to));
    if (unwellAt === null || unwellAt - cutAt > unwellWithinMs + 2 * probeMs)
      found.push(`${node} was cut off and said so ${after(unwellAt, cutAt)}`);
    if (closedWith !== 4003) found.push(`${node} was cut off and closed its socket with ${closedWith}`);
    if (wellAt === null || wellAt - reachableAt > wellWithinMs)
      found.push(`${node} was no longer cut off and well ${after(wellAt, reachableAt)}`);
    return found;
  });
}

const after = (at: number | null, from: number) => (at === null ? "never" : `after ${at - from} ms`);

/** Numbers that were shown with two contents. */
export const twoContents = (contradictions: readonly [Message, Message][]): string[] =>
  contradictions.map(
    ([first, second]) =>
      `${first.conversation} ${first.rev} was "${first.body.text}" to one and "${second.body.text}" to another`,
  );

/** The lines of a log that report a bug. */
export const bugsIn = (printed: string): string[] =>
  printed.split("\n").filter((line) => line.includes('"event":"bug"'));
