import { describe, expect, test } from "bun:test";
import { knownDevices } from "../../../server/auth/known-devices.ts";
import type { User } from "../../../server/store/users.ts";

const user: User = {
  id: 1,
  name: "alice",
  passwordHash: "1:$2b$12$x",
  role: "member",
  status: "active",
  statusReason: null,
  mutedUntil: null,
  hasCode: false,
  hasPasskey: false,
  hasRecovery: false,
  createdAt: 0,
  lastSignInAt: null,
};
const { mark, isKnown } = knownDevices(Buffer.alloc(32, 1));

test("a mark is known to the account that gave it", () => {
  expect(isKnown(mark(user), user)).toBe(true);
});

describe("it is not known", () => {
  const cases: [string, string | undefined, User | null][] = [
    ["to another account", mark(user), { ...user, id: 2 }],
    ["after the password changed", mark(user), { ...user, passwordHash: "1:$2b$12$y" }],
    ["to an account that does not exist", mark(user), null],
    ["when it was made without the pepper", knownDevices(Buffer.alloc(32, 2)).mark(user), user],
    ["when it is cut short", mark(user).slice(0, -1), user],
    ["when it is longer", `${mark(user)}A`, user],
    ["when a character is another", (mark(user)[0] === "A" ? "B" : "A") + mark(user).slice(1), user],
    ["when there is none", undefined, user],
    ["when it is empty", "", user],
    ["when it is not even ASCII", "é".repeat(43), user],
  ];
  for (const [name, given, to] of cases) test(name, () => expect(isKnown(given, to)).toBe(false));
});

test("it tells nothing of the password's hash", () => {
  expect(Buffer.from(mark(user), "base64url")).toHaveLength(32);
});
