import { type Options, usual } from "./run.ts";

/** The seed of a run in the test suite: CHAOS_SEED, or another each time. */
export const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 2 ** 31);

/** A run that is short, and says nothing unless its test fails; `lines` is all that it would have said. */
export function short(given: Partial<Options>) {
  const lines: string[] = [];
  const options: Options = {
    ...usual,
    seed,
    ms: 8_000,
    kinds: [],
    say: (line) => void lines.push(line),
    ...given,
  };
  return { options, lines };
}
