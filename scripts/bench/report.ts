/** One thing that was to be reached. */
export interface Reach {
  says: string;
  met: boolean;
}

export interface Line {
  what: string;
  numbers: Record<string, number>;
  reaches: Reach[];
}

/** What one scenario found: a table whose columns are the numbers of its lines. */
export interface Section {
  title: string;
  /** What the numbers are, where the title leaves it open. */
  unit: string;
  lines: Line[];
  /** What a reader should know before believing the numbers. */
  notes: string[];
}

/** That a number is at most `most`; the bound is named in the words of the plan. */
export const atMost = (number: number, most: number, bound: string): Reach => ({
  says: bound,
  met: number <= most,
});

export const below = (number: number, limit: number, bound: string): Reach => ({
  says: bound,
  met: number < limit,
});

/** Prints a table with, beside each line, what was to be reached and whether it was. */
export function print({ title, unit, lines, notes }: Section): void {
  const columns = [...new Set(lines.flatMap(({ numbers }) => Object.keys(numbers)))];
  const head = [unit, ...columns, "to reach"];
  const rows = lines.map(({ what, numbers, reaches }) => [
    what,
    ...columns.map((column) => (column in numbers ? inWords(numbers[column]!) : "")),
    reaches.map(({ says, met }) => `${met ? "✓" : "✗"} ${says}`).join("   "),
  ]);
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => row[at]!.length)));
  const line = (row: string[]) =>
    row
      .map((cell, at) =>
        at === 0 || at === row.length - 1 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!),
      )
      .join("  ")
      .trimEnd();
  console.log(`\n${title}`);
  console.log(`  ${line(head)}`);
  console.log(`  ${widths.map((width) => "─".repeat(width)).join("  ")}`);
  for (const row of rows) console.log(`  ${line(row)}`);
  for (const note of notes) console.log(note.startsWith(" ") ? `   ${note}` : `  · ${note}`);
}

/** Three digits that mean something, as far as there are that many. */
function inWords(number: number): string {
  if (Math.abs(number) >= 100) return Math.round(number).toLocaleString("en");
  return number.toPrecision(3);
}

/** How many of all reaches were met, and which were not. */
export function printVerdict(sections: Section[]): void {
  const all = sections.flatMap(({ title, lines }) =>
    lines.flatMap(({ what, reaches }) => reaches.map((reach) => ({ ...reach, where: `${title}: ${what}` }))),
  );
  const missed = all.filter(({ met }) => !met);
  console.log(`\n${all.length - missed.length} of ${all.length} reached`);
  for (const { where, says } of missed) console.log(`  ✗ ${where}: ${says}`);
}
