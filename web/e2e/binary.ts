import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type APIRequestContext, request } from "@playwright/test";

const root = new URL("../../", import.meta.url).pathname;

/** Who signs in, on every server of these tests. */
export const ana = { login: "ana@example.com", name: "Ana Ruiz", password: "nine tabs over one stream" };

/** The binary under test. */
export function binary(): string {
  const path = process.env.CARILLON_BIN ?? `${root}target/debug/carillon`;
  if (!existsSync(path)) throw new Error(`${path} is missing: build it first (cargo build -p carillon), after the page (npm run build)`);
  return path;
}

/** Runs a command to its end and gives what it printed. */
export function carillon(data: string, ...args: string[]): string {
  return execFileSync(binary(), [...args, "--data", data], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** A process of ours that stays until it is stopped. */
class Running {
  private readonly ended: Promise<void>;
  private said = "";
  private hear: () => void = () => undefined;

  constructor(private readonly child: ChildProcess, private readonly what: string) {
    const listen = (part: Buffer) => {
      this.said += part.toString();
      this.hear();
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    this.ended = new Promise((resolve) => child.on("exit", () => { resolve(); this.hear(); }));
  }

  static start(args: string[]): Running {
    return new Running(spawn(binary(), args, { stdio: ["ignore", "pipe", "pipe"] }), `carillon ${args[0]}`);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** What it printed that matches, once it has; the process is ended when it ends without. */
  async says(words: RegExp): Promise<RegExpMatchArray> {
    for (;;) {
      const found = this.said.match(words);
      if (found) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`${this.what} ended before it said ${words}:\n${this.said}`);
      await new Promise<void>((resolve) => { this.hear = resolve; });
    }
  }

  /** Asks it to end, then to end at once. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill("SIGTERM");
    const impatient = setTimeout(() => this.child.kill("SIGTERM"), 1_000);
    const lost = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
    await this.ended;
    clearTimeout(impatient);
    clearTimeout(lost);
  }
}

/** The practice network, on a port of its own. */
export class Practice {
  private constructor(private readonly process: Running, readonly address: string) {}

  static async start(): Promise<Practice> {
    const process = Running.start(["practice", "--listen", "127.0.0.1:0"]);
    const [, address = ""] = await process.says(/practice network on \S*?(127\.0\.0\.1:\d+)/i);
    return new Practice(process, address);
  }

  stop = () => this.process.stop();
}

/** `carillon serve` in a data folder of its own. */
export class Served {
  private constructor(private process: Running, readonly data: string, readonly url: string, readonly link: string | undefined) {}

  static async start(data = mkdtempSync(join(tmpdir(), "carillon-e2e-"))): Promise<Served> {
    const process = Running.start(["serve", "--listen", "127.0.0.1:0", "--data", data]);
    const [, url = ""] = await process.says(/Carillon is at (http:\/\/\S+)/);
    const [, link] = await process.says(/(http:\/\/\S+\/link#\S+)/);
    return new Served(process, data, url.replace(/\/$/, ""), link);
  }

  get pid(): number {
    return this.process.pid;
  }

  /** The first administrator, signed in. */
  async signIn(): Promise<APIRequestContext> {
    const context = await request.newContext({ baseURL: this.url, extraHTTPHeaders: { Origin: this.url } });
    const token = new URL(this.link ?? "").hash.slice(1);
    const answer = await context.post("/api/v1/session/link", { data: { token, ...ana } });
    if (!answer.ok()) throw new Error(`signing in failed: ${answer.status()} ${await answer.text()}`);
    return context;
  }

  /** Ends it; what it keeps stays. */
  async down(): Promise<void> {
    await this.process.stop();
  }

  /** Begins again at the same address. */
  async up(): Promise<void> {
    this.process = Running.start(["serve", "--listen", new URL(this.url).host, "--data", this.data]);
    await this.process.says(/Carillon is at/);
  }

  async stop(): Promise<void> {
    await this.process.stop();
    rmSync(this.data, { recursive: true, force: true });
  }
}
