import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { sql } from "drizzle-orm";
import * as v from "valibot";
import type { System } from "../../system.ts";
import type { Db } from "./open.ts";
import { conversations, meta } from "./schema.ts";

/** How often the height of the database is noted while it grows. */
const noteMs = 2_000;

const note = v.object({
  /** The two names the database may bear: the one before the latest start, and the one given by it. */
  generations: v.array(v.string()),
  /** The sum of all heads when last looked. */
  height: v.number(),
});
type Note = v.InferOutput<typeof note>;

/**
 * Notices that a database file was replaced by a backup, and then gives it a new epoch, so that clients start over
 * instead of trusting numbers that now mean other messages. A note beside the database tells: each start writes a new
 * generation into both, and a backup bears an older one; one copied since the latest start is not as high as noted.
 * Gives a function that ends the noting.
 */
export function watchIncarnation(db: Db, path: string, system: System): () => void {
  const known = read(path);
  const generation = metaOf(db, "generation");
  const height = heightOf(db);
  const isFirst = known === null && generation === null;
  const isSame = known?.generations.includes(generation ?? "") && height >= known.height;
  if (!isFirst && !isSame) setMeta(db, "epoch", token());

  const next = token();
  const generations = generation === null ? [next] : [generation, next];
  // The note first: if the power goes between the two, the database still bears a name the note knows.
  write(path, { generations, height });
  setMeta(db, "generation", next);

  let noted = height;
  let cancel = system.after(noteMs, look);
  function look() {
    const now = heightOf(db);
    if (now !== noted) write(path, { generations, height: now });
    noted = now;
    cancel = system.after(noteMs, look);
  }
  return () => cancel();
}

const token = () => randomBytes(16).toString("hex");

const metaOf = (db: Db, key: string): string | null =>
  db.select().from(meta).where(sql`${meta.key} = ${key}`).get()?.value ?? null;

const setMeta = (db: Db, key: string, value: string) =>
  db.insert(meta).values({ key, value }).onConflictDoUpdate({ target: meta.key, set: { value } }).run();

const heightOf = (db: Db): number =>
  db
    .select({ height: sql<number>`coalesce(sum(${conversations.head}), 0)` })
    .from(conversations)
    .get()?.height ?? 0;

/** A note that is missing or damaged says nothing: then only a database that was never opened counts as known. */
function read(path: string): Note | null {
  try {
    return v.parse(v.pipe(v.string(), v.parseJson(), note), readFileSync(path, "utf8"));
  } catch (error) {
    if (v.isValiError(error) || (error as { code?: string }).code === "ENOENT") return null;
    throw error;
  }
}

function write(path: string, value: Note) {
  writeFileSync(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
