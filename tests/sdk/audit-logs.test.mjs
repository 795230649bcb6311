import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { openServer } from "./server.mjs";

let server, workos, organization;
before(async () => {
  server = await openServer();
  workos = server.client();
  organization = await workos.organizations.createOrganization({ name: "Halden Marine" });
});
after(() => server?.close());

const event = (more = {}) => ({
  action: "survey.signed",
  occurredAt: new Date("2026-01-15T12:00:00.000Z"),
  actor: { id: "user_1", type: "user", name: "=Ines", metadata: { role: "inspector" } },
  targets: [{ id: "survey_1", type: "survey", name: "Hull <7>", metadata: { pages: 12 } }],
  context: { location: "203.0.113.7", userAgent: "Chrome" },
  metadata: { signed: true },
  ...more,
});

test("a schema is made, and events that break it are refused by their place", async () => {
  const schema = await workos.auditLogs.createSchema({
    action: "survey.signed",
    actor: { metadata: { role: "string" } },
    targets: [{ type: "survey", metadata: { pages: "number" } }],
    metadata: { signed: "boolean" },
  });
  assert.equal(schema.object, "audit_log_schema");
  assert.equal(schema.version, 1);
  await workos.auditLogs.createEvent(organization.id, event());
  await assert.rejects(workos.auditLogs.createEvent(organization.id, event({ metadata: { signed: "yes" } })), (e) => {
    assert.equal(e.name, "BadRequestException");
    assert.equal(e.code, "invalid_audit_log_event");
    assert.equal(e.errors[0].instancePath, "/metadata/signed");
    return true;
  });
  await assert.rejects(workos.auditLogs.createEvent("org_01J8Z5K3N4000000000000000A", event()), { name: "NotFoundException" });
});

test("an event that is sent again under its key is recorded once", async () => {
  const again = event({ action: "survey.opened" });
  for (let i = 0; i < 3; i++) await workos.auditLogs.createEvent(organization.id, again, { idempotencyKey: "once" });
  const { body } = await server.call("GET", `/audit_logs/events?actions=survey.opened&organization_id=${organization.id}`);
  assert.equal(body.data.length, 1);
});

test("an export becomes ready, and its address opens without a key", async () => {
  let made = await workos.auditLogs.createExport({
    organizationId: organization.id,
    rangeStart: new Date(Date.now() - 3600_000),
    rangeEnd: new Date(Date.now() + 3600_000),
    actions: ["survey.signed"],
  });
  assert.equal(made.state, "pending");
  for (let i = 0; made.state === "pending" && i < 100; i++) {
    await pause(100);
    made = await workos.auditLogs.getExport(made.id);
  }
  assert.equal(made.state, "ready");
  const file = await fetch(made.url);
  assert.equal(file.status, 200);
  assert.match(file.headers.get("content-type"), /^text\/csv/);
  const lines = (await file.text()).trimEnd().split("\r\n");
  assert.equal(lines.length, 2, "the header and the one event of that action");
  assert.match(lines[1], /"'=Ines"/, "what looks like a formula is text");
});
