// What a person proves themselves with, on their own pages: passkeys,
// authenticator apps, recovery codes, and what has to stay.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { looks, signedIn } from "../harness/account.mjs";
import { withAuthenticator } from "../harness/authenticator.mjs";
import { linkOf } from "../harness/mail.mjs";
import { openStage } from "../harness/stage.mjs";
import { giveCode, giveEmail, givePassword, member, onDashboard, openSignIn, signOut } from "../harness/steps.mjs";
import { codeAt } from "../harness/totp.mjs";

let stage;
before(async () => (stage = await openStage()));
after(() => stage?.close());

const confirm = (page, code) => giveCode(page, "Six-digit code", code, "Confirm");
const codesOf = (page) => page.locator("#recovery-codes code").allInnerTexts();

// saveCodes reads the recovery codes that are shown and goes on.
async function saveCodes({ page, title, press }) {
  await title("Save your recovery codes");
  const codes = await codesOf(page);
  assert.equal(new Set(codes).size, 10);
  await page.getByLabel("I’ve saved them").check();
  await press("Continue");
  await title("Security");
  return codes;
}

// addApp sets up an authenticator app and returns its key.
async function addApp(here, name) {
  const { page } = here;
  await here.open("/security");
  await here.follow("Add authenticator app");
  await page.getByLabel(/^Name/).fill(name);
  await here.press("Continue");
  await here.title("Set up your authenticator app");
  return page.locator("#totp-key").innerText();
}

// If this breaks, people cannot add the strongest way to sign in, tell two apart, or take a lost one away.
test("a passkey is added, named anew, signs in, and is removed", async () => {
  const { app, browser, mail } = stage;
  const here = await signedIn(stage);
  const { ines, page, person } = here;
  const laptop = await withAuthenticator(person);
  await here.open("/security");
  await here.says("No passkeys yet");
  await here.follow("Add passkey");
  await here.title("Add a passkey");
  await here.seen("passkey");
  await laptop.recognises(false);
  await page.getByLabel("Name").fill("Work laptop");
  await here.press("Add passkey");
  await here.says("You cancelled. Try again or use another way.");
  await laptop.recognises(true);
  await here.press("Add passkey");
  await saveCodes(here);
  await here.says("Work laptop");
  assert.equal((await laptop.credentials()).length, 1);
  const added = await mail.next(ines.email, /passkey was added/);
  linkOf(added, "/login/not-me/");

  await page.getByRole("link", { name: "Rename: Work laptop" }).click();
  await here.title("Rename this passkey");
  assert.equal(await page.getByLabel("Name").inputValue(), "Work laptop");
  await here.seen("passkey-rename");
  const long = "The grey laptop with the sticker of the harbour museum in Halden"; // 64 characters
  await page.getByLabel("Name").fill(long);
  await here.press("Save changes");
  await here.says("It has its new name.");
  await here.seenSection("passkey-renamed");

  await laptop.touched(false);
  await page.goto(`${app.url}/dashboard`);
  await signOut(page, app);
  await openSignIn(page, app);
  await page.getByRole("link", { name: "Sign in with a passkey" }).click();
  await laptop.touched(true);
  await here.press("Use passkey");
  await onDashboard(page, app, ines);

  await here.open("/security");
  await page.getByRole("link", { name: `Remove: ${long}` }).click();
  await here.title(`Remove ${long}?`);
  await here.seen("ask-passkey");
  await here.follow("Cancel");
  await here.says(long);
  await page.getByRole("link", { name: `Remove: ${long}` }).click();
  await here.press("Remove passkey");
  await here.says("It’s removed. We told you by email.");
  await here.says("No passkeys yet");
  const removed = await mail.next(ines.email, /passkey was removed/);
  await person.reads(removed, "passkey-removed");
  person.noFaults();
  await person.close();

  const there = await browser.person();
  await openSignIn(there.page, app);
  await giveEmail(there.page, ines.email);
  await givePassword(there.page, ines.password);
  await onDashboard(there.page, app, ines); // no second step is left to ask for
  await there.close();
});

for (const [name, look] of Object.entries(looks)) {
  // If this breaks, a second step cannot be had without an organization's demand, or old codes open the account.
  test(`an authenticator app is set up, its codes are made anew, and it is removed: ${name}`, async () => {
    const { app, browser, mail } = stage;
    const here = await signedIn(stage, look);
    const { ines, page, person } = here;
    await here.open("/security");
    await here.follow("Add authenticator app");
    await here.seen("app-name");
    const key = await addApp(here, "Pixel 9");
    await here.seen("app");
    const wrong = ["000000", "111111"].find((code) => ![-2, -1, 0, 1, 2].some((n) => codeAt(key, n) === code));
    await confirm(page, wrong);
    await here.says("That code isn’t right.");
    await here.seen("app-wrong");
    await confirm(page, codeAt(key));
    await here.title("Save your recovery codes");
    await here.seen("recovery-codes");
    const old = await saveCodes(here);
    await here.says("Pixel 9");
    await here.says("10 codes left");
    await here.seenSection("security");
    await mail.next(ines.email, /second step was added/);

    await here.follow("Make new codes");
    await here.title("Make new recovery codes?");
    await here.says(/Your 10 old codes stop working/);
    await here.seen("ask-codes");
    await here.press("Make new codes");
    const codes = await saveCodes(here);
    assert.ok(!codes.some((code) => old.includes(code)), "every code is new");
    await mail.next(ines.email, /New recovery codes/);
    const there = await browser.person();
    await openSignIn(there.page, app);
    await giveEmail(there.page, ines.email);
    await givePassword(there.page, ines.password);
    await there.page.getByRole("link", { name: /Recovery code/ }).click();
    await recover(there.page, old[0]);
    await there.page.locator("main [aria-invalid=true]").waitFor();
    await recover(there.page, codes[0]);
    await onDashboard(there.page, app, ines);
    await there.close();

    await here.open("/security");
    await here.says("9 codes left");
    await page.getByRole("link", { name: "Remove: Pixel 9" }).click();
    await here.title("Remove Pixel 9?");
    await here.says(/It’s your only second step\./);
    await here.seen("ask-app");
    await here.press("Remove authenticator app");
    await here.says("It’s removed. We told you by email.");
    await here.says("No authenticator app yet");
    assert.equal(await page.getByText("Recovery codes", { exact: true }).count(), 0, "codes stand in for nothing");
    await mail.next(ines.email, /second step was removed/);
    person.noFaults();
    await person.close();
  });
}

async function recover(page, code) {
  await page.getByLabel("Recovery code", { exact: true }).fill(code);
  await page.getByRole("button", { name: "Confirm", exact: true }).click();
}

// If this breaks, people lock themselves out of their organization, or are refused without a reason.
test("the last second step that an organization asks for stays, with the reason, until there is another one", async () => {
  const { gatehouse } = stage;
  const organization = await gatehouse.api("POST", "/organizations", { name: "Hanseatische Schiffsausrüstungs- und Hafenlogistikgesellschaft mbH" });
  const here = await signedIn(stage, {}, (stage, ines) => member(stage, ines, organization.id));
  const { ines, page, person } = here;
  await confirm(page, codeAt(await addApp(here, "Pixel 9")));
  await saveCodes(here);
  assert.equal(await page.getByRole("link", { name: "Remove: Pixel 9" }).count(), 1, "nothing asks for it yet");
  await gatehouse.api("PUT", `/organizations/${organization.id}/policy`, { mfa_required: true });
  await page.getByRole("link", { name: "Remove: Pixel 9" }).click(); // the page is from before
  const reason = /^Hanseatische .* asks for it\. Add another one before you remove this one\.$/;
  await here.press("Remove authenticator app");
  await here.says(reason);
  await here.seen("ask-locked");
  await here.follow("Back");
  await here.says(/asks for it\. Add another one/);
  await here.says("Required");
  assert.equal(await page.getByRole("link", { name: "Remove: Pixel 9" }).count(), 0);
  await here.seenSection("security-locked");

  await confirm(page, codeAt(await addApp(here, "Old phone")));
  await here.says("It’s added. We told you by email.");
  await page.getByRole("link", { name: "Remove: Pixel 9" }).click();
  await here.says(/Your other second steps stay/);
  await here.press("Remove authenticator app");
  await here.says("It’s removed. We told you by email.");
  await here.says("Required");
  const { data } = await gatehouse.api("GET", `/user_management/users/${ines.id}/auth_factors`);
  assert.equal(data.length, 1);
  person.noFaults();
  await person.close();
});
