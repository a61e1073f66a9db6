import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { ConfigError, parseConfig, portTakenSentence, projectRoot } from "../../server/config.ts";
import { limits } from "../../server/protocol/limits.ts";

function mistakesOf(env: Record<string, string>) {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

test("an empty environment gives the documented defaults", () => {
  expect(parseConfig({}, 3)).toEqual({
    host: "::",
    port: 5000,
    dataDir: join(projectRoot, "data"),
    origins: null,
    registration: "open",
    tls: null,
    limits: {
      messageBytes: limits.messageMaxBytes,
      messagesPerMinute: 120,
      messageBurst: 30,
      socketsPerUser: 20,
      hashWorkers: 2,
    },
  });
});

test("hash workers leave a core to the server, and are at least one and at most four", () => {
  const workers = [1, 2, 4, 64].map((cores) => parseConfig({}, cores).limits.hashWorkers);
  expect(workers).toEqual([1, 1, 3, 4]);
});

test("the configuration cannot be changed, not even inside", () => {
  const config = parseConfig({ ORIGINS: "https://chat.example.com" });
  for (const part of [config, config.limits, config.origins]) expect(Object.isFrozen(part)).toBe(true);
});

const accepted: [string, string, (config: ReturnType<typeof parseConfig>) => unknown, unknown][] = [
  ["HOST", "0.0.0.0", (c) => c.host, "0.0.0.0"],
  ["HOST", "fd00::2", (c) => c.host, "fd00::2"],
  ["HOST", "localhost", (c) => c.host, "localhost"],
  ["PORT", "0", (c) => c.port, 0],
  ["PORT", " 443 ", (c) => c.port, 443],
  ["PORT", "", (c) => c.port, 5000],
  ["DATA_DIR", "elsewhere", (c) => c.dataDir, join(projectRoot, "elsewhere")],
  [
    "ORIGINS",
    "https://A.example:443/, https://[::1]:5000",
    (c) => c.origins,
    ["https://a.example", "https://[::1]:5000"],
  ],
  ["ORIGINS", "https://a.example,https://a.example", (c) => c.origins, ["https://a.example"]],
  ["REGISTRATION", "closed", (c) => c.registration, "closed"],
  ["MAX_MESSAGE_BYTES", "1", (c) => c.limits.messageBytes, 1],
  ["MESSAGES_PER_MINUTE", "1000000", (c) => c.limits.messagesPerMinute, 1_000_000],
  ["MESSAGE_BURST", "1", (c) => c.limits.messageBurst, 1],
  ["SOCKETS_PER_USER", "1", (c) => c.limits.socketsPerUser, 1],
  ["HASH_WORKERS", "8", (c) => c.limits.hashWorkers, 8],
];

describe("takes", () => {
  for (const [name, value, read, expected] of accepted)
    test(`${name}=${JSON.stringify(value)}`, () => {
      expect(read(parseConfig({ [name]: value }))).toEqual(expected);
    });
});

test("a certificate of one's own is two absolute paths", () => {
  const { tls } = parseConfig({ TLS_CERT: "my/cert.pem", TLS_KEY: "/etc/key.pem" });
  expect(tls).toEqual({
    cert: join(projectRoot, "my/cert.pem"),
    key: expect.stringMatching(/[/\\]etc[/\\]key\.pem$/),
  });
});

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
  ["REGISTRATION", ["OPEN", "yes", "invite"]],
  ["MAX_MESSAGE_BYTES", ["0", String(limits.messageMaxBytes + 1), "1k"]],
  ["MESSAGES_PER_MINUTE", ["0", "1000001"]],
  ["MESSAGE_BURST", ["0"]],
  ["SOCKETS_PER_USER", ["0"]],
  ["HASH_WORKERS", ["0", "65"]],
];

describe("refuses", () => {
  for (const [name, values] of refused)
    for (const value of values)
      test(`${name}=${JSON.stringify(value)}, with the name, the value and what is accepted`, () => {
        expect(mistakesOf({ [name]: value })).toEqual([{ name, value, accepted: expect.any(String) }]);
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
    "REGISTRATION",
    "TLS_KEY",
    "MESSAGE_BURST",
  ]);
  expect(() => parseConfig(bad)).toThrow(/PORT is "x"; accepted: a whole number from 0 to 65535\n/);
  expect(() => parseConfig(bad)).toThrow(/TLS_KEY is missing; accepted: the path of the key of TLS_CERT/);
});

test("a key without its certificate is a mistake too", () => {
  expect(mistakesOf({ TLS_KEY: "x.pem" })).toEqual([
    { name: "TLS_CERT", value: null, accepted: expect.any(String) },
  ]);
});

test("a taken port is told with its number and another to choose", () => {
  expect(portTakenSentence(5000)).toBe(
    "Port 5000 is taken by another program (on macOS the AirPlay receiver holds 5000). Choose another: PORT=5001 bun run start",
  );
  expect(portTakenSentence(5001)).toBe(
    "Port 5001 is taken by another program. Choose another: PORT=5002 bun run start",
  );
});
