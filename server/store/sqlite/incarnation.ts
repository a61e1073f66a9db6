import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { eq, sql } from "drizzle-orm";
import * as v from "valibot";
import type { System } from "../../system.ts";
import { isFull } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { ormOf, rowsOf, run } from "./orm.ts";
import { conversations, meta, users } from "./schema.ts";

/** How often the height of the database is noted while it grows. */
const noteMs = 2_000;

const note = v.object({
  /** The two names the database may bear: the one before the latest start, and the one given by it. */
  generations: v.array(v.string()),
  /** The inode of the database file: a copy made beside it has another one, also after it took its name. */
  file: v.number(),
  /** How much the database had counted when last looked. */
  height: v.number(),
  /** When the note was written, UTC milliseconds. */
  writtenAt: v.number(),
});
type Note = v.InferOutput<typeof note>;

/** A note whose file was changed this much later than it says was not put there by us. */
const strangeMs = 10_000;

/**
 * Notices that a database file was replaced by a backup, and then gives it a new epoch, so that clients start over
 * instead of trusting numbers that now mean other messages. A note beside the database tells: each start writes a new
 * generation into both, and a backup bears an older one; one copied since the latest start is not as high as noted, or is
 * another file; and where the note was put back together with the database, its file is younger than it says. In doubt the epoch changes,
 * which costs the clients a new download and nothing else.
 * Gives a function that notes a last time and ends. A note that cannot be written is tried again.
 */
export function watchIncarnation(
  db: Db,
  path: string,
  system: System,
  report: (error: unknown) => void,
): () => void {
  const generation = metaOf(db, "generation");
  const height = heightOf(db);
  const file = statSync(db.$client.filename).ino;
  if (!isKnown(path, { generation, file, height })) setMeta(db, "epoch", token());

  const next = token();
  const generations = generation === null ? [next] : [generation, next];
  // The note first: if the power goes between the two, the database still bears a name the note knows.
  write(path, { generations, file, height, writtenAt: system.now() });
  setMeta(db, "generation", next);

  let noted = height;
  let failing = false;
  let cancel = system.after(noteMs, look);
  function look() {
    noteHeight();
    cancel = system.after(noteMs, look);
  }
  function noteHeight() {
    try {
      const now = heightOf(db);
      if (now !== noted) write(path, { generations, file, height: now, writtenAt: system.now() });
      noted = now;
      failing = false;
    } catch (error) {
      // A full disk is no bug; whoever sends a message is told of it.
      if (!failing && !isFull(error)) report(error);
      failing = true;
    }
  }
  return () => {
    cancel();
    noteHeight();
  };
}

/**
 * Whether the note at a path knows the database, and no backup has replaced it. Without a note, or with one that cannot be
 * read, only a database that was never opened counts as known.
 */
export function isKnown(
  path: string,
  { generation, file, height }: { generation: string | null; file: number; height: number },
): boolean {
  const known = read(path);
  if (known === null) return generation === null;
  return known.file === file && known.generations.includes(generation ?? "") && height >= known.height;
}

/** Lets the next server that starts on the database begin a new epoch: its numbers go on elsewhere from here. */
export const disown = (path: string, now: number) =>
  write(path, { generations: [], file: 0, height: 0, writtenAt: now });

const token = () => randomBytes(16).toString("hex");

const metaOf = (db: Db, key: string): string | null =>
  rowsOf(ormOf(db).select().from(meta).where(eq(meta.key, key)))[0]?.value ?? null;

const setMeta = (db: Db, key: string, value: string) =>
  run(ormOf(db).insert(meta).values({ key, value }).onConflictDoUpdate({ target: meta.key, set: { value } }));

/** Everything that is ever counted: it never shrinks, and grows with whatever a client could know a number of. */
const heightOf = (db: Db): number =>
  rowsOf(
    ormOf(db)
      .select({
        height: sql<number>`coalesce(sum(${conversations.head}), 0) + (select coalesce(max(${users.id}), 0) from ${users})`,
      })
      .from(conversations),
  )[0]?.height ?? 0;

/** The note; null where it is missing, damaged or strange. */
function read(path: string): Note | null {
  try {
    const known = v.parse(v.pipe(v.string(), v.parseJson(), note), readFileSync(path, "utf8"));
    return statSync(path).ctimeMs - known.writtenAt < strangeMs ? known : null;
  } catch (error) {
    if (v.isValiError(error) || (error as { code?: string }).code === "ENOENT") return null;
    throw error;
  }
}

function write(path: string, value: Note) {
  writeFileSync(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
