// If this breaks, a journey by oidc-provider says nothing about Gatehouse.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { openBrowser } from "../harness/browser.mjs";
import { defaults, startOIDC } from "../harness/providers/oidc.mjs";
import { startRelyingParty } from "../harness/providers/relying-party.mjs";

const closers = [];
let browser, provider, rp;
before(async () => {
  browser = await openBrowser();
  closers.push(() => browser.close());
  provider = await startOIDC(closers);
  rp = await startRelyingParty(closers, provider);
});
beforeEach(async () => {
  Object.assign(rp, { how: "client_secret_basic", algorithm: "RS256" });
  await provider.configure(defaults);
  await provider.setRelyingParty(rp.metadata);
});
after(async () => {
  for (const close of closers.reverse()) await close();
});

const person = (id) => provider.people.get(id);
const greeting = "Signed in: ines.solberg@haldenmarine.example";

// visit signs in as somebody new and tells what came of it.
async function visit(id = "ines", more = async () => {}) {
  const visitor = await browser.person();
  try {
    await visitor.page.goto(rp.startUrl);
    await provider.signIn(visitor.page, person(id));
    const outcome = await visitor.page.locator("#outcome").innerText();
    await more(visitor.page);
    visitor.noFaults();
    return outcome;
  } catch (err) {
    throw new Error(`at ${visitor.page.url()}: ${await visitor.page.locator("body").innerText()}\n${provider.log()}`, { cause: err });
  } finally {
    await visitor.close();
  }
}

for (const how of ["client_secret_basic", "client_secret_post", "private_key_jwt"]) {
  test(`a sign-in, authenticated by ${how}`, async () => {
    rp.how = how;
    await provider.configure({ authMethod: how });
    assert.equal(await visit(), greeting);
    assert.deepEqual(rp.signIns.at(-1).groups, person("ines").groups);
    assert.equal(rp.signIns.at(-1).claims.groups, undefined);
  });
}

for (const algorithm of ["PS256", "ES256"]) {
  test(`an ID token signed by ${algorithm}, with the claims in it`, async () => {
    rp.algorithm = algorithm;
    await provider.configure({ algorithm, claimsInIdToken: true });
    assert.equal(await visit(), greeting);
    assert.deepEqual(rp.signIns.at(-1).claims.groups, person("ines").groups);
  });
}

test("keys roll over", async () => {
  const published = async () => (await (await fetch(`${provider.issuer}/jwks`)).json()).keys.map((key) => key.kid);
  const old = await published();
  await provider.announceKey();
  assert.deepEqual((await published()).slice(0, 2), old);
  assert.equal((await published()).length, 4);
  assert.equal(await visit(), greeting);
  await provider.rollOver();
  assert.equal((await published()).length, 2);
  assert.ok(!(await published()).includes(old[0]));
  assert.equal(await visit(), greeting);
});

test("signing out by the relying party, and at the provider: the relying party is told", async () => {
  await visit("ines", async (page) => {
    await page.goto(rp.signOutUrl);
    await provider.confirmSignOut(page);
    await page.getByText("Signed out", { exact: true }).waitFor();
    assert.equal(rp.signOuts.length, 1);
    await page.goto(rp.startUrl);
    await provider.signIn(page, person("ines"));
    await page.getByText(greeting).waitFor();
    await provider.signOut(page);
  });
  assert.equal(rp.signOuts.length, 2);
  assert.equal(rp.signOuts[1].sid, rp.signIns.at(-1).claims.sid);
  assert.equal(rp.signOuts[1].sub, "ines");
});

test("what can be wrong: another secret", async () => {
  await provider.configure({ clientSecret: "of another registration" });
  assert.match(await visit(), /^Refused: .*(invalid_client|WWW-Authenticate)/);
});

test("what can be wrong: another redirect address", async () => {
  await provider.setRelyingParty({ ...rp.metadata, redirectUri: "http://localhost:9/callback" });
  const visitor = await browser.person();
  await visitor.page.goto(rp.startUrl);
  assert.match(await visitor.page.locator("#error").innerText(), /redirect_uri/);
  await visitor.close();
});

test("somebody who is not assigned to the application is sent back with a refusal", async () => {
  assert.match(await visit("noor"), /^Refused: access_denied/);
});
