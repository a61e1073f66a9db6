import { expect, test } from "bun:test";
import { networkOf } from "../../../server/http/network.ts";

const cases: [string, string, string][] = [
  ["IPv4", "192.168.1.5", "192.168.1.5"],
  ["IPv4 over an IPv6 socket", "::ffff:192.168.1.5", "192.168.1.5"],
  ["a global IPv6 address", "2001:db8:1:2:aaaa:bbbb:cccc:dddd", "2001:db8:1:2::/64"],
  ["its neighbour", "2001:db8:1:2::1", "2001:db8:1:2::/64"],
  ["zeros left out on the left", "2001:db8::a:b:c:d", "2001:db8:0:0::/64"],
  ["zeros left out in the middle", "2001:db8:0:1::", "2001:db8:0:1::/64"],
  ["leading zeros", "2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
  ["this machine", "::1", "::1"],
  ["a neighbour on the same link", "fe80::1:2:3:4%eth0", "fe80::/10"],
  ["another one", "FEBF:1::9", "fe80::/10"],
  ["a unique local IPv6 address", "fd00:1::1:2:3:4", "fd00:1:0:0::/64"],
  ["one in another network of theirs", "FCAB:0012:3:4::9%eth0", "fcab:12:3:4::/64"],
  ["what begins like one, but is not", "fe00::1", "fe00::1"],
  ["a short group", "fd::1", "fd::1"],
  ["none", "unknown", "unknown"],
];
for (const [name, address, network] of cases) {
  test(`${name}: ${address} counts as ${network}`, () => expect(networkOf(address)).toBe(network));
}
