import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Postgres, startPostgres } from "../../../../scripts/postgres.ts";
import { makeAuthority } from "../../../../server/certificates/authority.ts";
import { constraintsFor } from "../../../../server/certificates/constraints.ts";
import { makeServerCertificate } from "../../../../server/certificates/server-certificate.ts";

const day = 86_400_000;
const names = { dns: ["localhost"], addresses: [] };
const folder = mkdtempSync(join(tmpdir(), "secure-chat-postgres-tls-"));
const data = join(folder, "data");
const authorityFile = join(folder, "authority.pem");
let server: Postgres;

beforeAll(async () => {
  chmodSync(folder, 0o711);
  await (await startPostgres({ folder: data, options: { fsync: "off" } })).stop();
  const authority = await makeAuthority("test", constraintsFor(names), Date.now());
  await Bun.write(authorityFile, authority.cert);
  await certificate("now", Date.now());
  await certificate("old", Date.now() - 3000 * day);
  server = await startPostgres({ folder: data, options: ssl("now") });

  async function certificate(name: string, at: number) {
    const pair = await makeServerCertificate("localhost", names, authority, at);
    for (const [kind, pem] of Object.entries(pair)) {
      const file = join(data, `${name}.${kind}`);
      await Bun.write(file, pem);
      chmodSync(file, 0o600);
      const { uid, gid } = statSync(data);
      chownSync(file, uid, gid);
    }
  }
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const ssl = (name: string) => ({
  fsync: "off",
  ssl: "on",
  ssl_cert_file: `${name}.cert`,
  ssl_key_file: `${name}.key`,
});

/** What a program of its own gets who opens the database: whom a process trusts is settled when it starts. */
async function opening(host: string, mode: string, trusted = ""): Promise<string> {
  const url = Object.assign(new URL(server.url), { hostname: host, search: `sslmode=${mode}` }).href;
  const code = `
    import { openPostgres } from "./server/store/postgres/open.ts";
    const db = await openPostgres({ url: "${url}", connections: 2 }, console.error).catch(({ name, message }) => {
      console.log(name + ": " + message);
      process.exit();
    });
    const [{ ssl }] = await db.sql\`select ssl from pg_stat_ssl where pid = pg_backend_pid()\`;
    console.log(ssl ? "encrypted" : "open");
    await db.close();`;
  const root = join(import.meta.dir, "../../../..");
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: trusted };
  const child = Bun.spawn([process.execPath, "-e", code], { cwd: root, env, stderr: "inherit" });
  return (await new Response(child.stdout).text()).trim();
}

for (const mode of ["verify-ca", "verify-full"])
  test(`ASVS 12.3.2 a server whose authority is unknown is refused with ${mode}, in a sentence`, async () => {
    expect(await opening("localhost", mode)).toBe(
      `DatabaseError: The certificate of PostgreSQL at localhost:${server.port} is not trusted here. NODE_EXTRA_CA_CERTS has to name the file of the authority that signed it.`,
    );
  });

test("ASVS 12.3.2 a server that NODE_EXTRA_CA_CERTS vouches for is taken under its own name only", async () => {
  expect(await opening("localhost", "verify-full", authorityFile)).toBe("encrypted");
  expect(await opening("127.0.0.1", "verify-full", authorityFile)).toBe(
    `DatabaseError: PostgreSQL at 127.0.0.1:${server.port} has a certificate for another name. DATABASE_URL has to name the host as its certificate does.`,
  );
});

test("ASVS 12.3.2 a certificate that has expired is refused", async () => {
  await server.stop();
  server = await startPostgres({ folder: data, options: ssl("old") });
  expect(await opening("localhost", "verify-full", authorityFile)).toBe(
    `DatabaseError: The certificate of PostgreSQL at localhost:${server.port} has expired, or is not valid yet.`,
  );
});
