import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { join } from "node:path";
import { projectRoot } from "../../server/config/environment.ts";
import { sources, textOf } from "../support/sources.ts";
import { stage } from "../support/stage.ts";

const { server } = stage({ once: true });

/** All that comes back for a request without TLS, until the server closes. */
const plain = (head: string) =>
  new Promise<string>((resolve) => {
    const received: Buffer[] = [];
    const socket = connect(Number(new URL(server.origin).port), "127.0.0.1");
    socket.on("data", (bytes: Buffer) => received.push(bytes));
    socket.on("error", () => {});
    socket.on("close", () => resolve(Buffer.concat(received).toString("latin1")));
    socket.write(`${head}\r\nHost: localhost\r\n\r\n`);
  });

describe("ASVS 4.1.2 what programs call is not led from HTTP to HTTPS, where the first call would have been read by all", () => {
  for (const head of [
    "GET / HTTP/1.1",
    "GET /api/session HTTP/1.1",
    "POST /api/session HTTP/1.1",
    "GET /api/health HTTP/1.0",
    "GET /api/socket HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket",
  ]) {
    test(head.replaceAll("\r\n", ", "), async () => {
      expect(await plain(head)).not.toMatch(/HTTP\/|location/i);
    });
  }

  test("nor by the balancers, which listen with TLS alone", async () => {
    const read = async (name: string) =>
      (await Bun.file(join(projectRoot, "scripts/cluster", name)).text()).replace(/^\s*#.*$/gm, "");
    const [haproxy, caddy] = [await read("haproxy.cfg"), await read("Caddyfile")];
    const binds = haproxy.match(/^\s*bind .*$/gm) ?? [];
    expect(binds).toHaveLength(1);
    expect(binds.filter((bind) => !/ ssl /.test(bind))).toEqual([]);
    expect(haproxy).not.toMatch(/\bredirect\b/);
    expect(caddy).toMatch(/^\s*auto_https off$/m);
    expect(caddy.match(/^\S.*\{$/gm)!.filter((block) => block !== "{")).toEqual(["https://:{$PORT} {"]);
    expect(caddy).not.toMatch(/\bredir\b|http:\/\/:/);
  });

  test("nor by the program, which listens once and leads browsers on from a provider alone", () => {
    const having = (pattern: RegExp) =>
      sources.filter((path) => path.startsWith("server/") && pattern.test(textOf.get(path)!));
    expect(having(/\bBun\.serve\(|createServer\(/)).toEqual(["server/main.ts"]);
    expect(textOf.get("server/main.ts")!).toMatch(/Bun\.serve\(\{[^}]*?\btls: tlsOptions\(/);
    expect(having(/\.redirect\(|["']Location["']|\b30[1278]\b(?! ?ms)/i)).toEqual([
      "server/http/provider-routes.ts",
    ]);
  });
});
