import { describe, expect, test } from "bun:test";
import type { NetworkInterfaceInfo } from "node:os";
import { constraintsFor, coveredNames } from "../../../server/certificates/constraints.ts";
import { machineNames } from "../../../server/certificates/names.ts";
import { serverOrigins, serverUrls } from "../../../server/certificates/urls.ts";

const on = (...addresses: string[]) =>
  addresses.map(
    (address) =>
      ({ address, internal: address === "127.0.0.1" || address === "::1" }) as NetworkInterfaceInfo,
  );

describe("the names of a machine", () => {
  test("are localhost, the host name, its name on the local network, and every address others may use", () => {
    const interfaces = {
      lo: on("127.0.0.1", "::1"),
      eth0: on("192.168.1.5", "fe80::1", "fd00::2", "2001:DB8::7"),
      wlan0: on("10.0.0.9"),
      down: undefined,
    };
    expect(machineNames("Alpha", interfaces)).toEqual({
      dns: ["localhost", "alpha", "alpha.local"],
      addresses: ["127.0.0.1", "::1", "192.168.1.5", "10.0.0.9", "fd00::2", "2001:db8::7"],
    });
  });

  test("leave out bridges to containers, which come and go", () => {
    const interfaces = {
      docker0: on("172.17.0.1"),
      "br-0a1b2c3d4e5f": on("172.18.0.1"),
      eth0: on("10.0.0.2"),
    };
    expect(machineNames("alpha", interfaces).addresses).toEqual(["127.0.0.1", "::1", "10.0.0.2"]);
  });

  const hosts: [string, string[]][] = [
    ["localhost", ["localhost"]],
    ["Alices-Mac.local", ["localhost", "alices-mac.local"]],
    ["alpha.example.com", ["localhost", "alpha.example.com", "alpha.local"]],
    ["alpha.example.com.", ["localhost", "alpha.example.com", "alpha.local"]],
    ["my_pc", ["localhost"]],
    ["größe", ["localhost"]],
    ["x, CN=example.com", ["localhost"]],
    ["192.168.1.5", ["localhost"]],
    ["", ["localhost"]],
  ];
  for (const [hostname, dns] of hosts)
    test(`of the host name ${JSON.stringify(hostname)}: ${dns.join(", ")}`, () => {
      expect(machineNames(hostname, {}).dns).toEqual(dns);
    });
});

describe("the addresses to open", () => {
  const names = {
    dns: ["localhost", "alpha", "alpha.local"],
    addresses: ["127.0.0.1", "::1", "10.0.0.2", "fd00::2"],
  };

  test("start with the one that most people need", () => {
    expect(serverUrls(names, 5000)).toEqual({
      local: ["https://localhost:5000", "https://127.0.0.1:5000", "https://[::1]:5000"],
      lan: [
        "https://10.0.0.2:5000",
        "https://alpha.local:5000",
        "https://alpha:5000",
        "https://[fd00::2]:5000",
      ],
    });
  });

  test("are written as browsers send them in Origin", () => {
    expect(serverOrigins({ dns: ["Alpha"], addresses: ["2001:db8:0:0::7"] }, 443)).toEqual([
      "https://alpha",
      "https://[2001:db8::7]",
    ]);
  });

  test("do not hold a wildcard, under which nothing can be opened", () => {
    expect(serverOrigins({ dns: ["*.example.com", "example.com"], addresses: [] }, 443)).toEqual([
      "https://example.com",
    ]);
  });

  const listening: [string, string[], string[]][] = [
    ["0.0.0.0", ["localhost", "127.0.0.1"], ["10.0.0.2", "alpha.local", "alpha"]],
    ["127.0.0.1", ["localhost", "127.0.0.1"], []],
    ["::1", ["localhost", "[::1]"], []],
    ["localhost", ["localhost", "127.0.0.1", "[::1]"], []],
    ["10.0.0.2", [], ["10.0.0.2", "alpha.local", "alpha"]],
  ];
  for (const [host, local, lan] of listening)
    test(`leave out what HOST=${host} does not hear`, () => {
      const origins = (all: string[]) => all.map((name) => `https://${name}:5000`);
      expect(serverUrls(names, 5000, host)).toEqual({ local: origins(local), lan: origins(lan) });
    });
});

describe("what an authority may sign for", () => {
  test("private addresses of every kind are covered, wherever the machine moves to", () => {
    const constraints = constraintsFor({
      dns: ["localhost", "alpha", "alpha.local"],
      addresses: ["192.168.1.5"],
    });
    const moved = {
      dns: ["localhost", "alpha", "alpha.local"],
      addresses: ["127.0.0.1", "::1", "10.9.8.7", "172.31.0.1", "169.254.3.4", "100.100.1.1", "fd12::1"],
    };
    expect(coveredNames(moved, constraints)).toEqual(moved);
  });

  test("nobody else's names or addresses are", () => {
    const constraints = constraintsFor({
      dns: ["localhost", "dev", "dev.local"],
      addresses: ["192.168.1.5"],
    });
    const others = {
      dns: ["example.com", "web.dev", "a.web.dev", "notlocalhost", "xlocal"],
      addresses: ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::2"],
    };
    expect(coveredNames(others, constraints)).toEqual({ dns: [], addresses: [] });
  });

  test("a public IPv4 address is covered alone, a public IPv6 address with its network", () => {
    const constraints = constraintsFor({
      dns: [],
      addresses: ["203.0.113.7", "2001:db8:1:2:3:4:5:6", "2001:db8::9"],
    });
    const wanted = {
      dns: [],
      addresses: [
        "203.0.113.7",
        "203.0.113.8",
        "2001:db8:1:2::ffff",
        "2001:db8:1:3::1",
        "2001:db8:0:0:aaaa::1",
      ],
    };
    expect(coveredNames(wanted, constraints).addresses).toEqual([
      "203.0.113.7",
      "2001:db8:1:2::ffff",
      "2001:db8:0:0:aaaa::1",
    ]);
  });
});
