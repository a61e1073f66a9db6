import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ConnectionOptions, connect } from "node:tls";
import { constraintsOf, makeAuthority } from "../../../server/certificates/authority.ts";
import { constraintsFor } from "../../../server/certificates/constraints.ts";
import type { Names } from "../../../server/certificates/names.ts";
import { makeServerCertificate } from "../../../server/certificates/server-certificate.ts";
import { tlsOptions } from "../../../server/certificates/tls-options.ts";
import { temporaryFolder } from "../../support/folder.ts";

const folder = temporaryFolder();

const names: Names = {
  dns: ["localhost", "alpha", "alpha.local"],
  addresses: ["127.0.0.1", "::1", "192.168.1.5", "10.0.0.9", "203.0.113.7", "fd00::2", "2001:db8::7"],
};
const authority = await makeAuthority("alpha", constraintsFor(names), Date.now());
const signed = (dns: string[], addresses: string[] = []) =>
  makeServerCertificate("alpha", { dns, addresses }, authority, Date.now());

/** What OpenSSL, in its strict mode, says of a server certificate when it trusts the authority alone. */
function verdict(cert: string, ...options: string[]): string {
  const openssl = Bun.which("openssl");
  if (!openssl) throw new Error("This test needs the program openssl (on Debian: apt-get install openssl).");
  const [anchor, leaf] = [join(folder, "ca.pem"), join(folder, "cert.pem")];
  writeFileSync(anchor, authority.cert);
  writeFileSync(leaf, cert);
  const strict = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", anchor];
  const { stdout, stderr, exitCode } = Bun.spawnSync([openssl, ...strict, ...options, leaf]);
  return exitCode === 0 ? "trusted" : `${stdout}${stderr}`;
}

describe("who trusts the authority", () => {
  test("trusts the server under each of its names and addresses", async () => {
    const { cert } = await signed([...names.dns], [...names.addresses]);
    for (const name of names.dns) expect(verdict(cert, "-verify_hostname", name)).toBe("trusted");
    for (const address of names.addresses) expect(verdict(cert, "-verify_ip", address)).toBe("trusted");
    expect(verdict(cert, "-verify_hostname", "example.com")).toMatch(/hostname mismatch/i);
  });

  const foreign: [string, string[], string[]][] = [
    ["a public site", ["example.com"], []],
    ["a public site beside an own name", ["localhost", "example.com"], []],
    ["a site below the host name, which may be a public domain", ["shop.alpha"], []],
    ["a public IPv4 address", ["localhost"], ["8.8.8.8"]],
    ["the neighbour of its own public address", ["localhost"], ["203.0.113.8"]],
    ["a public IPv6 address", ["localhost"], ["2606:4700:4700::1111"]],
  ];
  for (const [whom, dns, addresses] of foreign)
    test(`does not trust what a thief of its key signs for ${whom}`, async () => {
      const { cert } = await signed(dns, addresses);
      expect(verdict(cert)).toMatch(/(permitted|excluded) subtree violation/);
    });

  test("can read the limits, as they were meant, in the certificate", () => {
    expect(constraintsOf(authority.cert)).toEqual(constraintsFor(names));
  });
});

/** What becomes of a handshake: the protocol and cipher suite agreed on, or the code of the refusal. */
async function handshake(tls: object, options: ConnectionOptions): Promise<string> {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", tls, fetch: () => new Response("content") });
  const { promise, resolve } = Promise.withResolvers<string>();
  const target = {
    host: "127.0.0.1",
    port: server.port!,
    servername: "localhost",
    rejectUnauthorized: false,
  };
  const socket = connect({ ...target, ...options }, () =>
    resolve(`${socket.getProtocol()} ${socket.getCipher().name}`),
  );
  socket.on("error", (error: NodeJS.ErrnoException) => resolve(`refused: ${error.code}`));
  const outcome = await promise;
  socket.destroy();
  await server.stop(true);
  return outcome;
}

describe("ASVS 12.1.1 12.1.2 the server speaks", async () => {
  const pair = await signed(["localhost"]);
  const ours = tlsOptions(pair);
  const cbc: ConnectionOptions = { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA" };

  test("TLS 1.3", async () => {
    expect(await handshake(ours, { minVersion: "TLSv1.3" })).toMatch(/^TLSv1\.3 TLS_/);
  });
  for (const suite of ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"])
    test(`TLS 1.2 with ECDHE and ${suite}`, async () => {
      const ciphers = `ECDHE-ECDSA-${suite}`;
      expect(await handshake(ours, { maxVersion: "TLSv1.2", ciphers })).toBe(`TLSv1.2 ${ciphers}`);
    });
  test("no TLS 1.1", async () => {
    expect(await handshake(ours, { minVersion: "TLSv1", maxVersion: "TLSv1.1" })).toMatch(
      /^refused: .*PROTOCOL_VERSION/,
    );
  });
  test("no CBC, which it would without our list", async () => {
    expect(await handshake({ ...pair }, cbc)).toBe("TLSv1.2 ECDHE-ECDSA-AES128-SHA");
    expect(await handshake(ours, cbc)).toMatch(/^refused: .*HANDSHAKE_FAILURE/);
  });

  test("ASVS 12.2.1 no plain HTTP: who tries gets no content", async () => {
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      tls: ours,
      fetch: () => new Response("content"),
    });
    const { promise, resolve } = Promise.withResolvers<string>();
    let received = "";
    await Bun.connect({
      hostname: "127.0.0.1",
      port: server.port!,
      socket: {
        open: (socket) => void socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        data: (_, bytes) => {
          received += bytes.toString("latin1");
        },
        close: () => resolve(received),
      },
    });
    expect(await promise).not.toMatch(/HTTP|content/);
    await server.stop(true);
  });
});
