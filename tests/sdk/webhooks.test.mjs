import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { tolerance, verify } from "../../examples/webhooks/verify.mjs";
import { freePort } from "../browser/harness/processes.mjs";
import { openServer } from "./server.mjs";

const root = resolve(import.meta.dirname, "../..");

let server, workos, sink, got, answer;
before(async () => {
  server = await openServer({ env: { GATEHOUSE_ALLOW_PRIVATE_TARGETS: "127.0.0.0/8" } });
  workos = server.client();
  sink = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(answer).end("heard");
  });
  sink.listen(0, "127.0.0.1");
  await once(sink, "listening");
});
after(async () => {
  sink?.close();
  await server?.close();
});

const url = (path) => `http://127.0.0.1:${sink.address().port}${path}`;

async function until(what, within = 15_000) {
  for (const end = Date.now() + within; Date.now() < end; await new Promise((next) => setTimeout(next, 50))) {
    const value = await what();
    if (value) return value;
  }
  assert.fail("it did not happen in time");
}

test("an endpoint is made, listed, changed and deleted by the client", async () => {
  const made = await workos.webhooks.createWebhookEndpoint({ endpointUrl: "https://hooks.example/a", events: ["user.created", "dsync.user.created"] });
  assert.match(made.id, /^we_[0-9A-Z]{26}$/);
  assert.match(made.secret, /^whsec_/);
  assert.deepEqual([made.object, made.endpointUrl, made.status, made.events], ["webhook_endpoint", "https://hooks.example/a", "enabled", ["dsync.user.created", "user.created"]]);
  assert.ok(made.createdAt instanceof Date && !Number.isNaN(made.createdAt.valueOf()));

  await assert.rejects(workos.webhooks.createWebhookEndpoint({ endpointUrl: "https://hooks.example/a", events: ["user.created"] }),
    (e) => e.name === "ConflictException" && e.code === "duplicate_endpoint");
  await assert.rejects(workos.webhooks.createWebhookEndpoint({ endpointUrl: "no address", events: ["user.created"] }), (e) => e.name === "UnprocessableEntityException");

  const listed = (await workos.webhooks.listWebhookEndpoints()).data.find((e) => e.id === made.id);
  assert.equal(listed.secret, undefined);
  const changed = await workos.webhooks.updateWebhookEndpoint({ id: made.id, status: "disabled", events: ["user.deleted"] });
  assert.deepEqual([changed.status, changed.events, changed.endpointUrl, changed.secret], ["disabled", ["user.deleted"], "https://hooks.example/a", undefined]);
  await workos.webhooks.deleteWebhookEndpoint({ id: made.id });
  await assert.rejects(workos.webhooks.deleteWebhookEndpoint({ id: made.id }), (e) => e.name === "NotFoundException");
});

test("the client accepts what is delivered, parsed or not, and nothing else", async () => {
  got = [], answer = 200;
  const { id, secret } = await workos.webhooks.createWebhookEndpoint({ endpointUrl: url("/b"), events: ["organization.created"] });
  const org = await workos.organizations.createOrganization({ name: "Deck <1> & Ålesund", metadata: { 10: "ten", 9: "nine", a: "b" } });
  const [delivered] = await until(() => got.length > 0 && got);
  const sigHeader = delivered.headers["workos-signature"];
  for (const payload of [delivered.body, JSON.parse(delivered.body)]) {
    const event = await workos.webhooks.constructEvent({ payload, sigHeader, secret });
    assert.deepEqual([event.event, event.data.id, event.data.name, event.context.actor.source], ["organization.created", org.id, org.name, "api"]);
    assert.equal(event.id, delivered.headers["webhook-id"]);
  }
  const refused = (more) => assert.rejects(workos.webhooks.constructEvent({ payload: delivered.body, sigHeader, secret, ...more }), (e) => e.name === "SignatureVerificationException");
  await refused({ secret: "whsec_other" });
  await refused({ payload: delivered.body.replace("Deck", "Dock") });
  await refused({ tolerance: -1 });

  // and so does the verifier that receivers can copy
  assert.ok(verify(sigHeader, delivered.body, ["whsec_new", secret]));
  assert.ok(!verify(sigHeader, delivered.body + " ", [secret]));
  assert.ok(!verify(sigHeader, delivered.body, ["whsec_new", ""]));
  assert.ok(!verify(sigHeader, delivered.body, [secret], Date.now() + tolerance + 60_000));
  for (const header of [undefined, "", "t=1", "v1=00", sigHeader.slice(0, -2), sigHeader + ", v1=00"]) assert.ok(!verify(header, delivered.body, [secret]));

  const list = await until(async () => {
    const { body } = await server.call("GET", `/webhook_endpoints/${id}/deliveries`);
    return body.data[0].state === "delivered" && body.data;
  });
  assert.deepEqual(list.map((d) => [d.event_id, d.attempts, d.last_status]), [[delivered.headers["webhook-id"], 1, 200]]);
  const { body: detail } = await server.call("GET", `/webhook_endpoints/${id}/deliveries/${list[0].id}`);
  assert.equal(detail.log[0].response_body, "heard");
  assert.deepEqual(detail.request_body, JSON.parse(delivered.body));
  assert.ok(!JSON.stringify(detail).includes(sigHeader.split("v1=")[1]));
});

test("the example receiver takes events, by the old secret and the new one", async () => {
  const port = await freePort();
  const { id, secret } = await workos.webhooks.createWebhookEndpoint({ endpointUrl: `http://127.0.0.1:${port}/`, events: ["organization.created"] });
  const { body: rotated } = await server.call("POST", `/webhook_endpoints/${id}/rotate_secret`);
  assert.notEqual(rotated.secret, secret);
  const receive = async (secrets, name) => {
    const receiver = spawn(process.execPath, [join(root, "examples/webhooks/receiver.mjs")], { env: { ...process.env, PORT: String(port), WEBHOOK_SECRETS: secrets } });
    let said = "";
    receiver.stdout.on("data", (text) => { said += text; });
    try {
      await until(() => said.includes("listening"));
      const org = await workos.organizations.createOrganization({ name });
      await until(() => said.includes(`organization.created ${org.id}`), 30_000);
    } finally {
      receiver.kill();
      await once(receiver, "exit");
    }
  };
  await receive(secret, "By the old one");
  await receive(rotated.secret, "By the new one");
  await receive(`${rotated.secret},${secret}`, "By both");
});

test("the client reads events by their cursor", async () => {
  const names = ["One", "Two", "Three"];
  const start = new Date().toISOString();
  const orgs = [];
  for (const name of names) orgs.push(await workos.organizations.createOrganization({ name: `Events ${name}` }));
  const rangeStart = new Date(Date.parse(start) - 1000).toISOString();
  await until(async () => (await workos.events.listEvents({ events: ["organization.created"], rangeStart })).data.filter((e) => e.data.name.startsWith("Events ")).length === 3);
  const seen = [];
  for (let after; ;) {
    const page = await workos.events.listEvents({ events: ["organization.created"], limit: 1, after, rangeStart });
    if (page.data.length === 0) break;
    seen.push(...page.data);
    assert.equal(page.listMetadata.after, page.data.at(-1).id);
    after = page.listMetadata.after;
  }
  assert.deepEqual(seen.map((e) => e.data.name).filter((n) => n.startsWith("Events ")), names.map((n) => `Events ${n}`));
  const one = await workos.events.listEvents({ events: ["organization.created"], organizationId: orgs[1].id });
  assert.deepEqual(one.data.map((e) => e.data.id), [orgs[1].id]);
  const newest = await workos.events.listEvents({ events: ["organization.created"], order: "desc", limit: 1 });
  assert.equal(newest.data[0].data.id, orgs[2].id);
});
