import { expect, test } from "bun:test";
import { stepEnvironment } from "../../scripts/step-environment.ts";

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
