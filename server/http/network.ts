import { BlockList, isIP } from "node:net";

/** Says of an address whether a load balancer of ours has it. */
export type Trusts = (address: string) => boolean;

/** Takes addresses and CIDR ranges; an IPv4 address is known in its IPv6 clothes too. */
export function trusting(ranges: readonly string[]): Trusts {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    const family = isIP(address) === 4 ? "ipv4" : "ipv6";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (given) => {
    const address = plain(given);
    const version = isIP(address);
    return version > 0 && list.check(address, version === 4 ? "ipv4" : "ipv6");
  };
}

/**
 * Who really asks: whoever is at the other end of the connection, unless that is a trusted proxy. Then it is the right-most
 * address of X-Forwarded-For that is none: what stands to the left of it anyone may have written. Where the header says
 * nothing that can be an address, the proxy itself counts.
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, trusts: Trusts): string {
  if (!trusts(peer)) return peer;
  const passed = (forwardedFor ?? "").split(",").map((each) => plain(each.trim()));
  const client = passed.findLast((address) => !trusts(address));
  return client !== undefined && isIP(client) > 0 ? client : peer;
}

/**
 * What counts as one address where addresses are counted. On a network of IPv6 a machine may take any of 2^64 addresses and
 * guess from each, so global and unique local ones count by their first half (https://www.rfc-editor.org/rfc/rfc6177). Those
 * of a link all have the same first half: whoever they are, they count as one. Others are taken as they are.
 */
export function networkOf(given: string): string {
  const address = plain(given);
  if (/^fe[89ab][\da-f]:/i.test(address)) return "fe80::/10";
  if (!/^([23][\da-f]|f[cd])[\da-f]{2}:/i.test(address)) return address;
  const [before = "", after] = address.split("%")[0]!.split("::");
  const [first, last] = [groupsOf(before), groupsOf(after ?? "")];
  const zeros = after === undefined ? [] : Array<string>(8 - first.length - last.length).fill("0");
  const half = [...first, ...zeros, ...last].slice(0, 4);
  return `${half.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}

/** An IPv4 address that came over an IPv6 socket, as IPv4. */
const plain = (address: string): string => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;

const groupsOf = (text: string): string[] => (text === "" ? [] : text.split(":"));
