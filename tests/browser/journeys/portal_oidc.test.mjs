// An organization's admin connects an OpenID provider, npm oidc-provider, by the
// portal's guide alone: from a link to their people coming in, and what the
// test page says of each thing that can be wrong. Nobody touches the database.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { comeBy, openCompany, privateTargets, signInAt, walker } from "../harness/company.mjs";
import { client, defaults, startOIDC } from "../harness/providers/oidc.mjs";
import { people } from "../harness/providers/people.mjs";
import { openStage } from "../harness/stage.mjs";
import { at, field, onDashboard } from "../harness/steps.mjs";

const { ines, jonas, maria, noor } = people;
const berit = { id: "berit", email: "berit.aas@haldenyards.example", firstName: "Berit", lastName: "Aas" };
const closers = [];
let stage, provider, walk;
before(async () => {
  stage = await openStage({ env: privateTargets });
  provider = await startOIDC(closers, { people: new Map(Object.entries({ ...people, berit })) });
  walk = walker(stage, provider);
});
beforeEach(() => provider.configure(defaults));
after(async () => {
  for (const close of closers.reverse()) await close();
  await stage?.close();
});

const inside = { target: 34 }; // px: how high buttons are in the portal
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const says = (page, text) => page.getByText(text).first().waitFor();

// enter opens the portal by a link that the management API made.
async function enter(page, organization) {
  const { link } = await stage.gatehouse.api("POST", "/portal/generate_link", { organization, intent: "sso" });
  await page.goto(link);
  await press(page, "Continue to the portal");
  await page.waitForURL(at("/portal"));
}

// begin ends at the second step of a new draft, with its path.
async function begin(page, seen = async () => {}) {
  await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Single sign-on" }).click();
  await heading(page, "Single sign-on");
  await seen("list");
  await page.getByRole("link", { name: "Connect a provider" }).click();
  await page.waitForURL(at("/portal/sso/new"));
  await seen("1-provider");
  await page.getByRole("button", { name: /Another OpenID Connect provider/ }).click();
  await heading(page, "Create the client at your provider");
  return new URL(page.url()).pathname.replace("/setup/app", "");
}

// copied is what the admin copies from the second step into the provider.
async function copied(page) {
  const value = (i) => page.locator(`#value-1-${i}`).innerText();
  return { redirectUri: await value(0), postLogoutRedirectUri: await value(1), backchannelLogoutUri: await value(2) };
}

async function giveClient(page, { issuer = provider.issuer, secret = client.secret } = {}) {
  await page.getByLabel("Issuer", { exact: true }).fill(issuer);
  await page.getByLabel("Client ID", { exact: true }).fill(client.id);
  await page.getByLabel("Client secret", { exact: true }).fill(secret);
}

// A test goes on in a tab of its own; away is that tab.
async function away(page, button) {
  const [tab] = await Promise.all([page.waitForEvent("popup"), press(page, button)]);
  return tab;
}

// tried is the tab with the result, once somebody has signed in there.
async function tried(page, button, person) {
  const tab = await away(page, button);
  await signInAt(tab, provider, person);
  await tab.waitForURL((url) => url.pathname.includes("/test/"));
  return tab;
}

// diagnosed fails unless the tab shows that failure and its code, and leaves its picture.
async function diagnosed(visitor, tab, title, code, name) {
  await tab.getByRole("heading", { level: 2, name: title }).waitFor();
  await says(tab, code);
  await says(tab, "Reference for support");
  const result = tab.url();
  await tab.close(); // a tab behind another draws slowly
  await visitor.page.goto(result);
  await visitor.looks(`portal-oidc-${name}`, inside);
}

for (const [name, look] of Object.entries({ "with script": {}, "without script": { javaScript: false } })) {
  // If this breaks, a company with an OpenID provider needs somebody of ours to connect it.
  test(`from a link to people who sign in at their own provider: ${name}`, async () => {
    const scripted = look.javaScript !== false;
    const domain = scripted ? "haldenmarine.example" : "kystdata.example";
    const [admin, employee] = scripted ? [ines, jonas] : [maria, maria];
    const company = await openCompany(stage, "Halden Marine", [domain]);
    await walk(async (visitor, page) => {
      const seen = (step) => (scripted ? visitor.looks(`portal-oidc-${step}`, inside) : visitor.picture(`portal-oidc-${step}-noscript`));
      await enter(page, company.id);
      const path = await begin(page, seen);
      await seen("2-app");
      await provider.setRelyingParty(await copied(page));
      await press(page, "I’ve created the client");

      await heading(page, "Enter issuer and client");
      await seen("3-client");
      await giveClient(page, { issuer: `${provider.issuer}/realms/none` });
      await press(page, "Save and read back");
      await says(page, "What came instead");
      assert.match(await page.locator("main").innerText(), /404.*text\/plain/s, "the status and the content type are told");
      assert.match(await page.title(), /^Error: /);
      await seen("3-client-error");
      await giveClient(page, { issuer: `${provider.issuer}/.well-known/openid-configuration` });
      await press(page, "Save and read back");
      await says(page, "Your provider, read back");
      assert.equal(await page.getByLabel("Issuer", { exact: true }).inputValue(), provider.issuer);
      assert.equal(await page.getByLabel("Client secret", { exact: true }).inputValue(), "", "the secret is shown again");
      await seen("3-client-known");
      await press(page, "Continue");

      await heading(page, "Map attributes");
      await seen("4-attributes");
      await press(page, "Continue");
      await heading(page, "Choose who can use it");
      await page.getByLabel("Group 1", { exact: true }).fill("staff");
      await page.getByLabel("Role of group 1", { exact: true }).selectOption({ label: "Admin" });
      await seen("5-access");
      await press(page, "Continue");

      await heading(page, "Test the connection");
      await seen("6-test");
      const tab = await tried(page, "Test with your provider", admin);
      await tab.getByRole("heading", { level: 2, name: `It works: Your provider signed in ${admin.email}` }).waitFor();
      if (scripted) await page.getByRole("heading", { level: 2, name: /^It works/ }).waitFor(); // it hears of it by itself
      await tab.close();
      await page.goto(`${stage.gatehouse.url}${path}/setup/test`);
      await says(page, "Signature valid");
      await seen("6-test-passed");
      await press(page, "Continue");

      await heading(page, "Turn it on");
      await seen("7-on");
      await press(page, "Turn on single sign-on");
      await page.waitForURL(at(path));
      await heading(page, "Halden Marine"); // what people see is whose it is, not what kind it is of
      await seen("connection");
    }, look);

    await walk(async (_, page) => {
      await comeBy(page, stage.app, provider, employee);
      await onDashboard(page, stage.app, employee);
      assert.equal(await field(page, "organization"), company.id);
      assert.equal(await field(page, "role"), scripted ? "admin" : "member", "the role that the group has");
    }, look);
  });
}

// draft is a new connection, at its test.
async function draft(page, company) {
  await enter(page, company.id);
  const path = await begin(page);
  await provider.setRelyingParty(await copied(page));
  await press(page, "I’ve created the client");
  await giveClient(page);
  await press(page, "Continue");
  for (const step of ["Map attributes", "Choose who can use it"]) {
    await heading(page, step);
    await press(page, "Continue");
  }
  await heading(page, "Test the connection");
  return path;
}

// If this breaks, an admin whose set-up has a fault is told that it does not work, and not what to change where.
test("each thing that can be wrong has its own words on the test page", async () => {
  const company = await openCompany(stage, "Halden Yards", ["haldenyards.example"]);
  await walk(async (visitor, page) => {
    const path = await draft(page, company);
    const connection = `/connections/${path.split("/").at(-1)}`;
    const right = (await stage.gatehouse.api("GET", connection)).oidc;
    const again = async () => {
      await page.context().clearCookies({ domain: "127.0.0.1" }); // the provider asks who it is once more
      await page.goto(`${stage.gatehouse.url}${path}/setup/test`);
    };

    await provider.configure({ clientSecret: "of another registration" });
    await diagnosed(visitor, await tried(page, "Test with your provider", berit), "Your provider doesn’t accept our secret", "OIDC-CLIENT", "wrong-secret");
    await provider.configure(defaults);

    await again();
    await diagnosed(visitor, await tried(page, "Test again", noor), "Your provider refused: user isn’t assigned", "OIDC-DENIED", "not-assigned");

    await again();
    const change = (issuer) => stage.gatehouse.api("PATCH", connection, { oidc: { issuer, client_secret: client.secret } });
    await change(`${provider.issuer}/realms/none`);
    const unread = await away(page, "Test again");
    await unread.waitForURL((url) => url.pathname.includes("/test/"));
    assert.match(await unread.locator("main").innerText(), /404, text\/plain/, "what came instead is told");
    await diagnosed(visitor, unread, "We can’t read the discovery document", "OIDC-DISCOVERY", "no-discovery");
    await change(provider.issuer);

    await again();
    await provider.setRelyingParty({ redirectUri: right.redirect_uri.replace("/callback", "/callbacks") });
    const kept = await away(page, "Test again");
    assert.match(await kept.locator("#error").innerText(), /redirect_uri/, "the provider keeps people");
    await page.getByRole("heading", { level: 2, name: "Nothing came back yet" }).waitFor(); // it hears of it by itself
    await says(page, "usually doesn’t know our redirect address");
    const value = await page.locator("#fix-value").innerText();
    assert.equal(value, right.redirect_uri);
    await kept.close();
    await visitor.looks("portal-oidc-no-answer", inside);

    await provider.setRelyingParty({ redirectUri: value });
    const passed = await tried(page, "Test again", berit);
    await passed.getByRole("heading", { level: 2, name: /^It works/ }).waitFor();
    await page.getByRole("heading", { level: 2, name: /^It works/ }).waitFor();
    await press(page, "Continue");
    await heading(page, "Turn it on");
  });
});
