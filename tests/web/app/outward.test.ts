import { expect, test } from "bun:test";
import { isOnlyHere, outwardOrigin } from "../../../web/app/outward.ts";

const origins = [
  "https://localhost:5000",
  "https://[::1]:5000",
  "https://192.168.1.5:5000",
  "https://nas.local:5000",
];

for (const here of ["https://localhost:5000", "https://127.0.0.1:5000", "https://[::1]:5000"])
  test(`a link made at ${here} leads others to an address of the network`, () => {
    expect(outwardOrigin(here, origins)).toBe("https://192.168.1.5:5000");
  });

test("an address that others can open is kept", () => {
  for (const here of ["https://nas.local:5000", "https://chat.example.org"])
    expect([outwardOrigin(here, origins), isOnlyHere(here)]).toEqual([here, false]);
});

test("where there is no other address, that is known", () => {
  const here = outwardOrigin("https://localhost:5000", origins.slice(0, 2));
  expect([here, isOnlyHere(`${here}/join#7-abc`)]).toEqual(["https://localhost:5000", true]);
  expect(isOnlyHere("https://localhost.example.org/join#7-abc")).toBe(false);
});
