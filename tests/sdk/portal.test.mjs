import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { linkOf } from "../browser/harness/mail.mjs";
import { address, openServer } from "./server.mjs";

let server, workos, org;
before(async () => {
  server = await openServer({ mails: true });
  workos = server.client();
  org = await workos.organizations.createOrganization({ name: "Halden Marine" });
});
after(() => server?.close());

// adminPortal in newer clients, portal in older ones.
const generate = (body) => (workos.adminPortal ?? workos.portal).generateLink(body);

const page = async (link, method = "GET") => {
  const answer = await fetch(link, { method, redirect: "manual", headers: method === "POST" ? { "content-type": "application/x-www-form-urlencoded" } : {} });
  return { status: answer.status, cookies: answer.headers.getSetCookie(), text: await answer.text() };
};

test("a link opens the portal once", async () => {
  const { link } = await generate({ organization: org.id, intent: "sso", returnUrl: "https://app.example/settings", successUrl: "https://app.example/done" });
  assert.match(link, new RegExp(`^${server.url}/portal/open/[\\w-]{40,}$`));
  const offered = await page(link);
  assert.equal(offered.status, 200);
  assert.match(offered.text, /Halden Marine/);
  assert.deepEqual(offered.cookies, [], "looking uses nothing up");
  const opened = await page(link, "POST");
  assert.equal(opened.status, 303);
  assert.ok(opened.cookies.some((c) => c.startsWith("gatehouse_portal=")), opened.cookies.join());
  assert.equal((await page(link, "POST")).status, 403);
  assert.equal((await page(link)).status, 403);
});

for (const intent of ["sso", "dsync", "audit_logs", "log_streams", "domain_verification", "certificate_renewal"]) {
  test(`the client's intent ${intent} makes a link`, async () => {
    assert.equal((await page((await generate({ organization: org.id, intent })).link)).status, 200);
  });
}

test("an admin is mailed a link of their own", async () => {
  const it = address("it");
  const { link } = await generate({ organization: org.id, intent: "sso", adminEmails: [it] });
  const mail = await server.mail.next(it);
  const mailed = linkOf(mail, "/portal/open/");
  assert.notEqual(mailed, link);
  assert.equal((await page(mailed, "POST")).status, 303);
});

test("what is wrong is said in the client's classes", async () => {
  await assert.rejects(generate({ organization: "org_01ARZ3NDEKTSV4RRFFQ69G5FAV", intent: "sso" }), { name: "NotFoundException", status: 404 });
  await assert.rejects(generate({ organization: org.id, intent: "everything" }), { name: "UnprocessableEntityException", status: 422 });
  await assert.rejects(generate({ organization: org.id, returnUrl: "javascript:alert(1)" }), { name: "UnprocessableEntityException", status: 422 });
});
