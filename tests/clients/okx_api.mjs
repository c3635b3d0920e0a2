// Speaks okx-api for a test: each line of input, {"options", "method", "params"}, is one call of its
// RestClient, and is answered by one line, {"data"} or {"error"}. The argument says in which folder
// of modules the package is.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { RestClient } = createRequire(`${process.argv[2]}/`)("okx-api");

for await (const line of createInterface({ input: process.stdin })) {
  const { options, method, params } = JSON.parse(line);
  const said = await new RestClient(options)[method](params).then(
    (data) => ({ data }),
    (error) => ({ error }),
  );
  console.log(JSON.stringify(said));
}
