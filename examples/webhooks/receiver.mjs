// A receiver of webhooks: it checks the signature, answers at once, and does
// each event once.
import { createServer } from "node:http";
import { verify } from "./verify.mjs";

const secrets = (process.env.WEBHOOK_SECRETS ?? "").split(",").filter(Boolean);
const port = Number(process.env.PORT ?? 4000);
const limit = 1 << 20;

if (secrets.length === 0) {
  console.error("WEBHOOK_SECRETS is not set: give the endpoint's secret, or two with a comma between them while one follows the other.");
  process.exit(1);
}

// An event comes again where an answer was lost, and when somebody has it
// replayed. Its id stays the same: keep the ids in your database, in the
// transaction that does the work.
const done = new Set();

function handle(event) {
  if (done.has(event.id)) return;
  done.add(event.id);
  console.log(`${event.created_at} ${event.event} ${event.data.id ?? ""}`);
}

async function read(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    if ((size += chunk.length) > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const server = createServer(async (request, response) => {
  if (request.method === "GET") return response.writeHead(200).end("ready");
  const body = await read(request);
  if (body === null) return response.writeHead(413).end();
  if (!verify(request.headers["workos-signature"], body, secrets)) return response.writeHead(401).end("signature");
  response.writeHead(204).end(); // first: what takes longer than 15 seconds is sent again
  handle(JSON.parse(body));
});
server.listen(port, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
