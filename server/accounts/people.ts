import { createHash } from "node:crypto";
import type { Store } from "../db/store.ts";
import type { Person } from "../protocol/events.ts";

/** Who has or had an account, in memory: every event and every topic needs names. */
export interface People {
  /** Whether someone has or had this id. */
  knows(id: number): boolean;
  nameOf(id: number): string | null;
  all(): Person[];
  /** Changes whenever the directory does; equal tags mean equal directories. */
  tag(): string;
  add(person: Person): void;
  /** The name goes, the id stays. */
  forget(id: number): void;
  /** Reads the directory anew, where it may have changed behind our back. */
  reload(): Promise<void>;
}

/** Reads the directory from the store; afterwards it is kept in step by `add` and `forget`. */
export async function people(users: Store["users"]): Promise<People> {
  const names = new Map<number, string | null>();
  /** By id, so that whoever knows the same people gives them the same tag. */
  const all = () => [...names].sort(([one], [other]) => one - other).map(([id, name]) => ({ id, name }));
  let tag: string | null = null;
  const reload = async () => {
    const directory = await users.directory();
    names.clear();
    for (const { id, name } of directory) names.set(id, name);
    tag = null;
  };
  await reload();
  return {
    reload,
    knows: (id) => names.has(id),
    nameOf: (id) => names.get(id) ?? null,
    all,
    tag() {
      tag ??= createHash("sha256").update(JSON.stringify(all())).digest("base64url").slice(0, 16);
      return tag;
    },
    add({ id, name }) {
      names.set(id, name);
      tag = null;
    },
    forget(id) {
      names.set(id, null);
      tag = null;
    },
  };
}
