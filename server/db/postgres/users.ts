import { eq } from "drizzle-orm";
import { groupId } from "../../protocol/conversation-id.ts";
import type { User, Users } from "../kept/users.ts";
import { guarded } from "./guarded.ts";
import type { Author } from "./notices.ts";
import type { Db } from "./open.ts";
import { users } from "./schema.ts";

const keyOf = (name: string) => name.toLowerCase();

export function postgresUsers(db: Db, { origin, now }: Author): Users {
  return {
    create: ({ name, passwordHash, createdAt }, session) =>
      guarded(async () => {
        const [made] = await db.sql`
          with made as (
            insert into users (name, name_key, password_hash, created_at, last_sign_in_at)
            values (${name}, ${keyOf(name)}, ${passwordHash}, ${createdAt}::bigint, ${createdAt}::bigint)
            on conflict (name_key) do nothing
            returning id, created_at
          ), member as (
            insert into memberships (user_id, conversation_id, last_read)
            select made.id, conversations.id, head from made, conversations where conversations.id = ${groupId}
          ), signed_in as (
            insert into sessions (id, user_id, device, created_at, seen_at)
            select ${session?.id ?? null}::bytea, id, ${session?.device ?? ""}, created_at, created_at
            from made where ${session !== undefined}::boolean
          ), told as (
            insert into notices (at, origin, notice)
            select ${now()}::bigint, ${origin}, jsonb_build_object(
              'kind', 'person.registered', 'person', jsonb_build_object('id', id, 'name', ${name}::text))
            from made
          )
          select id from made`;
        return made ? { id: Number(made.id), name, passwordHash, createdAt, lastSignInAt: createdAt } : null;
      }),
    byName: (name) =>
      guarded(async () =>
        toUser(
          await db.orm
            .select()
            .from(users)
            .where(eq(users.nameKey, keyOf(name))),
        ),
      ),
    byId: (id) => guarded(async () => toUser(await db.orm.select().from(users).where(eq(users.id, id)))),
    directory: () =>
      guarded(async () => db.orm.select({ id: users.id, name: users.name }).from(users).orderBy(users.id)),
    signedIn: (id, at) =>
      guarded(async () => {
        await db.orm.update(users).set({ lastSignInAt: at }).where(eq(users.id, id));
      }),
    setPassword: (id, passwordHash, by) =>
      guarded(() =>
        db.sql.begin(async (transaction) => {
          // Waits for sessions that are just being stored for the user, so that the next statement sees them.
          await transaction`select from users where id = ${id}::bigint for update`;
          await transaction`
            with ended as (
              delete from sessions where user_id = ${id}::bigint returning id
            ), changed as (
              update users set password_hash = ${passwordHash} where id = ${id}::bigint returning id
            )
            insert into notices (at, origin, notice)
            select ${now()}::bigint, ${origin}, jsonb_build_object(
              'kind', 'sessions.ended', 'userId', id, 'by', ${by?.toString("base64url") ?? null}::text,
              'sessions', (select coalesce(jsonb_agg(rtrim(translate(encode(id, 'base64'), '+/', '-_'), '=')), '[]') from ended))
            from changed`;
        }),
      ),
    remove: (id) =>
      guarded(() =>
        db.sql.begin(async (transaction) => {
          // Waits likewise, also for messages that make the user a member of something.
          await transaction`select from users where id = ${id}::bigint for update`;
          await transaction`
            with ended as (
              delete from sessions where user_id = ${id}::bigint
            ), left_all as (
              delete from memberships where user_id = ${id}::bigint
            ), untold as (
              delete from notices
              where notice @> jsonb_build_object('kind', 'person.registered', 'person', jsonb_build_object('id', ${id}::bigint))
            ), forgotten as (
              update users set name = null, name_key = null, password_hash = null, last_sign_in_at = null
              where id = ${id}::bigint returning id
            )
            insert into notices (at, origin, notice)
            select ${now()}::bigint, ${origin}, jsonb_build_object('kind', 'person.deleted', 'id', id)
            from forgotten`;
        }),
      ),
  };
}

/** A deleted account is nobody. */
function toUser([row]: (typeof users.$inferSelect)[]): User | null {
  if (row?.name == null || row.passwordHash == null) return null;
  const { id, name, passwordHash, createdAt, lastSignInAt } = row;
  return { id, name, passwordHash, createdAt, lastSignInAt };
}
