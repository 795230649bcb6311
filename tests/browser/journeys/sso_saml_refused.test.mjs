// What SimpleSAMLphp can get wrong, and people whom it vouches for and who stay
// out: each has its page, its reference, and its own diagnosis behind that.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { openCompany, privateTargets, refusedBy, signedIn, signInAt, userOf, walker } from "../harness/company.mjs";
import { people } from "../harness/providers/people.mjs";
import { defaults } from "../harness/providers/simplesamlphp-settings.mjs";
import { startSimpleSAMLphp } from "../harness/providers/simplesamlphp.mjs";
import { openStage } from "../harness/stage.mjs";
import { onDashboard } from "../harness/steps.mjs";

const { ines, jonas, maria, noor } = people;
const closers = [];
let stage, provider, company, connection, walk;
before(async () => {
  stage = await openStage({ env: privateTargets });
  provider = await startSimpleSAMLphp(closers);
  company = await openCompany(stage);
  connection = await company.connect("SimpleSamlPhpSAML", { name: "Halden ID", saml: { metadata_url: provider.metadataUrl } });
  await provider.setServiceProvider(connection.serviceProvider);
  walk = walker(stage, provider);
});
beforeEach(() => provider.configure(defaults));
after(async () => {
  for (const close of closers.reverse()) await close();
  await stage?.close();
});

// refused is the record of somebody's sign-in that ended on a page with that heading.
async function refused(heading, person, look = async () => {}) {
  let attempt;
  await walk(async (visitor, page) => {
    await page.goto(connection.startUrl);
    await signInAt(page, provider, person);
    attempt = await refusedBy(stage, connection, visitor, heading);
    await look(visitor);
  });
  return attempt;
}

const unchecked = "We couldn’t check what Halden ID told us";
const faults = {
  "another audience": [{ audience: "https://elsewhere.example/metadata" }, "saml_audience_mismatch", "SAML-AUDIENCE"],
  "a clock that is behind": [{ clockOffset: -900 }, "saml_expired", "SAML-TIME"],
  "a clock that is ahead": [{ clockOffset: 900 }, "saml_not_yet_valid", "SAML-TIME"],
  "nothing signed": [{ sign: "none" }, "saml_signature_missing", "SAML-UNSIGNED"],
};

for (const [what, [wrong, code, diagnosis]] of Object.entries(faults)) {
  // If this breaks, an administrator searches for hours for what one line could have told.
  test(`a provider with ${what} has its own diagnosis`, async () => {
    await provider.configure(wrong);
    const attempt = await refused(unchecked, jonas);
    assert.equal(attempt.code, code);
    assert.equal(attempt.diagnosis.code, diagnosis);
    assert.ok(attempt.expected && attempt.received, JSON.stringify(attempt));
    assert.ok(attempt.diagnosis.fix.length > 20);
    assert.equal(await userOf(stage, jonas.email), undefined, "a refused sign-in makes an account");
  });
}

// If this breaks, somebody whom their company keeps out does not learn that it was their company.
test("somebody whom the provider refuses is told that it was the provider", async () => {
  const attempt = await refused("Halden ID didn’t let you in", noor, (visitor) => visitor.looks("sso-refused"));
  assert.equal(attempt.code, "saml_status");
  assert.match(attempt.received, /RequestDenied/);
});

// If this breaks, one company's provider signs in another company's people.
test("an address of another organization's domain is refused", async () => {
  await openCompany(stage, "Kystdata", ["kystdata.example"]);
  const attempt = await refused("Your address isn’t one of this organization’s", maria);
  assert.equal(attempt.code, "email_domain_not_owned");
  assert.equal(attempt.received, maria.email);
  assert.equal(await userOf(stage, maria.email), undefined);
});

// If this breaks, somebody who left the organization comes back by its provider.
test("somebody whose membership was deactivated is refused, and comes in again once it is active", async () => {
  await walk(async (_, page) => {
    await page.goto(connection.startUrl);
    await signInAt(page, provider, ines);
    await onDashboard(page, stage.app, ines);
  });
  const [{ id }] = await company.memberships((await userOf(stage, ines.email)).id);
  const membership = `/user_management/organization_memberships/${id}`;
  await stage.gatehouse.api("PUT", `${membership}/deactivate`);
  const attempt = await refused("Your membership is turned off", ines, async ({ page }) => {
    await stage.gatehouse.api("PUT", `${membership}/reactivate`);
    await page.goto(connection.startUrl);
    await onDashboard(page, stage.app, ines);
  });
  assert.equal(attempt.code, "membership_inactive");
  assert.equal(attempt.email, ines.email);
});

// If this breaks, a response that was seen once signs in whoever repeats it, with the browser's cookie even.
test("a response counts once", async () => {
  await walk(async ({ context }, page) => {
    let form, cookies;
    await page.route(connection.acsUrl, async (route) => {
      form = Object.fromEntries(new URLSearchParams(route.request().postData()));
      cookies = (await context.cookies(stage.gatehouse.url)).filter(({ name }) => name.startsWith("gatehouse_sso"));
      await route.continue();
    });
    await page.goto(connection.startUrl);
    await signInAt(page, provider, ines);
    await onDashboard(page, stage.app, ines);
    assert.ok(form.SAMLResponse && cookies.length === 1);
    for (const [stolen, code] of [[[], "sso_state_invalid"], [cookies, "saml_replay"]]) {
      const thief = await stage.browser.person();
      await thief.context.addCookies(stolen);
      const answer = await thief.context.request.post(connection.acsUrl, { form });
      assert.equal(answer.status(), 400);
      assert.equal(await signedIn(stage, thief), false);
      const attempt = await connection.attempt(/GH-\w{4}-\w{4}/.exec(await answer.text())[0]);
      assert.equal(attempt.code, code);
      await thief.close();
    }
  });
});
