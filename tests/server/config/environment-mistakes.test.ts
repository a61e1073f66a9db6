import { describe, expect, test } from "bun:test";
import { parseConfig } from "../../../server/config/environment.ts";
import { ConfigError } from "../../../server/config/reader.ts";
import { limits } from "../../../server/protocol/limits.ts";

function mistakesOf(env: Record<string, string>) {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

const refused: [string, string[]][] = [
  ["HOST", ["999.1.1.1", "a b", "https://x", "[::1]", "-x"]],
  ["PORT", ["-1", "65536", "5e3", "0x10", "5000.0", "http", "99999999999999999999"]],
  ["DATA_DIR", ["a\0b"]],
  [
    "ORIGINS",
    [
      "http://a.example",
      "a.example",
      "https://a.example/chat",
      "https://*.example",
      "https://u:p@a.example",
      "https://a.example?x",
      "https://a.example,,",
      "*",
      "null",
    ],
  ],
  ["DATABASE_CONNECTIONS", ["1", "501"]],
  ["DRAIN_SECONDS", ["-1", "301", "1.5"]],
  [
    "TRUSTED_PROXIES",
    [
      "localhost",
      "10.0.0.0/33",
      "10.0.0.0/",
      "10.0.0/24",
      "::1/129",
      "fe80::1%eth0",
      "0.0.0.0/0",
      "::/0",
      "127.0.0.1,",
      "*",
    ],
  ],
  ["REGISTRATION", ["open", "closed"]],
  ["MAX_MESSAGE_BYTES", ["0", String(limits.messageMaxBytes + 1), "1k"]],
  ["MESSAGES_PER_MINUTE", ["0", "1000001"]],
  ["MESSAGE_BURST", ["0"]],
  ["SOCKETS_PER_USER", ["0"]],
  ["BREACH_LIST", ["a\0b"]],
  ["HASH_WORKERS", ["0", "65"]],
];

describe("refuses", () => {
  for (const [name, values] of refused)
    for (const value of values)
      test(`${name}=${JSON.stringify(value)}, with the name, the value and what is accepted`, () => {
        expect(mistakesOf({ [name]: value })).toEqual([{ name, value, accepted: expect.any(String) }]);
      });
});

const withPasswords: [string, string, string][] = [
  ["DATABASE_URL", "postgress://chat:pa55word@db/chat", "postgress://…"],
  ["DATABASE_URL", "postgres://chat:pa55word", "postgres://…"],
  ["DATABASE_URL", "postgres://chat:word/pa55@db@example/chat", "postgres://…"],
  ["DATABASE_URL", "postgres://chat:2024/pa55word@db.internal/chat", "postgres://…"],
  ["DATABASE_URL", "postgres://chat:2024?pa55word@db.internal/chat", "postgres://…"],
  ["DATABASE_URL", "postgres://chat:2024#pa55word@db.internal/chat", "postgres://…"],
  ["DATABASE_URL", "postgres:///chat?password=pa55word", "postgres://…"],
  ["DATABASE_URL", "chat:pa55word@db/chat", "…"],
];

describe("ASVS 16.2.5 a mistake in a URL never shows the password in it", () => {
  for (const [name, value, shown] of withPasswords)
    test(`${name}=${value}`, () => {
      expect(mistakesOf({ [name]: value })).toEqual([{ name, value: shown, accepted: expect.any(String) }]);
      expect(() => parseConfig({ [name]: value })).toThrow(/^(?!.*pa55)/s);
    });
});

test("all mistakes are told together, in one text", () => {
  const bad = {
    HOST: "a b",
    PORT: "x",
    ORIGINS: "x",
    REGISTRATION: "x",
    TLS_CERT: "x.pem",
    MESSAGE_BURST: "x",
  };
  expect(mistakesOf(bad).map(({ name }) => name)).toEqual([
    "HOST",
    "PORT",
    "ORIGINS",
    "TLS_KEY",
    "MESSAGE_BURST",
    "REGISTRATION",
  ]);
  expect(() => parseConfig(bad)).toThrow(/PORT is "x"; accepted: a whole number from 0 to 65535\n/);
  expect(() => parseConfig(bad)).toThrow(/TLS_KEY is missing; accepted: the path of the key of TLS_CERT/);
});

test("a key without its certificate is a mistake too", () => {
  expect(mistakesOf({ TLS_KEY: "x.pem" })).toEqual([
    { name: "TLS_CERT", value: null, accepted: expect.any(String) },
  ]);
});
