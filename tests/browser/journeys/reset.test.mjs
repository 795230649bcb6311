// A forgotten password, from the link in the mail to the sessions that end.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { linkOf } from "../harness/mail.mjs";
import { openStage } from "../harness/stage.mjs";
import { at, giveEmail, givePassword, newcomer, onDashboard, openSignIn, register, signIn } from "../harness/steps.mjs";

const fresh = "amber tractor 41 lowland choir";

let stage;
before(async () => (stage = await openStage()));
after(() => stage?.close());

async function askForReset(page, email) {
  await openSignIn(page, stage.app);
  await giveEmail(page, email);
  await page.getByRole("link", { name: "Forgot password?" }).click();
  await page.getByRole("heading", { level: 1, name: "Forgot your password?" }).waitFor();
  assert.equal(await page.getByLabel("Email", { exact: true }).inputValue(), email, "the address is there already");
  await page.getByRole("button", { name: "Email me a link", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Check your email" }).waitFor();
}

async function choose(page, password) {
  await page.getByLabel("New password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Save new password", exact: true }).click();
}

for (const [name, look] of Object.entries({ "with script": {}, "without script": { javaScript: false } })) {
  // If this breaks, whoever forgot their password stays out, or whoever stole it stays in.
  test(`a new password by mail signs in, ends every other session and works from then on: ${name}`, async () => {
    const { app, browser, gatehouse, mail } = stage;
    const ines = newcomer();
    await register(stage, ines);
    const [thief, person] = [await browser.person(), await browser.person(look)];
    await signIn(thief.page, app, ines);
    const seen = (step) => (look.javaScript === false ? person.picture(`${step}-noscript`) : person.looks(step));

    await askForReset(person.page, ines.email);
    await seen("forgot-sent");
    const letter = await mail.next(ines.email, /new .* password/);
    const link = linkOf(letter, "/login/password/reset/");
    for (const method of ["HEAD", "GET"]) assert.equal((await fetch(link, { method })).status, 200, `${method} by a scanner`);
    await person.page.goto(link);
    await person.page.getByRole("heading", { level: 1, name: "Choose a new password" }).waitFor();
    await seen("reset");
    await choose(person.page, "password1234");
    await person.page.locator('[aria-invalid="true"]').waitFor();
    await seen("reset-weak");
    await choose(person.page, fresh);
    await person.page.waitForURL(at("/account"));
    const mine = await person.context.request.get(`${gatehouse.url}/account/session`);
    assert.equal(mine.status(), 200, "the new password signed in");

    const theirs = await thief.context.request.get(`${gatehouse.url}/account/session`);
    assert.equal(theirs.status(), 401, "the session of the old password has ended");
    await thief.page.getByRole("link", { name: "Renew the session" }).click();
    await thief.page.waitForURL((url) => url.origin === gatehouse.url && url.pathname === "/login");
    await giveEmail(thief.page, ines.email);
    await givePassword(thief.page, ines.password);
    await thief.page.getByText(/That email and password don’t match/).first().waitFor();

    const again = await thief.page.goto(link);
    assert.equal(again.status(), 400, "a link works once");
    await thief.page.getByRole("heading", { name: "This link no longer works" }).waitFor();
    const notice = await mail.next(ines.email, /password was changed/);
    if (look.javaScript !== false) {
      await person.reads(letter, "password-reset");
      await person.reads(notice, "password-changed");
    }

    await thief.context.clearCookies();
    await signIn(thief.page, app, { ...ines, password: fresh });
    for (const who of [thief, person]) who.noFaults(), await who.close();
  });
}

// If this breaks, the page tells a stranger which addresses have an account, or
// mails people who have none.
test("an address that nobody has gets the same answer and no mail", async () => {
  const { browser, mail } = stage;
  const [ines, nobody] = [newcomer(), newcomer()];
  await register(stage, ines);
  const words = [];
  for (const { email } of [nobody, ines]) {
    const person = await browser.person();
    await askForReset(person.page, email);
    words.push((await person.page.locator("main").innerText()).replaceAll(email, "…"));
    person.noFaults();
    await person.close();
  }
  assert.equal(words[0], words[1]);
  await mail.next(ines.email); // asked for later, so the other would have come before it
  assert.equal(await mail.count(nobody.email), 0);
});

// If this breaks, people read a bare error where they mistyped an address.
test("an empty and a mistyped address are told what is wanted", async () => {
  const { browser, gatehouse } = stage;
  const person = await browser.person({ javaScript: false });
  for (const [typed, words] of [["", "Enter your email."], ["ines at halden", "Enter an email like name@company.example."]]) {
    await person.page.goto(`${gatehouse.url}/login/password/forgot`);
    await person.page.locator("form").first().evaluate((form) => (form.noValidate = true));
    await person.page.getByLabel("Email", { exact: true }).fill(typed);
    await person.page.getByRole("button", { name: "Email me a link", exact: true }).click();
    await person.page.getByText(words).first().waitFor();
  }
  await person.looks("forgot-wrong");
  person.noFaults();
  await person.close();
});

// If this breaks, whoever is told of a thief cannot throw them out, and the mail's button is a promise alone.
test("“This wasn’t me” ends every session, blocks the password and mails the way to a new one", async () => {
  const { app, browser, gatehouse, mail } = stage;
  const ines = newcomer();
  await register(stage, ines);
  const [thief, person] = [await browser.person(), await browser.person()];
  await askForReset(thief.page, ines.email);
  await thief.page.goto(linkOf(await mail.next(ines.email), "/login/password/reset/"));
  await choose(thief.page, fresh);
  await thief.page.waitForURL(at("/account"));

  const link = linkOf(await mail.next(ines.email, /password was changed/), "/login/not-me/");
  for (const method of ["HEAD", "GET"]) assert.equal((await fetch(link, { method })).status, 200, `${method} by a scanner`);
  const session = () => thief.context.request.get(`${gatehouse.url}/account/session`);
  assert.equal((await session()).status(), 200, "a scanner signs nobody out");
  await person.page.goto(link);
  await person.page.getByRole("heading", { level: 1, name: "This wasn’t you?" }).waitFor();
  await person.looks("not-me");
  await person.page.getByRole("button", { name: "Secure my account", exact: true }).click();
  await person.page.getByRole("heading", { level: 1, name: "Your account is secured" }).waitFor();
  await person.looks("not-me-done");
  assert.equal((await session()).status(), 401);
  await openSignIn(thief.page, app);
  await giveEmail(thief.page, ines.email);
  await givePassword(thief.page, fresh);
  await thief.page.getByText(/That email and password don’t match/).first().waitFor();

  await person.page.goto(linkOf(await mail.next(ines.email, /new .* password/), "/login/password/reset/"));
  await choose(person.page, "copper fjord 92 lantern bread");
  await person.page.waitForURL(at("/account"));
  assert.equal((await person.page.goto(link)).status(), 400, "the button works once");
  for (const who of [thief, person]) who.noFaults(), await who.close();
});
