import { expect, test } from "bun:test";
import { clientAddress, trusting } from "../../../server/http/network.ts";
import { password } from "../../support/person.ts";
import { post } from "../../support/raw.ts";
import { startServer } from "../../support/server.ts";

const trusts = trusting(["10.0.0.2", "192.168.7.0/24", "fd00:7::/32", "::1"]);

const cases: [what: string, peer: string, forwardedFor: string | undefined, client: string][] = [
  ["a stranger is who it is", "203.0.113.9", undefined, "203.0.113.9"],
  ["ASVS 4.1.3 a stranger's header changes nothing", "203.0.113.9", "198.51.100.1", "203.0.113.9"],
  ["ASVS 4.1.3 nor when it names a proxy", "203.0.113.9", "198.51.100.1, 10.0.0.2", "203.0.113.9"],
  ["ASVS 15.3.4 a proxy's word counts", "10.0.0.2", "198.51.100.1", "198.51.100.1"],
  [
    "ASVS 15.3.4 what the client wrote itself is ignored",
    "10.0.0.2",
    "1.1.1.1, 2.2.2.2, 198.51.100.1",
    "198.51.100.1",
  ],
  ["behind two proxies", "10.0.0.2", "1.1.1.1, 198.51.100.1, 192.168.7.9, fd00:7::3", "198.51.100.1"],
  ["a proxy over an IPv6 socket", "::ffff:10.0.0.2", "198.51.100.1", "198.51.100.1"],
  ["a range over an IPv6 socket", "::ffff:192.168.7.200", "::ffff:198.51.100.1", "198.51.100.1"],
  ["beside the range", "192.168.8.1", "198.51.100.1", "192.168.8.1"],
  ["an IPv6 proxy, written in full", "0:0:0:0:0:0:0:1", "2001:db8::7", "2001:db8::7"],
  ["no header", "10.0.0.2", undefined, "10.0.0.2"],
  ["an empty header", "10.0.0.2", "", "10.0.0.2"],
  ["a header of proxies only", "10.0.0.2", "192.168.7.1", "10.0.0.2"],
  ["a name instead of an address", "10.0.0.2", "198.51.100.1, client.example", "10.0.0.2"],
  ["an address with a port", "10.0.0.2", "198.51.100.1:4711", "10.0.0.2"],
  ["something missing at the end", "10.0.0.2", "198.51.100.1,", "10.0.0.2"],
  ["a peer that is not known", "unknown", "198.51.100.1", "unknown"],
];
for (const [what, peer, forwardedFor, client] of cases) {
  test(`${what}: ${peer}, ${forwardedFor}`, () =>
    expect(clientAddress(peer, forwardedFor, trusts)).toBe(client));
}

test("where no proxy is trusted, none is", () => {
  expect(clientAddress("127.0.0.1", "198.51.100.1", trusting([]))).toBe("127.0.0.1");
});

test("ASVS 4.1.3, 15.3.4 wrong passwords are counted by the client behind the proxy, whatever it writes itself", async () => {
  const server = await startServer({ env: { TRUSTED_PROXIES: "127.0.0.1" } });
  const guess = async (forwardedFor: string, from?: string) => {
    const body = { name: "bob", password };
    const headers = { "X-Forwarded-For": forwardedFor };
    return (await post(server, "/api/session", body, { headers, from })).status;
  };
  try {
    const lies = Array.from({ length: 11 }, (_, at) => `198.51.100.${at}, 203.0.113.5`);
    const answers: number[] = [];
    for (const lie of lies) answers.push(await guess(lie));
    expect(answers).toEqual([...Array<number>(10).fill(401), 429]);
    expect(await guess("203.0.113.6")).toBe(401);

    const direct: number[] = [];
    for (const lie of lies)
      direct.push(await guess(lie.replace("203.0.113.5", "203.0.113.7"), "203.0.113.7"));
    expect(direct).toEqual([...Array<number>(10).fill(401), 429]);
    const spoofed = await guess("203.0.113.8", "203.0.113.7");
    expect(spoofed).toBe(429);
    expect(server.bugs).toEqual([]);
  } finally {
    await server.stop();
  }
});
