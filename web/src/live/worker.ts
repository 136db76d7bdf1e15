/** The hub in a SharedWorker: browsers allow six connections per host on HTTP/1.1, so a stream per tab would hang the seventh tab. */
import { Hub, browserWorld } from "./hub";
import type { ToHub } from "./protocol";

const hub = new Hub(browserWorld(true));

(globalThis as unknown as { onconnect: (event: MessageEvent) => void }).onconnect = (event) => {
  const port = event.ports[0];
  if (!port) return;
  const tab = { post: (message: unknown) => port.postMessage(message) };
  hub.join(tab);
  port.onmessage = (message: MessageEvent<ToHub>) => hub.hear(tab, message.data);
  port.start();
};
