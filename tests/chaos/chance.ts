/** Numbers that look random and are the same for the same seed. */
export interface Chance {
  /** From 0 up to 1. */
  number(): number;
  /** A whole number from 0 up to `bound`. */
  below(bound: number): number;
  between(least: number, most: number): number;
  pick<T>(list: readonly T[]): T;
  shuffled<T>(list: readonly T[]): T[];
}

/** Chance from a seed; `branch` gives each user of the same seed numbers of their own, whoever asks first. */
export function chance(seed: number, branch = 0): Chance {
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(branch + 1, 0x85ebca6b)) >>> 0;
  // Mulberry32: short, and without the pattern that lower bits of a linear congruential generator have.
  const number = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number) => Math.floor(number() * bound);
  return {
    number,
    below,
    between: (least, most) => least + number() * (most - least),
    pick: (list) => list[below(list.length)]!,
    shuffled(list) {
      const rest = [...list];
      return list.map(() => rest.splice(below(rest.length), 1)[0]!);
    },
  };
}
