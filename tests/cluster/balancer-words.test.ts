import { expect, test } from "bun:test";
import { tellingOf } from "../../scripts/cluster/balancer.ts";

test("of a balancer's own words only those are shown that tell something", () => {
  expect(
    tellingOf("haproxy", "Server nodes/node1 is DOWN, reason: Layer4 timeout, check duration: 1000ms."),
  ).toBe("node1 is DOWN");
  expect(
    tellingOf("haproxy", "[WARNING]  (1) : Server nodes/node1 is DOWN, reason: Layer4 timeout"),
  ).toBeNull();
  expect(tellingOf("haproxy", "[ALERT]    (7) : backend 'nodes' has no server available!")).toBe(
    "backend 'nodes' has no server available!",
  );
  expect(tellingOf("haproxy", "[NOTICE]   (7) : Loading success.")).toBeNull();
  expect(tellingOf("caddy", '{"level":"info","msg":"serving"}')).toBeNull();
  expect(tellingOf("caddy", '{"level":"error","msg":"no upstreams","error":"none"}')).toBe(
    "no upstreams: none",
  );
});
