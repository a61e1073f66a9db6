import { command, continueIn, ensureDependencies } from "./setup.ts";

// Writes the SQL of what has changed in the schemas, for both databases. What is given goes to both, such as --name.
await command(async () => {
  await ensureDependencies("everything");
  for (const config of ["drizzle/config.ts", "drizzle/postgres.config.ts"]) {
    const program = ["node_modules/drizzle-kit/bin.cjs", "generate", "--config", config];
    const code = await continueIn([...program, ...Bun.argv.slice(2)]);
    if (code !== 0) return code;
  }
  return 0;
});
