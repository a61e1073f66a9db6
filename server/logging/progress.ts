/** Prints one line of the start: which step, and how it went. */
export function progress(step: string, detail: string): void {
  process.stdout.write(`${head(step)}${detail}\n`);
}

/** Opens the line of a step that takes a while; what it gives ends that line. */
export function progressing(step: string, doing: string): (outcome: string) => void {
  process.stdout.write(`${head(step)}${doing} … `);
  return (outcome) => process.stdout.write(`${outcome}\n`);
}

function head(step: string): string {
  return `  ${step.padEnd(14)}`;
}
