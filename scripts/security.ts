import { levels, readBar } from "./security/bar.ts";
import { readDecisions } from "./security/decisions.ts";
import { namedTests } from "./security/named-tests.ts";
import { failing, states, tally } from "./security/tally.ts";
import { testTexts } from "./security/test-texts.ts";
import { command } from "./setup.ts";

// How far the security bar is met, by what the tests are called and what the documents say. Running the tests is another matter.
await command(async () => {
  const [bar, texts, decisions] = await Promise.all([readBar(), testTexts(), readDecisions()]);
  const { tests, unreadable } = namedTests(texts);
  const counted = tally(bar, tests, decisions);

  console.log(`OWASP ASVS 5.0.0, the ${counted.length} requirements that apply\n`);
  const row = (first: string, cells: readonly (string | number)[]) =>
    console.log(first.padEnd(9) + cells.map((cell) => String(cell).padStart(10)).join(""));
  row("", [...states, "of"]);
  for (const level of [...levels, null]) {
    const own = counted.filter((item) => level === null || item.level === level);
    const counts = states.map((state) => own.filter((item) => item.state === state).length);
    row(level === null ? "All" : `Level ${level}`, [...counts, own.length]);
  }

  list(
    "Open",
    counted
      .filter(({ state }) => state === "open")
      .map(({ id, level, asks }) => `L${level} ${id.padEnd(8)}${asks}`),
  );
  list(
    "Expects nothing",
    tests.filter(({ expects }) => !expects).map(({ file, line, name }) => `${file}:${line} ${name}`),
  );
  list("Cannot be read", unreadable);
  return failing(counted).length === 0 ? 0 : 1;
});

function list(title: string, entries: readonly string[]) {
  if (entries.length > 0) console.log(`\n${title}\n${entries.map((entry) => `  ${entry}`).join("\n")}`);
}
