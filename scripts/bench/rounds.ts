/** The middle of the numbers. */
export function median(numbers: readonly number[]): number {
  return percentile(numbers, 0.5);
}

/** The number that this part of all numbers does not exceed. */
export function percentile(numbers: readonly number[], part: number): number {
  if (numbers.length === 0) throw new Error("There is nothing to take a percentile of");
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}

export type Measured<Name extends string> = Record<Name, number[]>;

/**
 * Measures each in turn, and that `count` times over (A B A B), each round in another order, so that what else happens
 * on the machine, and what each leaves behind, falls on all alike.
 */
export async function inRounds<Name extends string>(
  count: number,
  measures: Record<Name, () => Promise<number>>,
): Promise<Measured<Name>> {
  const names = Object.keys(measures) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Measured<Name>;
  for (let round = 0; round < count; round++) {
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) measured[name].push(await measures[name]());
  }
  return measured;
}

/** The median of the ratios within each round: both sides of a ratio met the same weather. */
export function ratio<Name extends string>(measured: Measured<Name>, of: Name, to: Name): number {
  return median(measured[of].map((number, round) => number / measured[to][round]!));
}

/** The ratio of the least of each side: what other programs on the machine added is in neither. */
export function quietRatio<Name extends string>(measured: Measured<Name>, of: Name, to: Name): number {
  return Math.min(...measured[of]) / Math.min(...measured[to]);
}
