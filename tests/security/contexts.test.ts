import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { join } from "node:path";
import { Glob } from "bun";
import { exchange, request, upgrade } from "../support/raw.ts";
import { routeList } from "../support/route-rows.ts";
import { stage } from "../support/stage.ts";

const built = join(import.meta.dir, "../../web/dist");

const { server, alice } = stage({ once: true, people: { alice: "owner", bob: "member" } });

const read = (path: string, headers: Record<string, string> = {}) =>
  request(server, { path, headers: { cookie: alice.cookies, ...headers } });

/** What can be read, but for the socket and what leads away. */
const readable = routeList
  .filter(({ method, status }) => method === "GET" && status !== 101 && status !== 303)
  .map(({ address }) => address);

describe("what can be read by programs", () => {
  for (const path of readable) {
    test(`ASVS 3.2.1 ${path} is no page, and nothing that runs in one`, async () => {
      const { headers, body } = await read(path, {
        "Sec-Fetch-Dest": "document",
        "Sec-Fetch-Mode": "navigate",
      });
      expect(headers.get("content-type")).toBe("application/json");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toStartWith("default-src 'none'; ");
      expect(JSON.parse(body)).toBeObject();
    });

    test(`ASVS 3.5.6 ${path} calls no function back`, async () => {
      for (const name of ["callback", "jsonp", "cb"]) {
        const { headers, body } = await read(`${path}?${name}=alert`, { "Sec-Fetch-Dest": "script" });
        expect(headers.get("content-type")).toBe("application/json");
        expect(body).not.toContain("alert(");
        expect(JSON.parse(body)).toBeObject();
      }
    });

    test(`ASVS 14.3.2 ${path} is kept by no browser`, async () => {
      expect((await read(path)).headers.get("cache-control")).toBe("no-store");
    });
  }

  test("are more than ten", () => expect(readable.length).toBeGreaterThan(10));
});

test("ASVS 3.2.1 ASVS 14.3.2 what can be taken along is a file to keep, and neither page nor cached", async () => {
  for (const [path, body] of [
    ["/api/account/export", { format: "html" }],
    ["/api/account/export", { format: "json" }],
    ["/api/audit/export", {}],
  ] as const) {
    const { status, headers } = await alice.fetch("POST", path, body);
    expect([path, status]).toEqual([path, 200]);
    expect(headers.get("content-disposition")).toStartWith("attachment; ");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toBe("no-store");
  }
});

test("ASVS 3.5.7 a script is the file that was built, for people signed in as for strangers", async () => {
  const scripts = [...new Glob("**/*.js").scanSync(built)].sort();
  expect(scripts.length).toBeGreaterThan(5);
  for (const script of scripts) {
    const file = await Bun.file(join(built, script)).text();
    const answers = [await read(`/${script}`), await request(server, { path: `/${script}` })];
    for (const { headers, body } of answers) {
      expect(headers.get("content-type")).toStartWith("text/javascript");
      expect(Bun.hash(Buffer.from(body, "latin1"))).toBe(Bun.hash(file));
    }
  }
});

describe("ASVS 4.4.1 no socket is opened without TLS", () => {
  const lines = () =>
    Object.entries(upgrade(server, { cookie: alice.cookies })).map(([name, value]) => `${name}: ${value}`);
  const asked = () =>
    ["GET /api/socket HTTP/1.1", `Host: ${new URL(server.origin).host}`, ...lines(), "", ""].join("\r\n");

  test("with it, one is", async () => {
    expect(await exchange(server, asked())).toStartWith("HTTP/1.1 101 ");
  });

  test("without it, none is, by the same request", async () => {
    expect(await plainly(Number(new URL(server.origin).port), asked())).not.toContain("HTTP/1.1 101");
  });
});

/** What comes back to bytes that are sent without TLS. */
function plainly(port: number, bytes: string): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1" });
  return new Promise((resolve) => {
    let heard = "";
    socket.on("data", (data) => {
      heard += data.toString("latin1");
      if (heard.includes("\r\n\r\n")) socket.end();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(heard));
    socket.write(bytes);
  });
}
