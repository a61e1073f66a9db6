/** What an outside judge says of a server. */
export interface Verdict {
  judge: string;
  /** Why it was not asked; null where it was. */
  skipped: string | null;
  /** In a few words. */
  says: string;
  /** What it holds against the server. */
  findings: string[];
  /** What it would hold against every server of this kind, each with the reason why it is none. */
  allowed: string[];
}

export const verdict = (
  judge: string,
  says: string,
  findings: string[],
  allowed: string[] = [],
): Verdict => ({
  judge,
  skipped: null,
  says,
  findings,
  allowed,
});

export const skipped = (judge: string, reason: string): Verdict => ({
  ...verdict(judge, "", []),
  skipped: reason,
});

/** A verdict as lines: what was skipped never looks as if it had passed. */
export function verdictLine({ judge, skipped: reason, says, findings, allowed }: Verdict): string {
  if (reason !== null) return `skipped: ${judge} (${reason})`;
  const lines = [
    `${findings.length === 0 ? "✓" : "✗"} ${judge}: ${says}`,
    ...findings.map((finding) => `    ${finding}`),
    ...allowed.map((finding) => `    allowed: ${finding}`),
  ];
  return lines.join("\n");
}
