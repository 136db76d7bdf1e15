import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";

const root = new URL("../../", import.meta.url).pathname;

/** The binary under test. */
export function binary(): string {
  const path = process.env.CARILLON_BIN ?? `${root}target/debug/carillon`;
  if (!existsSync(path)) throw new Error(`${path} is missing: build it first (cargo build -p carillon), after the page (npm run build)`);
  return path;
}

/** Runs a command to its end and gives what it printed. */
export function carillon(data: string, ...args: string[]): string {
  return execFileSync(binary(), [...args, "--data", data], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

export interface Running {
  process: ChildProcess;
  /** The first line on stdout or stderr that matches. */
  line: Promise<string>;
  stop: () => Promise<void>;
}

/** Starts a command that stays, and waits for a line that says it is ready. */
export function start(ready: RegExp, args: string[]): Running {
  const child = spawn(binary(), args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const line = new Promise<string>((resolve, reject) => {
    const hear = (part: Buffer) => {
      said += part.toString();
      const found = said.split("\n").find((one) => ready.test(one));
      if (found) resolve(found);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => reject(new Error(`carillon ${args[0]} ended with ${code} before it was ready:\n${said}`)));
  });
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  return {
    process: child,
    line,
    async stop() {
      if (child.exitCode === null) {
        child.kill("SIGTERM");
        const impatient = setTimeout(() => child.kill("SIGTERM"), 3_000);
        await ended;
        clearTimeout(impatient);
      }
    },
  };
}
