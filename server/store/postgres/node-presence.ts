import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";

/** How many sockets of a user a node has, 0 when the last is gone, and whether they only came back to it. */
export interface NodePresence {
  user: number;
  sockets: number;
  quiet: boolean;
}

/** What nodes have in the way of seats, and how far each has counted its changes. */
export interface NodePresences {
  node: string;
  presenceRev: number;
  presences: NodePresence[];
}

/** The seats of these nodes, dead or alive; a node that is not known is left out. */
export const presencesOf = (db: Db, nodes: string[]): Promise<NodePresences[]> =>
  withDbErrors(async () => {
    const rows: { id: string; presence_rev: string; presences: NodePresence[] }[] = await db.sql`
      select id, presence_rev, (
        select coalesce(json_agg(
          json_build_object('user', user_id, 'sockets', sockets, 'quiet', quiet) order by user_id), '[]')
        from seats where node_id = id
      ) as presences
      from nodes where id = any(${nodes}::text[])`;
    return rows.map(({ id, presence_rev, presences }) => ({
      node: id,
      presenceRev: Number(presence_rev),
      presences,
    }));
  });

/**
 * Changes the seats of a node: those given, to what is given. Gives false, and changes nothing, when the node is not
 * known (it has to look first) or has counted beyond `rev`.
 */
export const setPresence = (db: Db, node: string, rev: number, presences: NodePresence[]): Promise<boolean> =>
  write(db, node, rev, presences, false);

/** Likewise, where those not given are gone. */
export const replacePresence = (
  db: Db,
  node: string,
  rev: number,
  presences: NodePresence[],
): Promise<boolean> => write(db, node, rev, presences, true);

const write = (
  db: Db,
  node: string,
  rev: number,
  presences: NodePresence[],
  all: boolean,
): Promise<boolean> =>
  withDbErrors(async () => {
    const [result] = await db.sql`
      with given as (
        select * from unnest(
          ${presences.map(({ user }) => user)}::bigint[],
          ${presences.map(({ sockets }) => sockets)}::int[],
          ${presences.map(({ quiet }) => quiet)}::boolean[]
        ) as seat (user_id, sockets, quiet)
      ), counted as (
        update nodes set presence_rev = ${rev}::bigint where id = ${node} and presence_rev <= ${rev}::bigint
        returning id
      ), gone as (
        delete from seats using counted
        where node_id = id and user_id not in (select user_id from given where sockets > 0)
          and (${all}::boolean or user_id in (select user_id from given))
      ), taken as (
        insert into seats (node_id, user_id, sockets, quiet)
        select id, user_id, sockets, quiet from counted, given where sockets > 0
        on conflict (node_id, user_id) do update set sockets = excluded.sockets, quiet = excluded.quiet
      )
      select count(*) = 1 as is_known from counted`;
    return result.is_known;
  });
