// An organization's admin connects Debian's SimpleSAMLphp in the portal: from a
// link to a person who signs in by it. Nobody touches the database, and what is
// wrong at the provider is told by its own diagnosis.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { comeBy, openCompany, privateTargets, walker } from "../harness/company.mjs";
import { people } from "../harness/providers/people.mjs";
import { defaults } from "../harness/providers/simplesamlphp-settings.mjs";
import { startSimpleSAMLphp } from "../harness/providers/simplesamlphp.mjs";
import { certificatesIn, chooseProvider, copied, heading, inside, openPortal, press, result, testIn } from "../harness/setup.mjs";
import { openStage } from "../harness/stage.mjs";
import { onDashboard } from "../harness/steps.mjs";

const { ines, jonas, noor } = people;
const closers = [];
let stage, provider, company, walk;
before(async () => {
  stage = await openStage({ env: privateTargets });
  provider = await startSimpleSAMLphp(closers);
  company = await openCompany(stage);
  walk = walker(stage, provider);
});
beforeEach(() => provider.configure(defaults));
after(async () => {
  for (const close of closers.reverse()) await close();
  await stage?.close();
});

// setUp brings a set-up to its test, as an admin does it.
async function setUp(visitor, seen = async () => {}) {
  const { page } = visitor;
  await openPortal(stage, page, company.id);
  await chooseProvider(page, "Another SAML provider", () => seen("sso-new"));
  await heading(page, "Create the app at your provider");
  const values = { acsUrl: await copied(page, "ACS URL"), entityId: await copied(page, "SP entity ID"), metadataUrl: await copied(page, "Our metadata") };
  await seen("sso-app");
  await provider.setServiceProvider({ ...values, certificates: await certificatesIn(values.metadataUrl) });
  await press(page, "I’ve created the app");
  await heading(page, "Give us your provider’s metadata");
  await page.getByLabel("Metadata URL").fill(`${stage.gatehouse.url}/login`);
  await press(page, "Read metadata");
  await page.getByText("This is a web page, the sign-in page perhaps, not the metadata.").first().waitFor();
  await seen("sso-metadata-error");
  await page.getByLabel("Metadata URL").fill(provider.metadataUrl);
  await press(page, "Read metadata");
  await page.getByRole("heading", { name: "Your provider, read back" }).waitFor();
  await page.getByText(provider.entityId).first().waitFor();
  await seen("sso-metadata-known");
  await press(page, "Continue");
  await heading(page, "Map attributes");
  await seen("sso-attributes-first");
  await press(page, "Continue");
  await heading(page, "Choose who can use it");
  await seen("sso-access");
  await press(page, "Continue");
  await heading(page, "Test the connection");
  await seen("sso-test-first");
  return values;
}

for (const [name, look, who] of [["with script", {}, ines], ["without script", { javaScript: false }, jonas]]) {
  // If this breaks, a customer cannot connect their provider without our help.
  test(`from a portal link to a working sign-in: ${name}`, () => walk(async (visitor, page) => {
    const scripted = look.javaScript !== false;
    const seen = (step) => (scripted ? visitor.looks(step, inside) : visitor.picture(`${step}-noscript`));
    await setUp(visitor, seen);
    const tab = await testIn(visitor, provider, who, "Test with your provider");
    const text = await result(tab, `It works: your provider signed in ${who.email}`);
    assert.match(text, /Signature valid/);
    await tab.close();
    if (scripted) await page.getByRole("button", { name: "Continue", exact: true }).waitFor({ timeout: 15_000 }); // nobody reloads
    else await page.reload();
    await seen("sso-test-passed");
    await press(page, "Continue");
    await heading(page, "Turn it on");
    await seen("sso-on");
    await press(page, "Turn on single sign-on");
    await page.getByText("How it does").waitFor();
    await seen("sso-connection");
    await page.getByRole("link", { name: "Open set-up" }).click();
    await page.getByRole("link", { name: /Map attributes/ }).click();
    await page.getByText(who.email).first().waitFor();
    await seen("sso-attributes");
    const person = await stage.browser.person();
    await comeBy(person.page, stage.app, provider, who);
    await onDashboard(person.page, stage.app, who);
    person.noFaults();
    await person.close();
    await page.goto(page.url().replace(/\/setup\/.*/, ""));
    await page.getByText("1 went well, 0 failed").waitFor();
    await page.getByRole("link", { name: "Certificates", exact: true }).click();
    await heading(page, "Certificates");
    await seen("sso-certificates");
    await page.goBack();
    await page.getByRole("link", { name: "Turn off", exact: true }).click();
    await page.getByLabel("Type Halden Marine to confirm").fill("Halden Marine");
    await seen("sso-off");
    await press(page, "Turn off Halden Marine");
    await page.getByText("The connection is off.").first().waitFor();
  }, look));
}

// If this breaks, an admin sees that it failed, and not what to change.
test("each fault of the provider has its own diagnosis, and the test passes once it is mended", () => walk(async (visitor, page) => {
  const values = await setUp(visitor);
  const registered = { ...values, certificates: await certificatesIn(values.metadataUrl) };
  const faults = {
    audience: [{ audience: "https://elsewhere.example/metadata" }, "Your provider answered, but for a different app", /SAML-AUDIENCE/],
    behind: [{ clockOffset: -900 }, /^The clocks are \d+ minutes apart$/, /SAML-TIME/],
    ahead: [{ clockOffset: 900 }, /^The clocks are \d+ minutes apart$/, /SAML-TIME/],
    unsigned: [{ sign: "none" }, "The response isn’t signed", /SAML-UNSIGNED/],
  };
  let button = "Test with your provider";
  const fails = async (what, title, code) => {
    const tab = await testIn(visitor, provider, ines, button);
    const text = await result(tab, title);
    assert.match(text, code, what);
    assert.match(text, /Fix it|What to do/, what);
    await page.bringToFront();
    await tab.close();
    await page.reload();
    button = "Test again";
  };
  for (const [what, [wrong, title, code]] of Object.entries(faults)) {
    await provider.configure({ ...defaults, ...wrong });
    await fails(what, title, code);
    if (what === "audience") {
      assert.equal(await page.locator("mark").first().isVisible(), true, "the difference is marked");
      await visitor.looks("sso-test-audience", inside);
    }
  }
  await provider.configure(defaults);
  await provider.setServiceProvider({ ...registered, acsUrl: `${values.acsUrl}?tenant=1` });
  await fails("another address", "The response was made for another address", /SAML-RECIPIENT/);
  await provider.setServiceProvider(registered);
  await provider.rollOver();
  await fails("another certificate", "We can’t verify who signed this", /SAML-SIGNATURE/);
  await page.getByRole("link", { name: "Open certificates" }).click();
  await page.getByText("Compare before you trust").waitFor();
  await visitor.looks("sso-certificates-compare", inside);
  await page.goBack();
  await page.getByRole("link", { name: /metadata/ }).first().click();
  await page.getByLabel("Metadata URL").fill(provider.metadataUrl);
  await press(page, "Read metadata");
  await page.getByText("Your provider, read back").waitFor();
  await page.getByRole("link", { name: /Test the connection/ }).click();
  const tab = await testIn(visitor, provider, ines, "Test again");
  await result(tab, `It works: your provider signed in ${ines.email}`);
}));

// If this breaks, an admin who is not assigned to the app looks for a fault of the set-up.
test("whoever is not assigned is told that the provider refused", () => walk(async (visitor) => {
  await setUp(visitor);
  const tab = await testIn(visitor, provider, noor, "Test with your provider");
  const text = await result(tab, "Your provider refused the request");
  assert.match(text, /SAML-STATUS/);
  assert.match(text, /not assigned/);
}));

// If this breaks, a colleague who is sent one step sees the whole organization, or nothing.
test("a step is shared with the colleague who runs the provider", () => walk(async (visitor, page) => {
  await openPortal(stage, page, company.id);
  await chooseProvider(page, "Okta SAML");
  await page.getByRole("link", { name: "Share this step" }).click();
  await heading(page, "Share this step");
  await press(page, "Make link");
  const link = await page.locator("#share-link").innerText();
  await visitor.looks("sso-share", inside);
  const colleague = await stage.browser.person();
  await colleague.page.goto(link.trim());
  await press(colleague.page, "Continue to the portal");
  await colleague.page.getByRole("link", { name: "Single sign-on", exact: true }).click();
  await heading(colleague.page, /Okta/);
  assert.equal(await colleague.page.getByRole("link", { name: "Domains" }).count(), 0);
  colleague.noFaults();
  await colleague.close();
}));
