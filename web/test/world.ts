import type { Stream, StreamHandlers, World } from "~/live/hub";

/** What the hub needs of the world, by hand: its clock, its timers, its streams and the server's answers. */
export class FakeWorld implements World {
  time = 0;
  timers: { at: number; run: () => void }[] = [];
  streams: { url: string; handlers: StreamHandlers; closed: boolean }[] = [];
  answers: Record<string, { status: number; body: unknown }> = {};
  asked: string[] = [];
  open: World["open"] = (url, handlers): Stream => {
    const stream = { url: decodeURIComponent(url), handlers, closed: false };
    this.streams.push(stream);
    return { close: () => { stream.closed = true; } };
  };
  get = async (path: string) => {
    this.asked.push(path);
    return this.answers[path] ?? { status: 200, body: {} };
  };
  now = () => this.time;
  random = () => 0;
  after = (milliseconds: number, run: () => void) => {
    const timer = { at: this.time + milliseconds, run };
    this.timers.push(timer);
    return () => { this.timers = this.timers.filter((other) => other !== timer); };
  };
  async pass(milliseconds: number) {
    const end = this.time + milliseconds;
    for (;;) {
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
      const next = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.time = Math.max(this.time, next.at);
      next.run();
    }
    this.time = end;
  }
  get live() { return this.streams.filter((stream) => !stream.closed); }
  say(name: string, data: unknown) { this.live.at(-1)!.handlers.event(name, JSON.stringify(data)); }
}
