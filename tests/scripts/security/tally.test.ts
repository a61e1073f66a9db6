import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { decisionsIn, failing, type Item, readBar, tally } from "../../../scripts/security/bar.ts";
import type { NamedTest } from "../../../scripts/security/named-tests.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { outcomeOf } from "../../support/outcome.ts";

const item = (id: string, level: Item["level"] = 1, absent: string | null = null): Item => {
  return { id, level, asks: "Something.", absent };
};
const named = (id: string, expects = true): NamedTest => ({
  ids: [id],
  name: "",
  file: "",
  line: 1,
  expects,
});
const stateOf = (one: Item, tests: NamedTest[], ids: string[], reason = "Because.") =>
  tally({ items: [one], beyond: [] }, tests, [{ ids, reason }])[0]!.state;

describe("a requirement", () => {
  test("is met by a test, which counts for more than a decision", () => {
    expect(stateOf(item("1.1.1"), [named("1.1.1")], ["1.1.1"])).toBe("met");
  });

  test("is not met by a test that expects nothing, nor by one of another", () => {
    expect(stateOf(item("1.1.1"), [named("1.1.1", false), named("1.1.10")], [])).toBe("open");
  });

  test("is excepted by a decision that has a reason", () => {
    expect(stateOf(item("1.1.1"), [], ["1.1.1"])).toBe("excepted");
    expect(stateOf(item("1.1.1"), [], ["1.1.1"], "")).toBe("open");
  });

  test("is absent where there is nothing it could apply to", () => {
    expect(stateOf(item("5.1.1", 1, "No files."), [], [])).toBe("absent");
    expect(stateOf(item("5.1.1", 1, "No files."), [named("5.1.1")], [])).toBe("met");
  });

  test("that is open matters at levels 1 and 2", () => {
    const counted = tally({ items: [item("1.1.1"), item("1.1.2", 2), item("1.1.3", 3)], beyond: [] }, [], []);
    expect(failing(counted).map(({ id }) => id)).toEqual(["1.1.1", "1.1.2"]);
  });
});

test("decisions are read from the Security section, with all their lines and of no other section", () => {
  const document = `# A
- **9.9.9** Elsewhere.
## Security
Before.
- **1.1.1** One line
  and another.
- **1.1.2, 1.1.3** Two ids.
- **1.1.4**
## After
- **8.8.8** Elsewhere.
`;
  expect(decisionsIn(document)).toEqual([
    { ids: ["1.1.1"], reason: "One line and another." },
    { ids: ["1.1.2", "1.1.3"], reason: "Two ids." },
    { ids: ["1.1.4"], reason: "" },
  ]);
});

test("a list that names a reason there is none of, or is of another form, is refused", async () => {
  const folder = temporaryFolder();
  const list = { standard: "OWASP ASVS 5.0.0", absent: { files: "There are no files." }, beyond: [] };
  const path = join(folder, "asvs.json");
  const reading = async (...items: unknown[]) => {
    await Bun.write(path, JSON.stringify({ ...list, items }));
    return await readBar(path);
  };
  expect((await reading(["5.1.1", 2, "What it asks for.", "files"])).items).toEqual([
    { id: "5.1.1", level: 2, asks: "What it asks for.", absent: "There are no files." },
  ]);
  expect(await outcomeOf(reading(["5.1.1", 2, "What it asks for.", "pictures"]))).toThrow("pictures");
  expect(await outcomeOf(reading(["5.1", 2, "What it asks for."]))).toThrow();
  expect(await outcomeOf(reading(["5.1.1", 4, "What it asks for."]))).toThrow();
});
