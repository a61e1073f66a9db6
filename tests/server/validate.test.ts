import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { credentials, registration } from "../../server/protocol/account.ts";
import { commands } from "../../server/protocol/commands.ts";
import { Refusal } from "../../server/refusal.ts";
import { validate } from "../../server/validate.ts";

function refusal(schema: v.GenericSchema, value: unknown): Refusal {
  try {
    validate(schema, value);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("It was accepted");
}

describe("a refusal names the field and says in a sentence what is wrong", () => {
  const password = "correct horse";
  const cases: [string, unknown, string | undefined, string][] = [
    ["missing", { password }, "name", "Name is missing."],
    ["of another type", { name: 1, password }, "name", "Name is not of the right form."],
    [
      "broken rule",
      { name: "al", password },
      "name",
      "Name must be 3 to 20 letters, digits, dots, underscores or hyphens.",
    ],
    ["unknown", { name: "alice", password, role: "admin" }, "role", "The request has an unknown key."],
    ["an empty key", { name: "alice", password, "": 1 }, undefined, "The request has an unknown key."],
    ["nothing", null, undefined, "The request is not of the right form."],
    ["an array", [], "name", "Name is missing."],
  ];
  for (const [name, value, field, message] of cases) {
    test(name, () => {
      const refused = refusal(registration, value);
      expect([refused.code, refused.field, refused.message]).toEqual(["invalid", field, message]);
    });
  }

  test("below the top, by its path", () => {
    const send = { type: "message.send", ref: "1", conversation: "group", clientId: crypto.randomUUID() };
    const refused = refusal(commands["message.send"], { ...send, body: { text: " " } });
    expect([refused.field, refused.message]).toEqual(["body.text", "Body.text must not be empty."]);
  });

  test("a check may name another code of the protocol", () => {
    const schema = v.object({ text: v.pipe(v.string(), v.maxLength(3, "message_too_large")) });
    const refused = refusal(schema, { text: "four" });
    expect([refused.code, refused.field]).toEqual(["message_too_large", "text"]);
  });
});

test("a long or ill-formed key from outside is not echoed as it is", () => {
  const refused = refusal(credentials, {
    name: "alice",
    password: "x",
    [`${"k".repeat(39)}😀${"k".repeat(9999)}`]: 1,
  });
  expect(refused.field).toBe(`${"k".repeat(39)}\uFFFD`);
  expect(refused.message).toBe("The request has an unknown key.");
});

test("what passes is what the schema makes of it", () => {
  expect(validate(credentials, { name: "alice", password: "x" })).toEqual({ name: "alice", password: "x" });
});
