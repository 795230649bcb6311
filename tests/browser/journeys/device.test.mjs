// A device without a browser: it shows a code, a person types it somewhere else
// and says yes (RFC 8628).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openStage } from "../harness/stage.mjs";
import { at, giveEmail, givePassword, member, newcomer } from "../harness/steps.mjs";

let stage, organization;
before(async () => {
  stage = await openStage();
  organization = await stage.gatehouse.api("POST", "/organizations", { name: "Halden Marine" });
});
after(() => stage?.close());

const post = (path, form) => fetch(stage.gatehouse.url + path, { method: "POST", body: new URLSearchParams({ client_id: stage.keys.clientId, ...form }) });
const begin = async () => (await post("/user_management/authorize/device")).json();
const poll = (device) => post("/user_management/authenticate", { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: device.device_code });

async function enterCode(person, ines, code) {
  const { page } = person;
  await page.getByLabel("Code", { exact: true }).fill(code);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await page.waitForURL(at("/login"));
  await giveEmail(page, ines.email);
  await givePassword(page, ines.password);
  await page.getByRole("heading", { level: 1, name: /^Connect to / }).waitFor();
}

for (const [name, look] of Object.entries({ "with script": {}, "without script": { javaScript: false } })) {
  // If this breaks, televisions and command lines cannot sign in, or sign in unasked.
  test(`the person types the code, signs in and connects the device: ${name}`, async () => {
    const { browser, gatehouse } = stage;
    const ines = newcomer();
    await member(stage, ines, organization.id);
    const person = await browser.person(look);
    const seen = (step) => (look.javaScript === false ? person.picture(`${step}-noscript`) : person.looks(step));
    const device = await begin();
    assert.equal(new URL(device.verification_uri).origin, gatehouse.url);
    await person.page.goto(device.verification_uri);
    await seen("device");
    await person.page.getByLabel("Code", { exact: true }).fill("BBBB-BBBB");
    await person.page.getByRole("button", { name: "Continue", exact: true }).click();
    await person.page.locator("main [aria-invalid=true]").waitFor();
    await seen("device-wrong");
    await enterCode(person, ines, device.user_code.toLowerCase().replace("-", " "));
    assert.match(await person.page.locator("main dl").innerText(), /Halden Marine/);
    await seen("device-confirm");
    const scripted = look.javaScript !== false; // the device may ask every five seconds: before, or after
    if (scripted) assert.equal((await (await poll(device)).json()).error, "authorization_pending", "signing in is not yet connecting");
    await person.page.getByRole("button", { name: "Connect", exact: true }).click();
    await person.page.getByRole("heading", { level: 1, name: "Device connected" }).waitFor();
    await seen("device-connected");
    if (!scripted) {
      const tokens = await (await poll(device)).json();
      assert.equal(tokens.user?.email, ines.email, "the device is signed in as the person");
      assert.equal(tokens.organization_id, organization.id);
    }
    person.noFaults();
    await person.close();
  });
}

// If this breaks, the device of a stranger is connected although the person said no.
test("a link with the code fills it in and connects nothing; who says no turns the device away", async () => {
  const { browser } = stage;
  const ines = newcomer();
  await member(stage, ines, organization.id);
  const person = await browser.person();
  const device = await begin();
  await person.page.goto(device.verification_uri_complete);
  assert.equal(await person.page.getByLabel("Code", { exact: true }).inputValue(), device.user_code);
  await enterCode(person, ines, device.user_code);
  await person.page.getByRole("button", { name: "Don’t connect", exact: true }).click();
  await person.page.getByRole("heading", { level: 1, name: "Not connected" }).waitFor();
  await person.looks("device-denied");
  assert.equal((await (await poll(device)).json()).error, "access_denied");
  person.noFaults();
  await person.close();
});
