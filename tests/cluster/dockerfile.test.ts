import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { YAML } from "bun";
import { projectRoot } from "../../server/config/environment.ts";

const dockerfile = await Bun.file(join(projectRoot, "Dockerfile")).text();
const compose = YAML.parse(await Bun.file(join(projectRoot, "compose.yaml")).text()) as {
  services: { node1: { image: string } };
};

describe("the Dockerfile", () => {
  test("has the Bun of package.json, is nobody special, and copies only what is there", async () => {
    const { packageManager, version } = await Bun.file(join(projectRoot, "package.json")).json();
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(new Set(bases)).toEqual(new Set([`oven/${packageManager.replace("@", ":")}-slim`]));
    expect(
      dockerfile
        .trimEnd()
        .split("\n")
        .findLast((line) => line.startsWith("USER")),
    ).toBe("USER bun");
    expect(compose.services.node1.image).toBe(`secure-chat:${version}`);

    const ignored = await Bun.file(join(projectRoot, ".dockerignore")).text();
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, from]) =>
      from!.split(" "),
    );
    for (const path of copied) {
      expect(existsSync(join(projectRoot, path))).toBe(true);
      expect(ignored.split("\n")).toContain(`!${path}`);
    }
    expect(ignored.split("\n")[0]).toBe("*");
  });
});
