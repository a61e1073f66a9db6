import { createHmac } from "node:crypto";
import type { ConversationId } from "../../protocol/conversation-id.ts";
import type { ClusterEvent } from "../cluster-event.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";

// What nodes ask PostgreSQL so that they need not ask each other. Each is one statement.

export interface Poll {
  /** What the next look gives as `since`. */
  next: string;
  epoch: string;
  events: { id: number; origin: string; event: ClusterEvent }[];
  grown: Grown[];
  /** Those whose lease runs, the looking one first. */
  nodes: { id: string; presenceRev: number }[];
}

export interface Grown {
  conversation: ConversationId;
  head: number;
}

const leaseSeconds = 6;
const deadSeconds = 60;

/**
 * Renews the node's lease by the clock of PostgreSQL, and gives what others have done since the former look, none of it
 * left out: everything by transactions that were running or yet to come when the former look was taken. What ended just
 * before may come again. With `since` null, for the first look, there are neither notices nor conversations.
 *
 * The look itself writes, so it is on disk before it answers: even after a crash PostgreSQL counts its transactions on
 * from beyond `next`.
 */
export const poll = (db: Db, node: string, since: string | null): Promise<Poll> =>
  withDbErrors(async () => {
    const [seen] = await db.sql`
      with lease as (
        insert into nodes (id, lease_until) values (${node}, clock_timestamp() + make_interval(secs => ${leaseSeconds}))
        on conflict (id) do update set lease_until = excluded.lease_until
        returning id, presence_rev
      ), news as (
        select id, origin, notice from notices where xid >= ${since}::xid8
      ), grown as (
        select id, head from conversations where changed >= ${since}::xid8
      ), living as (
        select id, presence_rev, 0 as place from lease
        union all
        select id, presence_rev, 1 from nodes where id <> ${node} and lease_until > clock_timestamp()
      )
      select pg_snapshot_xmin(pg_current_snapshot())::text as next,
        (select value from meta where key = 'epoch') as epoch,
        (select coalesce(json_agg(json_build_object('id', id, 'origin', origin, 'event', notice) order by id), '[]')
          from news) as events,
        (select coalesce(json_agg(json_build_object('conversation', id, 'head', head)), '[]') from grown) as grown,
        (select json_agg(json_build_object('id', id, 'presenceRev', presence_rev) order by place, id) from living) as nodes`;
    return seen;
  });

/** Forgets nodes, with their seats, whose lease has been over for long. */
export async function removeDeadNodes(db: Db): Promise<void> {
  await withDbErrors(
    () => db.sql`
      delete from nodes where lease_until < clock_timestamp() - make_interval(secs => ${deadSeconds})`,
  );
}

/** What a database keeps to know the pepper again that its passwords were hashed with; it says nothing about the pepper. */
export const markOfPepper = (pepper: Uint8Array): string =>
  createHmac("sha256", pepper).update("the mark of the pepper").digest("hex");

/** Keeps the mark of the pepper that all nodes must share, if there is none yet; gives the one that is kept. */
export const pepperMark = (db: Db, mark: string): Promise<string> =>
  withDbErrors(async () => {
    const [stored] = await db.sql`
      insert into meta (key, value) values ('pepper', ${mark})
      on conflict (key) do update set value = meta.value
      returning value`;
    return stored.value;
  });

/** Where these conversations stand; those nobody wrote in are left out. */
export const headsOf = (db: Db, ids: ConversationId[]): Promise<Grown[]> =>
  withDbErrors(async () => {
    const rows: { id: ConversationId; head: string }[] = await db.sql`
      select id, head from conversations where id = any(${ids}::text[])`;
    return rows.map(({ id, head }) => ({ conversation: id, head: Number(head) }));
  });

/** The number of the oldest transaction that runs, or of the next; it only grows while a database lives on. */
export const oldestTransaction = (db: Db): Promise<string> =>
  withDbErrors(async () => {
    const [found] = await db.sql`select pg_snapshot_xmin(pg_current_snapshot())::text as oldest`;
    return found.oldest;
  });
