// Signing in by an account elsewhere, at a provider that we did not write: the
// operator sets it up, people come by it, come again, and bring addresses that
// the provider has verified or has not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, heading } from "../harness/dashboard.mjs";
import { codeOf } from "../harness/mail.mjs";
import { client, startProvider } from "../harness/provider.mjs";
import { openStage } from "../harness/stage.mjs";
import { at, giveCode, newcomer, onDashboard, openSignIn, register, signOut } from "../harness/steps.mjs";
import { codeAt } from "../harness/totp.mjs";

const closers = [];
let stage, halden;
before(async () => {
  stage = await openStage({ env: { GATEHOUSE_ALLOW_PRIVATE_TARGETS: "127.0.0.0/8" } });
  halden = await startProvider(`${stage.gatehouse.url}/sso/social/halden-id/callback`, closers);
});
after(async () => {
  for (const close of closers.reverse()) await close();
  await stage?.close();
});

// account is somebody who has an account at the provider.
function account({ verified = true } = {}) {
  const person = { ...newcomer(), verified };
  const id = `halden-${halden.people.size + 1}`;
  halden.people.set(id, person);
  return { ...person, id };
}

// goAway presses the provider's button and signs in there.
async function goAway(page, id) {
  await openSignIn(page, stage.app);
  await page.getByRole("link", { name: "Continue with Halden ID" }).click();
  await page.waitForURL((url) => url.href.startsWith(halden.issuer));
  await page.getByLabel("Account").fill(id);
  await page.getByRole("button", { name: "Sign in at Halden ID" }).click();
}

const userOf = async (email) => (await stage.gatehouse.api("GET", `/user_management/users?email=${encodeURIComponent(email)}`)).data[0];
const identitiesOf = async (email) => stage.gatehouse.api("GET", `/user_management/users/${(await userOf(email)).id}/identities`);

// If this breaks, operators cannot offer another way in, or read its secret afterwards.
test("the operator sets the provider up, tests it, and never sees its secret again", async () => {
  const { browser, gatehouse, operator } = stage;
  const priya = await browser.person();
  const { page } = priya;
  await enter(page, gatehouse, operator);
  await page.goto(`${gatehouse.url}/admin/settings/social`);
  await page.getByText("No providers yet").waitFor();
  await priya.picture("dashboard-social-empty");
  await page.locator("main").getByRole("link", { name: "Add provider" }).first().click();
  await page.waitForURL((url) => url.pathname.endsWith("/new"));
  await page.getByRole("radio", { name: /OpenID Connect/ }).check();
  await page.getByRole("button", { name: "Choose provider" }).click();
  await page.getByLabel("Short name").fill("halden-id");
  await page.getByLabel(/^Name/).fill("Halden ID");
  await page.getByLabel("Issuer").fill(halden.issuer);
  await page.getByLabel("Client ID").fill(client.id);
  await page.getByLabel("Client secret", { exact: true }).fill(client.secret);
  await page.getByRole("button", { name: "Add provider" }).click();
  await heading(page, "Halden ID");
  await page.getByText(`${gatehouse.url}/sso/social/halden-id/callback`).first().waitFor();
  await page.getByRole("button", { name: "Test metadata" }).click();
  await page.getByText(/The provider answers/).waitFor();
  assert.ok(!(await page.content()).includes(client.secret), "the secret is in the page");
  await priya.picture("dashboard-social-provider");
  await priya.fits();
  priya.noFaults();
  await priya.close();
});

for (const [name, look] of Object.entries({ "with script": {}, "without script": { javaScript: false } })) {
  // If this breaks, nobody comes in by a provider, or each time as somebody else.
  test(`a new person comes by the provider, and comes again as the same: ${name}`, async () => {
    const { app, browser, mail } = stage;
    const ines = account();
    const person = await browser.person(look);
    await goAway(person.page, ines.id);
    await onDashboard(person.page, app, ines);
    const user = await userOf(ines.email);
    assert.equal(user.email_verified, true);
    assert.equal(user.first_name, ines.firstName);
    assert.equal(await mail.count(ines.email), 0, "nothing had to be proven");
    assert.deepEqual(await identitiesOf(ines.email), [{ idp_id: ines.id, type: "OAuth", provider: "OIDC" }]);
    await signOut(person.page, app);

    await openSignIn(person.page, app);
    await person.page.getByText("Last used").first().waitFor();
    if (look.javaScript === false) await person.picture("social-buttons-noscript");
    else await person.looks("social-buttons");
    const other = await browser.person(look);
    halden.people.get(ines.id).email = `renamed.${ines.email}`;
    await goAway(other.page, ines.id);
    await onDashboard(other.page, app, ines);
    assert.equal((await userOf(ines.email)).id, user.id);
    for (const who of [person, other]) who.noFaults(), await who.close();
  });
}

// If this breaks, a second step is worth nothing to whoever has an account elsewhere.
test("the second step is asked for behind the provider too", async () => {
  const { app, browser, gatehouse } = stage;
  const ines = account();
  const { id } = await register(stage, ines);
  const enrolled = await gatehouse.api("POST", `/user_management/users/${id}/auth_factors`, { type: "totp", totp_issuer: "Fieldnote", totp_user: ines.email });
  const { secret } = enrolled.authentication_factor.totp;
  const verified = await gatehouse.api("POST", `/auth/challenges/${enrolled.authentication_challenge.id}/verify`, { code: codeAt(secret) });
  assert.equal(verified.valid, true);
  const person = await browser.person();
  await goAway(person.page, ines.id);
  await person.page.getByRole("heading", { level: 1, name: "One more step" }).waitFor();
  assert.equal((await person.context.request.get(`${gatehouse.url}/account/session`)).status(), 401);
  await giveCode(person.page, "Six-digit code", codeAt(secret, 1), "Confirm");
  await onDashboard(person.page, app, ines);
  assert.equal((await userOf(ines.email)).id, id, "the verified address is the account's");
  person.noFaults();
  await person.close();
});

// If this breaks, whoever writes somebody's address into an account elsewhere is that person here.
test("an address that the provider has not verified links to nobody until the mailbox is proven", async () => {
  const { app, browser, gatehouse, mail } = stage;
  const ines = account({ verified: false });
  await register(stage, ines);
  const person = await browser.person();
  await goAway(person.page, ines.id);
  await person.page.waitForURL(at("/login/verify-email"));
  await person.looks("social-verify");
  assert.deepEqual(await identitiesOf(ines.email), []);
  assert.equal((await person.context.request.get(`${gatehouse.url}/account/session`)).status(), 401);
  await giveCode(person.page, "Code from the email", codeOf(await mail.next(ines.email)), "Confirm email address");
  await onDashboard(person.page, app, ines);
  assert.equal((await identitiesOf(ines.email)).length, 1);
  person.noFaults();
  await person.close();
});

// If this breaks, an answer that was seen once signs in whoever repeats it.
test("an answer counts once, and in the browser that asked", async () => {
  const { app, browser } = stage;
  const ines = account();
  const [person, thief] = [await browser.person(), await browser.person()];
  let answer;
  person.page.on("request", (r) => r.url().includes("/sso/social/halden-id/callback") && (answer = r.url()));
  await goAway(person.page, ines.id);
  await onDashboard(person.page, app, ines);
  assert.match(answer, /[?&]code=/);
  assert.match(answer, /[?&]iss=/, "the provider names itself (RFC 9207)");
  for (const who of [person, thief]) {
    const again = await who.page.goto(answer);
    assert.equal(again.status(), 400);
    await who.page.getByRole("heading", { level: 1, name: "This sign-in took too long" }).waitFor();
  }
  await thief.looks("social-refused");
  for (const who of [person, thief]) who.noFaults(), await who.close();
});
