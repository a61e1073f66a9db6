import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { BlockList } from "node:net";
import { join } from "node:path";
import { YAML } from "bun";
import { balancerCommand, balancerEnv } from "../../scripts/cluster/balancer.ts";
import { parseConfig, projectRoot } from "../../server/config/environment.ts";

interface Service {
  image: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  networks: string[] | Record<string, { ipv4_address: string }>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
  read_only?: boolean;
  security_opt?: string[];
  profiles?: string[];
  user?: string;
}

interface Compose {
  services: Record<string, Service>;
  networks: {
    front: { ipam: { config: [{ subnet: string; ip_range: string }] } };
    back: { internal: boolean };
  };
  volumes: Record<string, unknown>;
}

const text = await Bun.file(join(projectRoot, "compose.yaml")).text();
const dockerfile = await Bun.file(join(projectRoot, "Dockerfile")).text();
const { services, networks, volumes } = YAML.parse(text) as Compose;
const { postgres, setup, node1, haproxy, caddy } = services as Record<string, Service>;
const nodes = Object.keys(services).filter((name) => /^node\d$/.test(name));
const given = { POSTGRES_PASSWORD: "secret" };

/** What compose makes of `${NAME}`, `${NAME:-default}` and `${NAME:?why}`. */
function filledIn(value: string, env: Record<string, string> = given): string {
  const inner = /\$\{(\w+)(?::([-?])([^${}]*))?\}/;
  const [whole, name, kind, rest] = inner.exec(value) ?? [];
  if (whole === undefined) return value;
  const found = env[name!] || null;
  if (found === null && kind === "?") throw new Error(`${name} ${rest}`);
  return filledIn(value.replace(whole, found ?? rest ?? ""), env);
}

const environmentOf = ({ environment = {} }: Service, env = given) =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filledIn(value, env)]));

function contains(range: string, address: string): boolean {
  const [base, bits] = range.split("/");
  const list = new BlockList();
  list.addSubnet(base!, Number(bits));
  return list.check(address);
}

const portOf = (address: string) => address.split(":").at(-1);

describe("compose.yaml", () => {
  test("sets nothing that the program does not read, and nothing that it refuses", async () => {
    const config = await Bun.file(join(projectRoot, "server/config/environment.ts")).text();
    const read = new Set(
      [...config.matchAll(/\b(?:setting|count)(?:<[^>]*>)?\(\s*"([A-Z_]+)"/g)].map(([, name]) => name!),
    );
    for (const service of [setup!, ...nodes.map((name) => services[name]!)]) {
      const unknown = Object.keys(service.environment!).filter((name) => !read.has(name));
      expect(unknown).toEqual([]);
      expect(parseConfig(environmentOf(service)).postgres?.url).toBe(
        "postgres://chat:secret@postgres:5432/chat",
      );
    }
    const { origins } = parseConfig(environmentOf(node1!, { ...given, PORT: "8443" } as typeof given));
    expect(origins).toEqual(["https://localhost:8443"]);
  });

  test("ASVS 13.3.1 has no password of its own, and does not start without one", () => {
    const uses = [...text.matchAll(/\$\{POSTGRES_PASSWORD([^}]*)\}/g)].map(([, how]) => how!.slice(0, 2));
    expect(uses).toEqual([":?", ":?"]);
    expect(() => environmentOf(node1!, {} as typeof given)).toThrow("POSTGRES_PASSWORD");
    expect(text).not.toMatch(/password: (?!\$)/i);
  });

  test("gives both balancers what their configurations read, and names every node", () => {
    const files = {
      host: "0.0.0.0",
      port: 5000,
      files: "/balancer",
      nodes: nodes.map((name) => `${name}:5000`),
    };
    const wanted = balancerEnv(files);
    const { HOST, PORT, BALANCER_FILES, NODE_1, NODE_2, NODE_3, NODES } = wanted;
    expect(nodes.length).toBe(3);
    expect(haproxy!.environment).toEqual({ HOST, PORT, BALANCER_FILES, NODE_1, NODE_2, NODE_3 } as never);
    expect(caddy!.environment).toMatchObject({ HOST, PORT, BALANCER_FILES, NODES });
    expect(Object.keys(caddy!.environment!).every((name) => name in wanted)).toBe(true);
  });

  test("mounts the configurations that are tested, and only files and volumes that exist", () => {
    for (const [balancer, service] of [
      ["haproxy", haproxy!],
      ["caddy", caddy!],
    ] as const) {
      const [mount] = service.volumes!;
      const [from, to, mode] = mount!.split(":");
      const tested = balancerCommand(balancer, balancer).map((part) =>
        part === join(projectRoot, from!) ? to! : part,
      );
      expect(service.command).toEqual(tested);
      expect(mode).toBe("ro");
    }
    for (const { volumes: mounts = [] } of Object.values(services))
      for (const mount of mounts) {
        const [from] = mount.split(":");
        expect(from!.startsWith("./") ? existsSync(join(projectRoot, from!)) : from! in volumes).toBe(true);
      }
  });

  test("all ports agree", () => {
    for (const service of nodes.map((name) => services[name]!)) {
      const { PORT } = service.environment!;
      expect(nodes.map((name) => `${name}:${PORT}`).join(" ")).toBe(caddy!.environment!.NODES!);
      expect(service.healthcheck!.test.join(" ")).toContain(`https://localhost:${PORT}/api/health`);
    }
    for (const service of [haproxy!, caddy!])
      expect(service.ports!.map((port) => portOf(filledIn(port)))).toEqual([service.environment!.PORT]);
    expect(dockerfile).toContain(`EXPOSE ${node1!.environment!.PORT}\n`);
  });

  test("only a balancer can be reached from outside, and the nodes believe it and nobody else", () => {
    const published = Object.keys(services).filter((name) => services[name]!.ports !== undefined);
    expect(published.toSorted()).toEqual(["caddy", "haproxy"]);
    expect(networks.back.internal).toBe(true);
    const outward = (name: string) => JSON.stringify(services[name]!.networks).includes("front");
    expect(Object.keys(services).filter(outward).toSorted()).toEqual(["caddy", "haproxy", ...nodes]);

    const { trustedProxies } = parseConfig(environmentOf(node1!));
    for (const service of [haproxy!, caddy!])
      expect(Object.values(service.networks)).toEqual([{ ipv4_address: trustedProxies[0]! }]);
    // Docker hands out the others' addresses; none of them may ever be the one that is believed.
    const [{ subnet, ip_range: handedOut }] = networks.front.ipam.config;
    expect(contains(subnet, trustedProxies[0]!)).toBe(true);
    expect(contains(subnet, handedOut.split("/")[0]!)).toBe(true);
    expect(contains(handedOut, trustedProxies[0]!)).toBe(false);
    expect(trustedProxies).toHaveLength(1);
  });

  test("waits until the database is there and everything is made, and lets nodes go in peace", () => {
    expect(setup!.depends_on).toEqual({ postgres: { condition: "service_healthy" } });
    for (const name of nodes) {
      const { depends_on, stop_grace_period, environment } = services[name]!;
      expect(depends_on!.setup!.condition).toBe("service_completed_successfully");
      const spare = Number.parseInt(stop_grace_period!, 10) - Number(environment!.DRAIN_SECONDS);
      expect(spare).toBeGreaterThanOrEqual(20);
      expect(Object.keys(haproxy!.depends_on!)).toContain(name);
    }
    expect(postgres!.healthcheck!.test).toContain("pg_isready");
  });

  test("ASVS 13.2.2 gives every service as few rights as it needs", () => {
    for (const [name, { read_only, security_opt, image, build }] of Object.entries(services)) {
      expect({ name, read_only, security_opt }).toEqual({
        name,
        read_only: true,
        security_opt: ["no-new-privileges:true"],
      });
      expect(image).toMatch(build === undefined ? /^[a-z]+:\d+\.\d+/ : /^secure-chat:\d/);
    }
    for (const name of nodes) expect(services[name]!.volumes).toEqual(["data:/data:ro"]);
    // Neither the key of the authority nor that of the passwords.
    for (const service of [haproxy!, caddy!]) expect(service.volumes).toContain("balancer:/balancer:ro");
  });
});
