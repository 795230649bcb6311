// Applications that keep their own users ask who came: the npm client's sso.*,
// as published, with a provider that we did not write.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openCompany, privateTargets, signedIn, signInAt, walker } from "../harness/company.mjs";
import { client, startOIDC } from "../harness/providers/oidc.mjs";
import { people } from "../harness/providers/people.mjs";
import { openStage } from "../harness/stage.mjs";

const { ines, jonas, noor } = people;
const closers = [];
let stage, provider, company, connection, app, walk;
before(async () => {
  stage = await openStage({ env: privateTargets });
  app = await stage.profiles();
  provider = await startOIDC(closers);
  company = await openCompany(stage);
  connection = await company.connect("GenericOIDC", { name: "Halden ID", state: "active", oidc: { issuer: provider.issuer, client_id: client.id, client_secret: client.secret } });
  await connection.roles({ "harbour-masters": "admin" });
  await provider.setRelyingParty(connection.relyingParty);
  walk = walker(stage, provider);
});
after(async () => {
  for (const close of closers.reverse()) await close();
  await stage?.close();
});

// ask begins with what the client takes to choose a connection, and reads what
// came of it.
async function ask(page, selector, person) {
  await page.goto(`${app.url}/start?${new URLSearchParams(selector)}`);
  if (person) await signInAt(page, provider, person);
  await page.waitForURL((url) => url.href.startsWith(`${app.url}/callback`));
  return JSON.parse(await page.locator("#answer").innerText());
}

// If this breaks, an application that moved here by its client alone has nobody signing in.
test("the client learns who came by a connection, once for each code", async () => {
  await walk(async (_, page) => {
    const { state, profile, known, again, after } = await ask(page, { connection: connection.id }, ines);
    assert.equal(state, "as it was sent");
    assert.deepEqual(known, profile);
    assert.equal(profile.connectionId, connection.id);
    assert.equal(profile.organizationId, company.id);
    assert.deepEqual([profile.idpId, profile.email, profile.firstName, profile.lastName], [ines.id, ines.email, ines.firstName, ines.lastName]);
    assert.equal(profile.role.slug, "admin");
    assert.deepEqual(profile.groups, ines.groups);
    // A code that comes twice was stolen: what it gave ends (RFC 6749 §4.1.2).
    assert.deepEqual([again, after], ["invalid_grant", 401]);
  });
});

// If this breaks, an application cannot send a company's people by its organization or the domain of their address.
test("the client's other ways to choose lead to the same connection", async () => {
  await walk(async (_, page) => {
    const first = await ask(page, { organization: company.id }, jonas);
    const second = await ask(page, { connection: connection.id, loginHint: jonas.email });
    assert.equal(first.profile.connectionId, connection.id);
    assert.equal(second.profile.id, first.profile.id);
  });
});

// If this breaks, an application learns of nobody, and never why.
test("what cannot be is said to the application", async () => {
  await walk(async (_, page) => {
    assert.deepEqual(await ask(page, { connection: "conn_01BRW0SERTESTS000000000000" }), { error: "connection_invalid", state: "as it was sent" });
    await connection.change({ state: "inactive" });
    assert.equal((await ask(page, { connection: connection.id })).error, "connection_unlinked");
    await connection.change({ state: "active" });
  });
});

// If this breaks, somebody whom their company keeps out leaves no trace with its administrators.
test("somebody whom the provider refuses comes to no application", async () => {
  await walk(async (visitor, page) => {
    await page.goto(`${app.url}/start?connection=${connection.id}`);
    await signInAt(page, provider, noor);
    await page.getByRole("heading", { level: 1, name: "Halden ID didn’t let you in" }).waitFor();
    assert.equal(await signedIn(stage, visitor), false);
    const [last] = await connection.attempts();
    assert.equal(last.code, "oidc_access_denied");
  });
});
