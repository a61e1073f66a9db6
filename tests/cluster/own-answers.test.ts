import { describe, expect } from "bun:test";
import { balancers } from "../../scripts/cluster/balancer.ts";
import { securityHeaders } from "../../server/http/headers.ts";
import { withProgram } from "../support/companions.ts";
import { request } from "../support/raw.ts";
import { Front, newAuthority } from "./front.ts";

const policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const loopback = ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"];
const elsewhere = ["chat.example.org", "192.168.9.9", "[fd00::9]", "127.0.0.1.example.org"];

const withPort = (front: Front, host: string) => `${host}:${new URL(front.origin).port}`;

for (const balancer of balancers)
  describe(`ASVS 3.4.1 3.4.3 3.4.4 3.4.5 3.4.6 what ${balancer} answers itself`, () => {
    withProgram(
      balancer,
      `${balancer}: while no node is up it bears the headers of a node's answer`,
      async (path) => {
        const ours = await newAuthority();
        const front = await Front.start(balancer, path!, [ours]);
        try {
          await front.nodes[0]!.kill();
          const ask = async (host: string) => ({
            host,
            ...(await request(front, { headers: { Host: host } })),
          });
          const hosts = [...loopback, ...elsewhere].map((name) => withPort(front, name));
          for (const { host, status, headers } of await Promise.all(hosts.map(ask))) {
            // A Caddy that has not yet found out that the last one is gone says so as a bad gateway.
            expect(balancer === "caddy" ? [502, 503] : [503]).toContain(status);
            const named = Object.keys(securityHeaders("chat.example.org"));
            const found = named.flatMap((name) => (headers.has(name) ? [[name, headers.get(name)!]] : []));
            const wanted = { ...securityHeaders(host), "Content-Security-Policy": policy };
            expect({ host, ...Object.fromEntries(found) }).toEqual({ host, ...wanted });
            expect(headers.get("cache-control")).toBe("no-store");
            expect(headers.get("server")).toBeNull();
          }
        } finally {
          await front.stop();
        }
      },
      60_000,
    );

    withProgram(balancer, `${balancer}: what a node says passes as it is`, async (path) => {
      const ours = await newAuthority();
      const front = await Front.start(balancer, path!, [ours]);
      try {
        const { status, headers } = await request(front, {
          headers: { Host: withPort(front, "chat.example.org") },
        });
        expect(status).toBe(200);
        const names = [...headers.keys()].filter((name) => !["connection", "via"].includes(name));
        expect(names.toSorted()).toEqual(["content-length", "content-type", "date"]);
      } finally {
        await front.stop();
      }
    });
  });
