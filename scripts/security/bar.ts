import { join } from "node:path";
import * as v from "valibot";
import { projectRoot } from "../../server/config/environment.ts";
import type { NamedTest } from "./named-tests.ts";

export const levels = [1, 2, 3] as const;
type Level = (typeof levels)[number];

/** A requirement of OWASP ASVS 5.0.0 that applies here. */
export interface Item {
  id: string;
  level: Level;
  /** What it asks for here, in our words. */
  asks: string;
  /** Why there is nothing it could ask for; null where there is. */
  absent: string | null;
}

interface Bar {
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

/** A documented decision, by which requirements are met or excepted. */
interface Decision {
  ids: string[];
  reason: string;
}

/** The decisions in the Security section of the server's document: `- **1.2.3, 4.5.6** reason`, over as many lines as it takes. */
export function decisionsIn(document: string): Decision[] {
  const [, section = ""] = document.split(/^## Security$/m);
  const [own = ""] = section.split(/^## /m);
  const entries = own.matchAll(/^- \*\*([\d., ]+)\*\*((?:.*\n?)(?: {2,}.*\n?)*)/gm);
  return [...entries].map(([, ids, reason]) => ({
    ids: ids!.split(",").map((id) => id.trim()),
    reason: reason!.replace(/\s+/g, " ").trim(),
  }));
}

export async function readDecisions(): Promise<Decision[]> {
  return decisionsIn(await Bun.file(join(projectRoot, "server/DECISIONS.md")).text());
}

export const states = ["met", "excepted", "absent", "open"] as const;
/** Met by a test; excepted by a documented decision; absent, since there is nothing it could apply to; or open. */
type State = (typeof states)[number];

interface Counted extends Item {
  state: State;
}

/** What became of each requirement. A test counts that expects something, a decision that gives a reason. */
export function tally(bar: Bar, tests: readonly NamedTest[], decisions: readonly Decision[]): Counted[] {
  const met = new Set(tests.filter(({ expects }) => expects).flatMap(({ ids }) => ids));
  const excepted = new Set(decisions.filter(({ reason }) => reason !== "").flatMap(({ ids }) => ids));
  return bar.items.map((item) => {
    if (met.has(item.id)) return { ...item, state: "met" };
    if (item.absent !== null) return { ...item, state: "absent" };
    return { ...item, state: excepted.has(item.id) ? "excepted" : "open" };
  });
}

/** What has to be closed: levels 1 and 2. */
export const failing = (counted: readonly Counted[]): Counted[] =>
  counted.filter(({ state, level }) => state === "open" && level < 3);
