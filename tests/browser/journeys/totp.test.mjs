// A second step that an organization asks for: set up at the first sign-in,
// asked for at each later one, and replaced by a recovery code.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openStage } from "../harness/stage.mjs";
import { at, field, giveCode, giveEmail, givePassword, member, newcomer, onDashboard, openSignIn, signOut } from "../harness/steps.mjs";
import { codeAt } from "../harness/totp.mjs";

let stage, organization;
before(async () => {
  stage = await openStage();
  organization = await stage.gatehouse.api("POST", "/organizations", { name: "Halden Marine" });
  await stage.gatehouse.api("PUT", `/organizations/${organization.id}/policy`, { mfa_required: true });
});
after(() => stage?.close());

async function firstStep(page, person) {
  await openSignIn(page, stage.app);
  await giveEmail(page, person.email);
  await givePassword(page, person.password);
}

const confirm = (page, code) => giveCode(page, "Six-digit code", code, "Confirm");

// shut fails if anything behind the sign-in answers between the two steps.
async function shut({ context }, { gatehouse, app }) {
  const get = (url) => context.request.get(url, { maxRedirects: 0 });
  assert.equal((await get(`${gatehouse.url}/account/session`)).status(), 401);
  for (const path of ["/account", "/admin"]) {
    const answer = await get(gatehouse.url + path);
    assert.equal(answer.status(), 303, path);
    assert.match(answer.headers().location, /\/login/, path);
  }
  assert.match((await get(`${app.url}/dashboard`)).headers().location, /login/);
}

const looks = { "with script": {}, "without script": { javaScript: false } };
for (const [name, look] of Object.entries(looks)) {
  // If this breaks, an organization's demand is empty, or its people cannot get in any more.
  test(`enrolment is forced, the next sign-in asks for a code, a recovery code works once: ${name}`, async () => {
    const { app, browser, gatehouse, mail } = stage;
    const scripted = look.javaScript !== false;
    const ines = newcomer();
    await member(stage, ines, organization.id);
    const person = await browser.person(look);
    const { page } = person;
    const seen = (step) => (scripted ? person.looks(step) : person.picture(`${step}-noscript`));

    await firstStep(page, ines);
    await page.getByRole("heading", { level: 1, name: "Set up a second step" }).waitFor();
    await page.getByText("Halden Marine asks for a second step at sign-in.").waitFor();
    await seen("enroll");
    await shut(person, stage);
    await page.getByRole("link", { name: /Authenticator app/ }).click();
    await page.waitForURL(at("/login/mfa/enroll/totp"));
    assert.equal(await page.locator("main svg[role=img], main [role=img] svg").count(), 1, "the square is a picture with a name");
    const key = await page.locator("#totp-key").innerText();
    await page.reload();
    assert.equal(await page.locator("#totp-key").innerText(), key, "a reload keeps the key that the app has scanned");
    await seen("enroll-app");
    const wrong = ["000000", "111111"].find((code) => ![-2, -1, 0, 1, 2].some((n) => codeAt(key, n) === code));
    await confirm(page, wrong);
    await page.getByText("That code isn’t right.").first().waitFor();
    await shut(person, stage);
    const first = codeAt(key);
    await confirm(page, first);

    await page.getByRole("heading", { level: 1, name: "Save your recovery codes" }).waitFor();
    const codes = await page.locator("#recovery-codes code").allInnerTexts();
    assert.equal(new Set(codes).size, 10);
    await seen("recovery-codes");
    await shut(person, stage);
    await page.getByLabel("I’ve saved them").check();
    await page.getByRole("button", { name: "Continue", exact: true }).click();
    await onDashboard(page, app, ines);
    assert.equal(await field(page, "organization"), organization.id);
    const added = await mail.next(ines.email, /second step was added/);
    await signOut(page, app);

    await firstStep(page, ines);
    await page.getByRole("heading", { level: 1, name: "One more step" }).waitFor();
    await seen("second-step");
    await shut(person, stage);
    await confirm(page, first);
    await page.locator("main [aria-invalid=true]").or(page.locator("main .error, main [role=alert]")).first().waitFor();
    await seen("second-step-used");
    await confirm(page, codeAt(key, 1));
    await onDashboard(page, app, ines);
    await signOut(page, app);

    await firstStep(page, ines);
    await page.getByRole("link", { name: /Recovery code/ }).click();
    await page.getByText("You have 10 recovery codes left.").waitFor();
    await seen("second-recovery");
    await recover(page, codes[3].toUpperCase());
    await onDashboard(page, app, ines);
    const used = await mail.next(ines.email, /recovery code/);
    assert.match(used.text, /9 codes are left/);
    await signOut(page, app);

    await firstStep(page, ines);
    await page.getByRole("link", { name: /Recovery code/ }).click();
    await recover(page, codes[3]);
    await page.locator("main [aria-invalid=true]").waitFor();
    await shut(person, stage);
    await recover(page, codes[4]);
    await onDashboard(page, app, ines);
    if (scripted) {
      await person.reads(added, "second-step-added");
      await person.reads(used, "recovery-code-used");
    }
    person.noFaults();
    await person.close();
    const session = await gatehouse.api("GET", `/user_management/users/${ines.id}/auth_factors`);
    assert.equal(session.data.length, 1);
  });
}

async function recover(page, code) {
  await page.getByLabel("Recovery code", { exact: true }).fill(code);
  await page.getByRole("button", { name: "Confirm", exact: true }).click();
}

// If this breaks, a page that was reloaded or left shows the codes to whoever opens it next.
test("recovery codes are shown once: a reload says so, and the sign-in goes on", async () => {
  const { app, browser } = stage;
  const ines = newcomer();
  await member(stage, ines, organization.id);
  const person = await browser.person();
  const { page } = person;
  await firstStep(page, ines);
  await page.getByRole("link", { name: /Authenticator app/ }).click();
  await confirm(page, codeAt(await page.locator("#totp-key").innerText()));
  await page.getByRole("heading", { level: 1, name: "Save your recovery codes" }).waitFor();
  const code = await page.locator("#recovery-codes code").first().innerText();
  await page.goto(page.url().replace(/\/enroll.*/, `/recovery-codes?flow=${await page.locator("input[name=flow]").first().inputValue()}`));
  await page.getByRole("heading", { level: 1, name: "Your recovery codes were shown" }).waitFor();
  await person.looks("recovery-codes-shown");
  assert.ok(!(await page.content()).includes(code), "the codes are not shown again");
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await onDashboard(page, app, ines);
  person.noFaults();
  await person.close();
});
