// A company whose people sign in at an OpenID provider, npm oidc-provider: how
// we prove who we are, groups that become roles, keys that roll over, and what
// can be wrong.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { comeBy, openCompany, privateTargets, refusedBy, signInAt, userOf, walker } from "../harness/company.mjs";
import { client, defaults, startOIDC } from "../harness/providers/oidc.mjs";
import { people as everybody } from "../harness/providers/people.mjs";
import { openStage } from "../harness/stage.mjs";
import { field, onDashboard } from "../harness/steps.mjs";

const people = structuredClone(everybody); // whose groups change here
const { ines, jonas, noor } = people;
const closers = [];
let stage, provider, company, connection, walk;
before(async () => {
  stage = await openStage({ env: privateTargets });
  provider = await startOIDC(closers, { people: new Map(Object.entries(people)) });
  company = await openCompany(stage);
  connection = await company.connect("GenericOIDC", { name: "Halden ID", state: "active", oidc: { issuer: provider.issuer, client_id: client.id, client_secret: client.secret, scopes: ["openid", "email", "profile"] } });
  await connection.roles({ "harbour-masters": "admin" });
  walk = walker(stage, provider);
});
beforeEach(async () => {
  await provider.configure(defaults);
  await provider.setRelyingParty(connection.relyingParty);
});
after(async () => {
  for (const close of closers.reverse()) await close();
  await stage?.close();
});

// comeIn signs in at the connection's own address, which ends in the application.
async function comeIn(page, person = ines) {
  await page.goto(connection.startUrl);
  await signInAt(page, provider, person);
  await onDashboard(page, stage.app, person);
}

// If this breaks, whoever left a group at their company keeps the role that came with it.
test("somebody comes by their address, and their role is what their groups say at each sign-in", async () => {
  const role = () => walk(async (_, page) => {
    await comeBy(page, stage.app, provider, ines);
    await onDashboard(page, stage.app, ines);
    assert.equal(await field(page, "name"), "Ines Solberg");
    roles.push(await field(page, "role"));
  });
  const roles = [];
  await role();
  ines.groups.splice(ines.groups.indexOf("harbour-masters"), 1);
  await role();
  assert.deepEqual(roles, ["admin", "member"]);
  const memberships = await company.memberships((await userOf(stage, ines.email)).id);
  assert.deepEqual(memberships.map((m) => m.role.slug), ["member"]);
});

for (const how of ["client_secret_post", "private_key_jwt"]) {
  // If this breaks, connections to providers that ask for that way have nobody coming in.
  test(`we prove who we are by ${how}`, async () => {
    await provider.configure({ authMethod: how });
    await connection.change({ oidc: { token_endpoint_auth_method: how } });
    await walk((_, page) => comeIn(page, jonas));
    await connection.change({ oidc: { token_endpoint_auth_method: "client_secret_basic", client_secret: client.secret } });
  });
}

// If this breaks, a tile at the provider leads nowhere (OpenID Connect Core §4).
test("a sign-in from a third party starts here, for this provider alone", async () => {
  await walk(async (_, page) => {
    const tile = (iss) => `${connection.startUrl.split("?")[0]}?${new URLSearchParams({ iss, login_hint: ines.email, target_link_uri: `${stage.app.url}/login` })}`;
    assert.equal((await page.goto(tile("https://elsewhere.example"))).status(), 400);
    await page.goto(tile(provider.issuer));
    await signInAt(page, provider, ines);
    await onDashboard(page, stage.app, ines);
  });
});

// If this breaks, everybody of a company is out on the day its provider changes its keys.
test("the provider's keys roll over, announced or not", async () => {
  await provider.announceKey();
  await walk((_, page) => comeIn(page));
  await provider.rollOver();
  await walk((_, page) => comeIn(page));
});

// If this breaks, an administrator searches for hours for what one line could have told.
test("another secret at the provider has its own diagnosis", async () => {
  await provider.configure({ clientSecret: "of another registration" });
  await walk(async (visitor, page) => {
    await page.goto(connection.startUrl);
    await signInAt(page, provider, ines);
    const attempt = await refusedBy(stage, connection, visitor, "We couldn’t check what Halden ID told us");
    assert.equal(attempt.code, "oidc_client_refused");
    assert.equal(attempt.diagnosis.code, "OIDC-CLIENT");
  });
});

// If this breaks, a code goes to an address that the provider was never told of, or the try is not on record.
test("another redirect address at the provider: it keeps people, and the try stays open on record", async () => {
  await provider.setRelyingParty({ ...connection.relyingParty, redirectUri: "http://localhost:9/callback" });
  await walk(async (_, page) => {
    await page.goto(connection.startUrl);
    assert.match(await page.locator("#error").innerText(), /redirect_uri/);
  });
  const [last] = await connection.attempts();
  assert.deepEqual([last.outcome, last.code], ["started", null]);
});

// If this breaks, somebody whom their company keeps out does not learn that it was their company.
test("somebody who is not assigned to the application is refused, with the provider's words on record", async () => {
  await walk(async (visitor, page) => {
    await page.goto(connection.startUrl);
    await signInAt(page, provider, noor);
    const attempt = await refusedBy(stage, connection, visitor, "Halden ID didn’t let you in");
    assert.equal(attempt.code, "oidc_access_denied");
    assert.match(attempt.received, /not assigned/);
  });
});
