import { afterAll, beforeAll, describe, expect } from "bun:test";
import { type ConnectionOptions, connect } from "node:tls";
import { balancers } from "../../scripts/cluster/balancer.ts";
import { findProgram } from "../../scripts/find-program.ts";
import { withProgram } from "../support/companions.ts";
import { Person } from "../support/person.ts";
import { answer, exchange, request, upgrade } from "../support/raw.ts";
import { Front, newAuthority } from "./front.ts";
import { behind } from "./real-node.ts";
import type { Authority } from "./stand-in.ts";

let ours: Authority;
beforeAll(async () => {
  ours = await newAuthority();
});

const post = (framing: string, body: string) =>
  `POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${framing}\r\n\r\n${body}`;

/** Whether a request is answered well before a person would notice. */
const isPrompt = (front: Front) =>
  front.ask("/", { signal: AbortSignal.timeout(500) }).then(
    ({ ok }) => ok,
    () => false,
  );

/** The protocol and cipher suite agreed on, or the code of the refusal. */
async function handshake(front: Front, options: ConnectionOptions): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const target = { host: "127.0.0.1", port: Number(new URL(front.origin).port), servername: "localhost" };
  const socket = connect({ ...target, rejectUnauthorized: false, ...options }, () =>
    resolve(`${socket.getProtocol()} ${socket.getCipher().name}`),
  );
  socket.on("error", (error: NodeJS.ErrnoException) => resolve(`refused: ${error.code}`));
  const outcome = await promise;
  socket.destroy();
  return outcome;
}

for (const balancer of balancers)
  describe(`a stranger at ${balancer}`, () => {
    // One for all that leave it as it was.
    const path = findProgram(balancer);
    let front: Front;
    beforeAll(async () => {
      if (path) front = await Front.start(balancer, path, [ours, ours, ours]);
    });
    afterAll(() => front?.stop());
    const inFront = (name: string, work: () => Promise<void>) =>
      withProgram(balancer, `${balancer}: ${name}`, work);
    /** How many requests have reached a node so far. */
    const asked = () => front.nodes.reduce((sum, node) => sum + node.asked, 0);

    inFront("takes no node away from others with bodies that break off", async () => {
      const broken = post("Transfer-Encoding: chunked", "ZZ\r\n");
      let prompt = 0;
      for (let round = 0; round < 10; round++) {
        const answers = await Promise.all(Array.from({ length: 6 }, () => exchange(front, broken)));
        for (const text of answers) expect(text).toStartWith("HTTP/1.1 ");
        if (await isPrompt(front)) prompt++;
      }
      // Not all, since a machine that has much else to do may be late once.
      expect(prompt).toBeGreaterThanOrEqual(8);
    });

    const refused: [string, string][] = [
      ["two lengths", post("Content-Length: 6\r\nContent-Length: 5", "123456")],
      ["a negative length", post("Content-Length: -1", "1")],
      ["a space before the colon", post("Transfer-Encoding : chunked", "0\r\n\r\n")],
      [
        "chunks and no chunks",
        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n"),
      ],
    ];
    inFront("ASVS 4.2.1 a request that can be read in two ways reaches no node", async () => {
      const before = asked();
      for (const [name, bytes] of refused) {
        const { status } = answer(await exchange(front, bytes));
        const odd = name === "chunks and no chunks" && balancer === "caddy";
        expect([name, status]).toEqual([name, odd ? 501 : 400]);
      }
      expect(asked()).toBe(before);
    });

    inFront("ASVS 4.2.1 of a length and chunks, the chunks alone reach a node", async () => {
      const before = asked();
      const both = ["Content-Length: 6", "Transfer-Encoding: chunked"];
      for (const framing of [both.join("\r\n"), both.toReversed().join("\r\n")]) {
        const { status, body } = answer(await exchange(front, post(framing, "0\r\n\r\nG")));
        expect(status).toBe(200);
        const seen = Object.keys(JSON.parse(body).headers);
        expect(seen.filter((name) => /^(content-length|transfer-encoding)$/.test(name))).toHaveLength(1);
      }
      expect(asked()).toBe(before + 2);
    });

    inFront("ASVS 12.1.1 12.1.2 it speaks TLS 1.2 and 1.3 with ECDHE and AEAD alone", async () => {
      expect(await handshake(front, { minVersion: "TLSv1.3" })).toMatch(/^TLSv1\.3 TLS_/);
      for (const suite of ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"]) {
        const ciphers = `ECDHE-ECDSA-${suite}`;
        expect(await handshake(front, { maxVersion: "TLSv1.2", ciphers })).toBe(`TLSv1.2 ${ciphers}`);
      }
      expect(await handshake(front, { minVersion: "TLSv1", maxVersion: "TLSv1.1" })).toMatch(
        /^refused: .*PROTOCOL_VERSION/,
      );
      for (const suite of ["AES128-SHA", "AES256-SHA", "AES128-SHA256"]) {
        const cbc = { maxVersion: "TLSv1.2", ciphers: `ECDHE-ECDSA-${suite}` } as const;
        expect(await handshake(front, cbc)).toMatch(/^refused: .*HANDSHAKE_FAILURE/);
      }
    });

    withProgram(
      balancer,
      `${balancer}: ASVS 4.4.2 a page of another origin opens no socket`,
      async (path) => {
        const server = await behind(balancer, path!);
        try {
          const { cookies } = await new Person(server, "alice").register();
          const open = async (more: Record<string, string>) => {
            const headers = { Cookie: cookies, ...upgrade(server), ...more };
            return (await request(server, { path: "/api/socket", headers })).status;
          };
          const evil = "evil.example";
          expect(await open({})).toBe(101);
          expect(await open({ Origin: `https://${evil}` })).toBe(403);
          expect(await open({ Origin: "null" })).toBe(403);
          const lies = { Host: evil, "X-Forwarded-Host": evil, Forwarded: `host=${evil}` };
          expect(await open({ Origin: `https://${evil}`, ...lies })).toBe(403);
        } finally {
          await server.stop();
        }
      },
    );
  });
