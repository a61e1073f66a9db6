/**
 * What counts as one address where addresses are counted. A subscriber of IPv6 has 2^64 of them and could guess from
 * each, so global ones count by their first half (https://www.rfc-editor.org/rfc/rfc6177). Others are taken as they are.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1]!;
  if (!/^[23][\da-f]{3}:/i.test(address)) return address;
  const [before = "", after] = address.split("%")[0]!.split("::");
  const [first, last] = [groupsOf(before), groupsOf(after ?? "")];
  const zeros = after === undefined ? [] : Array<string>(8 - first.length - last.length).fill("0");
  const half = [...first, ...zeros, ...last].slice(0, 4);
  return `${half.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}

const groupsOf = (text: string): string[] => (text === "" ? [] : text.split(":"));
