import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import type { Plugin } from "vite";
import { ensureCertificate } from "../server/certificates/ensure.ts";
import { serverOrigins, serverUrls } from "../server/certificates/urls.ts";
import { parseConfig, portTakenSentence, projectRoot } from "../server/config/environment.ts";
import { progress } from "../server/logging/progress.ts";
import { freePort } from "./cluster/ports.ts";
import { command, continueIn, ensureDependencies, SetupError, stopSignals } from "./setup.ts";

// One HTTPS origin on PORT: Vite answers with what is in web/ now, and hands /api with its socket to the real server behind
// it, which starts anew whenever its source changes.
await command(async () => {
  const config = parseConfig(Bun.env);
  if (await ensureDependencies("for running")) return await continueIn(["scripts/dev.ts"]);
  const found = { hostname: hostname(), interfaces: networkInterfaces(), now: Date.now() };
  const certificate = await ensureCertificate({ dataDir: config.dataDir, tls: config.tls, ...found });

  const innerPort = await freePort();
  const origins = config.origins ?? serverOrigins(certificate.names, config.port);
  const { createServer } = await import("vite");
  const root = join(projectRoot, "web");
  const vite = await createServer({
    root,
    configFile: join(root, "vite.config.ts"),
    plugins: [noEditor()],
    server: {
      host: config.host,
      port: config.port,
      strictPort: true,
      https: certificate.pair,
      allowedHosts: [...certificate.names.dns],
      proxy: {
        // The certificate is not checked on the way inside this computer. The origin is left as the browser sent it, for the guard.
        "/api": { target: `https://127.0.0.1:${innerPort}`, secure: false, ws: true, changeOrigin: false },
      },
    },
  });
  await vite.listen().catch((error: Error) => {
    throw /in use/.test(error.message) ? new SetupError(portTakenSentence(config.port)) : error;
  });

  const inner = Bun.spawn([process.execPath, "--watch", "--no-clear-screen", "server/main.ts"], {
    cwd: projectRoot,
    env: { ...process.env, HOST: "127.0.0.1", PORT: String(innerPort), ORIGINS: origins.join(",") },
    // It announces an address that is not the one to open; what goes wrong is on standard error.
    stdio: ["ignore", "pipe", "inherit"],
  });
  void tellSetUpLink(inner.stdout);
  const whenUp = async () => {
    const health = `https://127.0.0.1:${innerPort}/api/health`;
    const asks = () => fetch(health, { tls: { rejectUnauthorized: false } }).catch(() => null);
    while (inner.exitCode === null && !(await asks())) await Bun.sleep(50);
    const { local, lan } = serverUrls(certificate.names, config.port, config.host);
    progress("Ready at", [...local.slice(0, 1), ...lan.slice(0, 1)].join("  "));
  };

  const stopped = Promise.withResolvers<number>();
  process.removeAllListeners("SIGTERM"); // Vite's own would end the process with 143, and leave the server alone.
  for (const signal of stopSignals) process.on(signal, () => stopped.resolve(0));
  void whenUp();
  const code = await Promise.race([stopped.promise, inner.exited]);
  inner.kill("SIGTERM");
  await Promise.all([inner.exited, vite.close()]);
  return code;
});

/** Of what the server prints only the set-up link counts here, which is where ORIGINS says. */
async function tellSetUpLink(printed: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of printed) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    const link = lines.find((line) => line.includes("/setup#"));
    if (link) progress("Set up at", link.trim());
  }
}

/** Vite starts an editor for whoever asks, and here others on the network can ask. */
function noEditor(): Plugin {
  return {
    name: "no-editor",
    configureServer: ({ middlewares }) => {
      middlewares.use("/__open-in-editor", (_request, response) => {
        response.statusCode = 404;
        response.end();
      });
    },
  };
}
