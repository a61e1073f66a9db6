import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parseConfig, portTakenSentence, projectRoot } from "../../../server/config/environment.ts";
import { limits } from "../../../server/protocol/limits.ts";

test("an empty environment gives the documented defaults", () => {
  expect(parseConfig({}, 3)).toEqual({
    host: "::",
    port: 5000,
    dataDir: join(projectRoot, "data"),
    postgres: null,
    drainSeconds: 0,
    origins: null,
    trustedProxies: [],
    tls: null,
    breachList: null,
    providers: [],
    limits: {
      messageBytes: limits.messageMaxBytes,
      messagesPerMinute: 120,
      messageBurst: 30,
      requestsPerSecond: 100,
      socketsPerUser: 20,
      hashWorkers: 2,
    },
    unused: [],
  });
});

test("hash workers leave a core to the server, and are at least one and at most four", () => {
  const workers = [1, 2, 4, 64].map((cores) => parseConfig({}, cores).limits.hashWorkers);
  expect(workers).toEqual([1, 1, 3, 4]);
});

test("the configuration cannot be changed, not even inside", () => {
  const config = parseConfig({
    ORIGINS: "https://chat.example.com",
    DATABASE_URL: "postgres://h/d",
    TRUSTED_PROXIES: "::1",
  });
  for (const part of [config, config.limits, config.origins, config.postgres, config.trustedProxies])
    expect(Object.isFrozen(part)).toBe(true);
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
  [
    "DATABASE_URL",
    "postgres://chat:a%40b@db.example:6432/chat",
    (c) => c.postgres,
    { url: "postgres://chat:a%40b@db.example:6432/chat", connections: 8 },
  ],
  ["DATABASE_URL", "postgresql://[::1]/chat", (c) => c.postgres?.url, "postgresql://[::1]/chat"],
  ["DATABASE_CONNECTIONS", "2", (c) => c.postgres, null],
  ["DRAIN_SECONDS", "0", (c) => c.drainSeconds, 0],
  ["DRAIN_SECONDS", "300", (c) => c.drainSeconds, 300],
  ["TRUSTED_PROXIES", "10.0.0.0/24", (c) => c.trustedProxies, ["10.0.0.0/24"]],
  ["TRUSTED_PROXIES", "::1, 127.0.0.1,::1", (c) => c.trustedProxies, ["::1", "127.0.0.1"]],
  ["TRUSTED_PROXIES", "fd00::/8,2001:db8::1/128", (c) => c.trustedProxies, ["fd00::/8", "2001:db8::1/128"]],
  ["MAX_MESSAGE_BYTES", "1", (c) => c.limits.messageBytes, 1],
  ["MESSAGES_PER_MINUTE", "1000000", (c) => c.limits.messagesPerMinute, 1_000_000],
  ["MESSAGE_BURST", "1", (c) => c.limits.messageBurst, 1],
  ["SOCKETS_PER_USER", "1", (c) => c.limits.socketsPerUser, 1],
  ["BREACH_LIST", "/etc/stolen.txt", (c) => c.breachList, "/etc/stolen.txt"],
  ["BREACH_LIST", "my/stolen.txt", (c) => c.breachList, join(projectRoot, "my/stolen.txt")],
  ["HASH_WORKERS", "8", (c) => c.limits.hashWorkers, 8],
];

describe("takes", () => {
  for (const [name, value, read, expected] of accepted)
    test(`${name}=${JSON.stringify(value)}`, () => {
      expect(read(parseConfig({ [name]: value }))).toEqual(expected);
    });
});

test("a setting that nothing uses any more is spoken of, without what it was set to", () => {
  expect(parseConfig({ NATS_URL: "nats://chat:pa55word@bus:4222" }).unused).toEqual([
    "NATS_URL is no longer used: signals between nodes travel over PostgreSQL.",
  ]);
  expect(parseConfig({ NATS_URL: " " }).unused).toEqual([]);
});

test("how many connections a node may have to the database is the operator's choice", () => {
  const env = { DATABASE_URL: "postgres://h/d", DATABASE_CONNECTIONS: "500" };
  expect(parseConfig(env).postgres).toEqual({ url: "postgres://h/d", connections: 500 });
});

test("a certificate of one's own is two absolute paths", () => {
  const { tls } = parseConfig({ TLS_CERT: "my/cert.pem", TLS_KEY: "/etc/key.pem" });
  expect(tls).toEqual({
    cert: join(projectRoot, "my/cert.pem"),
    key: expect.stringMatching(/[/\\]etc[/\\]key\.pem$/),
  });
});

test("a taken port is told with its number and another to choose", () => {
  expect(portTakenSentence(5000)).toBe(
    "Port 5000 is taken by another program (on macOS the AirPlay receiver holds 5000). Choose another: PORT=5001 bun run start",
  );
  expect(portTakenSentence(5001, "cluster")).toBe(
    "Port 5001 is taken by another program. Choose another: PORT=5002 bun run cluster",
  );
});
