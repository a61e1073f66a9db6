import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stepEnvironment, withoutEnvFile } from "../../scripts/step-environment.ts";
import { temporaryFolder } from "../support/folder.ts";

const machine = { PATH: "/bin", HOME: "/home/a", TMPDIR: "/tmp", LC_ALL: "C", SystemRoot: "C:\\Windows" };
const registry = {
  HTTPS_PROXY: "http://proxy",
  no_proxy: "localhost",
  npm_config_registry: "https://registry.example.org",
  BUN_CONFIG_REGISTRY: "https://registry.example.org",
  NODE_EXTRA_CA_CERTS: "/ca.pem",
  NPM_TOKEN: "for the registry",
};
const secrets = {
  DATABASE_URL: "postgres://chat:secret@db/chat",
  POSTGRES_PASSWORD: "secret",
  GITHUB_CLIENT_SECRET: "secret",
  OIDC_CLIENT_SECRET: "secret",
  AWS_SECRET_ACCESS_KEY: "secret",
  GITHUB_TOKEN: "secret",
  TLS_KEY: "/key.pem",
  DATA_DIR: "/data",
  PATHOLOGICAL: "secret",
  MY_HOME: "secret",
  NODE_OPTIONS: "--inspect",
};

test("ASVS 13.3.1 neither the installation nor the build sees a secret of the environment; the build nothing of a registry", () => {
  const env = { ...secrets, ...machine, ...registry };
  expect(stepEnvironment(env, "install")).toEqual({ ...machine, ...registry });
  expect(stepEnvironment(env, "build")).toEqual(machine);
});

test("ASVS 13.3.1 nor do they see what stands in a file of the environment, which Bun reads by itself", () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, ".env"), "DATABASE_URL=secret");
  writeFileSync(join(cwd, "package.json"), `{ "scripts": { "postinstall": "echo seen $DATABASE_URL" } }`);
  const seen = (program: string[]) => {
    const { stdout, stderr } = Bun.spawnSync(program, { cwd, env: stepEnvironment(process.env, "install") });
    return `${stdout}${stderr}`;
  };
  const install = [process.execPath, "install"];
  // Without that it would be seen.
  expect(seen(install)).toContain("seen secret");
  expect(seen(withoutEnvFile(install))).not.toContain("seen secret");
  expect(seen(withoutEnvFile([process.execPath, "-p", "process.env.DATABASE_URL"]))).toBe("undefined\n");
  expect(withoutEnvFile(["apt-get", "install", "chromium"])).toEqual(["apt-get", "install", "chromium"]);
});
