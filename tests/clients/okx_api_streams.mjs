// Speaks the sockets of okx-api for a test. Each line of input, {"options", "topics", "calls"}, opens a
// WebsocketClient at options.wsUrl and subscribes it to the topics or, for calls, a WebsocketAPIClient
// and makes them, [method, params] each, one after another. Each update of a topic and the outcome of
// each call is a line, until input ends. The argument says in which folder of modules the package is.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const okx = createRequire(`${process.argv[2]}/`)("okx-api");
const quiet = { trace() {}, info() {}, error() {} };
const say = (line) => console.log(JSON.stringify(line));
const opened = [];

for await (const line of createInterface({ input: process.stdin })) {
  const { options, topics, calls } = JSON.parse(line);
  if (topics) {
    const client = new okx.WebsocketClient(options, quiet);
    opened.push(client);
    client.on("update", (update) => say({ update }));
    client.on("response", (response) => say({ response }));
    client.on("exception", (exception) => say({ exception }));
    client.subscribe(topics);
    continue;
  }
  const client = new okx.WebsocketAPIClient({ ...options, attachEventListeners: false }, quiet);
  client.getWSClient().on("exception", () => {});
  opened.push(client.getWSClient());
  for (const [method, params] of calls) {
    say(await client[method](params).then((data) => ({ data }), (error) => ({ error })));
  }
}
for (const client of opened) client.closeAll(true);
process.exit(0);
