import { failing, levels, readBar, readDecisions, states, tally } from "./bar.ts";
import { namedTests, testTexts } from "./named-tests.ts";

/** Prints how much of the bar is met, excepted, absent and open; gives how much of levels 1 and 2 is open. */
export async function giveAccount(): Promise<number> {
  const [bar, texts, decisions] = await Promise.all([readBar(), testTexts(), readDecisions()]);
  const { tests, unreadable } = namedTests(texts);
  const counted = tally(bar, tests, decisions);

  console.log(`OWASP ASVS 5.0.0, the ${counted.length} requirements that apply\n`);
  row("", [...states, "of"]);
  for (const level of [...levels, null]) {
    const own = counted.filter((item) => level === null || item.level === level);
    const counts = states.map((state) => own.filter((item) => item.state === state).length);
    row(level === null ? "All" : `Level ${level}`, [...counts, own.length]);
  }

  const open = counted.filter(({ state }) => state === "open");
  list(
    "Open",
    open.map(({ id, level, asks }) => `L${level} ${id.padEnd(8)}${asks}`),
  );
  const empty = tests.filter(({ expects }) => !expects);
  list(
    "Expects nothing, and does not count",
    empty.map(({ file, line, name }) => `${file}:${line} ${name}`),
  );
  list("Cannot be read", unreadable);
  return failing(counted).length;
}

function row(first: string, cells: readonly (string | number)[]) {
  console.log(first.padEnd(9) + cells.map((cell) => String(cell).padStart(10)).join(""));
}

function list(title: string, entries: readonly string[]) {
  if (entries.length > 0) console.log(`\n${title}\n${entries.map((entry) => `  ${entry}`).join("\n")}`);
}
