// An organization that requires single sign-on: its people go straight to their
// provider, with script or without; who is to mend it when it is broken has
// another way.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openCompany, privateTargets, signedIn, signInAt, userOf, walker } from "../harness/company.mjs";
import { client, startOIDC } from "../harness/providers/oidc.mjs";
import { people } from "../harness/providers/people.mjs";
import { openStage } from "../harness/stage.mjs";
import { at, field, givePassword, member, onDashboard, openSignIn } from "../harness/steps.mjs";

const { ines, jonas } = people;
const rescuer = { email: "berit.aas@haldenmarine.example", password: "nine grey herons at low tide", firstName: "Berit", lastName: "Aas" };
const employee = { email: "olav.dahl@haldenmarine.example", password: "a lighthouse with no keeper", firstName: "Olav", lastName: "Dahl" };
const closers = [];
let stage, provider, company, walk;

const settings = () => ({ name: "Halden ID", state: "active", oidc: { issuer: provider.issuer, client_id: client.id, client_secret: client.secret } });

before(async () => {
  stage = await openStage({ env: privateTargets });
  provider = await startOIDC(closers);
  company = await openCompany(stage);
  const connection = await company.connect("GenericOIDC", settings());
  await provider.setRelyingParty(connection.relyingParty);
  for (const person of [rescuer, employee]) await member(stage, person, company.id);
  await company.policy({ sso_required: true, break_glass_user_ids: [rescuer.id] });
  walk = walker(stage, provider);
});
after(async () => {
  for (const close of closers.reverse()) await close();
  await stage?.close();
});

async function giveAddress(page, email) {
  await openSignIn(page, stage.app);
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
}
const takingYou = (page) => page.getByRole("heading", { level: 1, name: "Taking you to Halden ID…" }).waitFor();

for (const [name, look] of Object.entries({ "with script": {}, "without script": { javaScript: false } })) {
  // If this breaks, people who have no password here are asked for one.
  test(`somebody of the domain is taken straight to the provider: ${name}`, async () => {
    await walk(async (_, page) => {
      await giveAddress(page, ines.email);
      await takingYou(page);
      await signInAt(page, provider, ines); // the page goes on by itself
      await onDashboard(page, stage.app, ines);
      assert.equal(await field(page, "organization"), company.id);
    }, look);
  });
}

// If this breaks, people who look for their company's sign-in find none, or are not told that there is none.
test("the page that asks for the work address leads there, or says that there is none", async () => {
  await walk(async (visitor, page) => {
    await openSignIn(page, stage.app);
    await page.getByRole("link", { name: "Continue with SSO" }).click();
    await page.getByRole("heading", { level: 1, name: "Sign in with SSO" }).waitFor();
    const send = async (email) => {
      await page.getByLabel("Email", { exact: true }).fill(email);
      await page.getByRole("button", { name: "Continue", exact: true }).click();
    };
    await send("ines@elsewhere.example");
    await page.getByText("No company sign-in is set up for elsewhere.example.").first().waitFor();
    await visitor.looks("sso-none");
    await send(ines.email);
    await takingYou(page);
    await page.waitForURL((url) => url.origin === provider.issuer);
  });
});

// If this breaks, a provider that is broken locks everybody out, or the way round it is open to all.
test("a break-glass person comes in by password, and others are taken to the provider again", async () => {
  for (const [person, comesIn] of [[rescuer, true], [employee, false]]) {
    await walk(async (visitor, page) => {
      await giveAddress(page, person.email);
      await takingYou(page);
      await page.getByRole("link", { name: "Use another way" }).click();
      await page.waitForURL(at("/login/password"));
      await givePassword(page, person.password);
      if (comesIn) return onDashboard(page, stage.app, person);
      await page.waitForURL((url) => url.origin === provider.issuer);
      return assert.equal(await signedIn(stage, visitor), false);
    });
  }
});

// If this breaks, somebody of a company with two providers ends at the wrong one.
test("who has two sign-ins at their company chooses", async () => {
  await company.connect("GenericOIDC", { ...settings(), name: "Halden Drydock" });
  await walk(async (visitor, page) => {
    await giveAddress(page, jonas.email);
    await page.getByRole("heading", { level: 1, name: "Choose your sign-in" }).waitFor();
    await visitor.looks("sso-choose");
    await page.getByRole("link", { name: "Halden ID" }).click();
    await takingYou(page);
    await signInAt(page, provider, jonas);
    await onDashboard(page, stage.app, jonas);
    assert.equal(await field(page, "user"), (await userOf(stage, jonas.email)).id);
  });
});
