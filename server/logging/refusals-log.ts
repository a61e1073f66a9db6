import type { Refused } from "../refusal.ts";
import type { System } from "../system.ts";

/** A record of the log, without its time and event. */
interface About {
  actor: number | null;
  subject: number | null;
  source: string | null;
  detail: { code: Refused["code"]; asked?: string; leftOut?: number };
}

const minute = 60_000;
/** How many refusals of one code and address are logged in a minute, and for how many pairs of code and address. */
const each = 5;
const kinds = 50;
/** How many characters of a path are logged: a path can be as long as a request, and our own are short. */
const longest = 80;

/**
 * Logs refusals: of a flood the first ones, and at the end of the minute how many were left out. The amount is bounded whatever
 * clients send, so that nobody can fill the disk.
 */
export function refusals(system: System, write: (about: About) => void) {
  const written = new Map<string, { first: Refused; count: number }>();
  let others = new Map<Refused["code"], number>();
  let cancel: (() => void) | null = null;

  function add(refusal: Refused) {
    cancel ??= system.after(minute, flush);
    const key = `${refusal.code} ${refusal.source}`;
    const known = written.get(key);
    if (!known && written.size === kinds) {
      others.set(refusal.code, (others.get(refusal.code) ?? 0) + 1);
      return;
    }
    const count = (known?.count ?? 0) + 1;
    written.set(key, { first: known?.first ?? refusal, count });
    const { code, source, actor, subject = null, asked } = refusal;
    if (count <= each) write({ actor, subject, source, detail: { code, asked: asked.slice(0, longest) } });
  }

  function flush() {
    cancel?.();
    cancel = null;
    for (const { first, count } of written.values()) {
      const { code, source } = first;
      if (count > each) leftOut(code, source, count - each);
    }
    for (const [code, count] of others) leftOut(code, null, count);
    written.clear();
    others = new Map();
  }

  const leftOut = (code: Refused["code"], source: string | null, count: number) =>
    write({ actor: null, subject: null, source, detail: { code, leftOut: count } });

  return { add, flush };
}
