import { beforeEach, describe, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { balancerEnv, balancers } from "../../scripts/cluster/balancer.ts";
import { checkCommand } from "../cluster/front.ts";
import { withProgram } from "../support/companions.ts";
import { temporaryFolder } from "../support/folder.ts";
import { dropDatabase, emptyDatabase } from "../support/postgres.ts";
import { Program } from "../support/program.ts";

let top: string;
beforeEach(() => {
  top = temporaryFolder();
});

describe("the set-up of compose.yaml", () => {
  const setup = async (env: Record<string, string>) => {
    const program = new Program([process.execPath, "scripts/cluster/setup.ts"], { DATA_DIR: top, ...env });
    return { code: await program.ends(), printed: program.printed };
  };
  const origins = "https://chat.example.org:5000,https://192.168.9.9:5000,https://[fd00::9]";
  const made = ["secrets.json", "certs/cert.pem", "balancer/certificate.pem", "balancer/authority.pem"];
  const contents = () => Promise.all(made.map((name) => Bun.file(join(top, name)).text()));

  test("makes once what all nodes share, for the addresses people open", async () => {
    const url = await emptyDatabase();
    const env = { DATABASE_URL: url, ORIGINS: origins };
    expect(await setup(env)).toMatchObject({ code: 0 });
    const before = await contents();
    expect(await setup(env)).toMatchObject({ code: 0 });
    expect(await contents()).toEqual(before);

    const { subjectAltName } = new X509Certificate(before[2]!);
    for (const name of ["localhost", "chat.example.org", "192.168.9.9", "FD00:0:0:0:0:0:0:9"])
      expect(subjectAltName).toContain(name);
    expect(before[2]).toContain("PRIVATE KEY");
    expect(before[3]).not.toContain("PRIVATE KEY");
    await dropDatabase(url);
  });

  test("says in a sentence what is missing", async () => {
    expect(await setup({ ORIGINS: origins })).toEqual({
      code: 1,
      printed: expect.stringMatching(/^\nDATABASE_URL is missing.*\n$/),
    });
    expect((await setup({ DATABASE_URL: "postgres://127.0.0.1:1/x" })).printed).toMatch(
      /^\nORIGINS is missing.*\n$/,
    );
    const refused = await setup({ DATABASE_URL: "postgres://127.0.0.1:1/x", ORIGINS: origins });
    expect(refused).toEqual({
      code: 1,
      printed: expect.stringContaining("PostgreSQL does not answer at 127.0.0.1:1"),
    });
    expect(existsSync(join(top, "secrets.json"))).toBe(false);
  });

  for (const balancer of balancers)
    withProgram(balancer, `the files it makes are good for ${balancer}`, async (path) => {
      const url = await emptyDatabase();
      await setup({ DATABASE_URL: url, ORIGINS: origins });
      const front = { host: "0.0.0.0", port: 5000, files: join(top, "balancer"), nodes: ["127.0.0.1:5001"] };
      const check = new Program(checkCommand(balancer, path!), balancerEnv(front));
      expect(await check.ends(), check.printed).toBe(0);
      await dropDatabase(url);
    });
});
