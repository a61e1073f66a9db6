/** One or two letters that stand for a name. */
export function initialsOf(name: string): string {
  const [first = "?", second] = name.split(/[._\s-]+/).filter(Boolean);
  return `${[...first][0] ?? "?"}${second ? [...second][0] : ""}`.toUpperCase();
}

/** A hue of the colour circle that belongs to a name, the same on every device and without regard to case. */
export function hueOf(name: string): number {
  let hash = 7;
  for (const letter of name.toLowerCase()) hash = (Math.imul(hash, 31) + letter.codePointAt(0)!) >>> 0;
  // Steps of 24 degrees: two names are either told apart easily or have the same colour.
  return ((Math.imul(hash, 2_654_435_761) >>> 8) % 15) * 24;
}
