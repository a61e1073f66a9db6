/** Prints one line about a step of the start, with its result. */
export function progress(step: string, detail: string): void {
  process.stdout.write(`${head(step)}${detail}\n`);
}

/** Begins the line of a step that takes a while; gives the function that ends it with the result. */
export function progressing(step: string, doing: string): (outcome: string) => void {
  process.stdout.write(`${head(step)}${doing} … `);
  return (outcome) => process.stdout.write(`${outcome}\n`);
}

function head(step: string): string {
  return `  ${step.padEnd(14)}`;
}
