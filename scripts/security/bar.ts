import { join } from "node:path";
import * as v from "valibot";
import { projectRoot } from "../../server/config/environment.ts";

export const levels = [1, 2, 3] as const;
export type Level = (typeof levels)[number];

/** A requirement of OWASP ASVS 5.0.0 that applies here. */
export interface Item {
  id: string;
  level: Level;
  /** What it asks for here, in our words. */
  asks: string;
  /** Why there is nothing it could ask for; null where there is. */
  absent: string | null;
}

export interface Bar {
  items: Item[];
  /** Requirements that tests may name and that are not counted: of tokens of providers, and of nodes with a database between them. */
  beyond: string[];
}

const id = v.pipe(v.string(), v.regex(/^\d+\.\d+\.\d+$/));
const asks = v.pipe(v.string(), v.minLength(10));
const file = v.strictObject({
  standard: v.literal("OWASP ASVS 5.0.0"),
  absent: v.record(v.string(), asks),
  beyond: v.array(id),
  items: v.array(
    v.union([
      v.strictTuple([id, v.picklist(levels), asks]),
      v.strictTuple([id, v.picklist(levels), asks, v.string()]),
    ]),
  ),
});

/** Reads the list of all that applies. Throws where it is not one. */
export async function readBar(path = join(projectRoot, ".github/asvs.json")): Promise<Bar> {
  const { absent, beyond, items } = v.parse(file, await Bun.file(path).json());
  return {
    beyond,
    items: items.map(([id, level, asks, missing]) => {
      if (missing === undefined) return { id, level, asks, absent: null };
      const reason = absent[missing];
      if (reason === undefined) throw new Error(`${id} names "${missing}", which has no reason.`);
      return { id, level, asks, absent: reason };
    }),
  };
}
