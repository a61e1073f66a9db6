import { BlockList, isIPv4, isIPv6 } from "node:net";
import type { Names } from "./names.ts";

/** What an authority may sign for: DNS names with all below them, except the excluded ones, and address ranges in CIDR form. */
export interface Constraints {
  readonly dns: readonly string[];
  readonly excludedDns: readonly string[];
  readonly ranges: readonly string[];
}

// Addresses that mean something else on every network, so that a certificate for them impersonates nobody on the internet.
const privateRanges = [
  "127.0.0.0/8",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "100.64.0.0/10",
  "::1/128",
  "fc00::/7",
  "fe80::/10",
];

/**
 * Takes the names of the machine, gives the least an authority needs to sign for them, now and after the machine moved to another
 * private network. A public IPv4 address gets itself alone, a public IPv6 address its network, in which it changes daily.
 */
export function constraintsFor(names: Names): Constraints {
  const hosts = names.dns.filter((name) => !/^localhost$|(^|\.)local$/.test(name));
  const outside = names.addresses.filter((address) => !inRanges(privateRanges, address));
  return {
    dns: ["localhost", "local", ...hosts],
    // A machine may be called "dev" or "app", which are public domains too: the name itself is enough.
    excludedDns: hosts.map((host) => `.${host}`),
    ranges: [
      ...new Set([...privateRanges, ...outside.map((each) => (isIPv4(each) ? `${each}/32` : network(each)))]),
    ],
  };
}

/** The names among these for which an authority with these constraints can sign. */
export function coveredNames(names: Names, { dns, excludedDns, ranges }: Constraints): Names {
  const under = (name: string, domain: string) => name === domain || name.endsWith(`.${domain}`);
  return {
    dns: names.dns.filter(
      (name) => dns.some((each) => under(name, each)) && !excludedDns.some((each) => name.endsWith(each)),
    ),
    addresses: names.addresses.filter((address) => inRanges(ranges, address)),
  };
}

function inRanges(ranges: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [base = "", bits] = range.split("/");
    list.addSubnet(base, Number(bits), isIPv4(base) ? "ipv4" : "ipv6");
  }
  return list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/** The /64 of an IPv6 address, which is the smallest network a provider gives out. */
function network(address: string): string {
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const missing = tail === undefined ? 0 : 8 - left.length - tail.split(":").filter(Boolean).length;
  const groups = [...left, ...Array<string>(missing).fill("0")].slice(0, 4);
  return `${new URL(`https://[${groups.join(":")}::]`).hostname.slice(1, -1)}/64`;
}
