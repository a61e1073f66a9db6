import { expect, test } from "bun:test";
import { sources, textOf } from "../support/sources.ts";

test("ASVS 16.2.3 the server writes to standard output where it starts and stops, to standard error from one place, and logs nowhere else", () => {
  const having = (pattern: RegExp) =>
    sources.filter((path) => path.startsWith("server/") && pattern.test(textOf.get(path)!));
  const start = ["server/logging/announcement.ts", "server/logging/progress.ts", "server/main.ts"];
  expect(having(/\bconsole\.|\bprocess\.std(out|err)\b|\bBun\.std(out|err)\b/)).toEqual(start);
  expect(having(/\bconsole\.(error|warn)|\bstderr\b/)).toEqual(["server/main.ts"]);
  expect(having(/appendFile|createWriteStream|\bsyslog\b|node:dgram/)).toEqual([]);
});
