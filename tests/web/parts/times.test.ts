import { expect, test } from "bun:test";
import { dayName, dayOf, leftOf } from "../../../web/parts/times.ts";

const at = (year: number, month: number, date: number, hour = 12) =>
  new Date(year, month - 1, date, hour).getTime();

test("days have the names a person gives them", () => {
  const now = at(2026, 11, 23, 1);
  expect(dayName(at(2026, 11, 23, 0), now)).toBe("Today");
  expect(dayName(at(2026, 11, 22, 23), now)).toBe("Yesterday");
  expect(dayName(at(2026, 11, 22, 0), now)).toBe("Yesterday");
  const lastWeek = new Intl.DateTimeFormat(undefined, { weekday: "long" }).format(at(2026, 11, 18));
  expect(dayName(at(2026, 11, 18), now)).toBe(lastWeek);
  expect(dayName(at(2026, 11, 16), now)).toMatch(/16/);
  expect(dayName(at(2025, 11, 23), now)).toMatch(/2025/);
});

test("a day is one day also when the clocks change", () => {
  for (let hour = 0; hour < 24; hour++) expect(dayOf(at(2026, 3, 29, hour))).toBe(dayOf(at(2026, 3, 29)));
  for (let date = 20; date < 31; date++) {
    expect(dayName(at(2026, 3, date, 0), at(2026, 3, date + 1, 23))).toBe("Yesterday");
    expect(dayName(at(2026, 10, date - 3, 23), at(2026, 10, date - 2, 0))).toBe("Yesterday");
  }
});

test("what is left is a clock that runs down, and days where there are many", () => {
  const second = 1000;
  const hour = 3600 * second;
  expect([0, 1, 9_000, 65_000, hour + 61_000, 47 * hour, 48 * hour, 24 * 28 * hour].map(leftOf)).toEqual([
    "0:00",
    "0:01",
    "0:09",
    "1:05",
    "1:01:01",
    "47:00:00",
    "2 days",
    "28 days",
  ]);
});
