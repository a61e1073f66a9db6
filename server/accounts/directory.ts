import { createHash } from "node:crypto";
import type { Person } from "../protocol/events.ts";
import type { Role } from "../protocol/roles.ts";
import type { Store } from "../store/store.ts";

/** Who has or had an account, in memory: every event and every topic needs names. */
export type People = Awaited<ReturnType<typeof people>>;

/** Reads the directory from the store; afterwards it is kept in step by the other methods. */
export async function people(users: Store["users"]) {
  const directory = new Map<number, Person>();
  const muted = new Map<number, number>();
  /** By id, so that whoever knows the same people gives them the same tag. */
  const all = () => [...directory.values()].sort(({ id: one }, { id: other }) => one - other);
  /** Those who do not show how far they have read. */
  let discreet = new Set<number>();
  let tag: string | null = null;
  let active: readonly number[] | null = null;
  const put = (person: Person) => {
    directory.set(person.id, person);
    tag = active = null;
  };
  const reload = async () => {
    const [everyone, silent, hidden] = await Promise.all([
      users.directory(),
      users.muted(),
      users.discreet(),
    ]);
    directory.clear();
    muted.clear();
    for (const person of everyone) put(person);
    for (const { id, until } of silent) muted.set(id, until);
    discreet = new Set(hidden);
    tag = active = null;
  };
  await reload();
  return {
    /** Reads the directory anew, where it may have changed behind our back. */
    reload,
    /** Whether someone has or had this id. */
    knows: (id: number): boolean => directory.has(id),
    nameOf: (id: number): string | null => directory.get(id)?.name ?? null,
    /** The role of somebody; a member's for who is not known. */
    roleOf: (id: number): Role => directory.get(id)?.role ?? "member",
    /** Whether somebody is suspended or banned, and so cannot be written to. */
    isBarred: (id: number): boolean => directory.get(id)?.barred ?? false,
    /** Until when somebody may not write, in UTC milliseconds; null for who never was muted. */
    mutedUntil: (id: number): number | null => muted.get(id) ?? null,
    all,
    /** The ids of those who have an account that is not barred. */
    active(): readonly number[] {
      active ??= all().flatMap(({ id, name, barred }) => (name === null || barred ? [] : [id]));
      return active;
    },
    /** Whether somebody shows how far they have read. */
    showsRead: (id: number): boolean => !discreet.has(id),
    /** Takes whether they do. */
    showRead(id: number, shows: boolean): void {
      if (shows) discreet.delete(id);
      else discreet.add(id);
    },
    /** Changes whenever the directory does; equal tags mean equal directories. */
    tag(): string {
      tag ??= createHash("sha256").update(JSON.stringify(all())).digest("base64url").slice(0, 16);
      return tag;
    },
    add: put,
    /** Takes another role of somebody, or that they are barred or not. */
    change: put,
    mute(id: number, until: number | null): void {
      if (until === null) muted.delete(id);
      else muted.set(id, until);
    },
    /** The name goes, the id stays. */
    forget(id: number): void {
      muted.delete(id);
      discreet.delete(id);
      put({ id, name: null });
    },
  };
}
