/** What finding programs, folders, a network and the right language takes, on every system. */
const needed =
  /^(PATH|PATHEXT|HOME|USER|LOGNAME|SHELL|USERPROFILE|APPDATA|LOCALAPPDATA|PROGRAMDATA|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|TMPDIR|TEMP|TMP|XDG_\w+|LANG|LANGUAGE|LC_\w+|TZ|TERM|CI|NO_COLOR|FORCE_COLOR|LD_LIBRARY_PATH|UV_THREADPOOL_SIZE)$/i;
/** What a registry of packages and the way to it take; a registry of one's own asks for a token. */
const forPackages =
  /^((HTTP|HTTPS|ALL|NO)_PROXY|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|SSL_CERT_(FILE|DIR)|(NPM|BUN|YARN)_CONFIG_.+|BUN_INSTALL\w*|NPM_TOKEN|NODE_AUTH_TOKEN|PLAYWRIGHT_\w+|DEBIAN_\w+)$/i;

type Environment = Record<string, string | undefined>;

/**
 * The environment of a step of the set-up: packages of others run in it, which are not to see the passwords and keys that the
 * server is given. Only what is known to be needed is handed on.
 */
export const stepEnvironment = (env: Environment, step: "install" | "build"): Environment =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => needed.test(name) || (step === "install" && forPackages.test(name)),
    ),
  );

/** A step that Bun runs does not read the `.env` of the folder either, which Bun adds to the environment by itself. */
export const withoutEnvFile = ([program, ...given]: readonly string[]): string[] =>
  program === process.execPath ? [program, "--no-env-file", ...given] : [program!, ...given];
