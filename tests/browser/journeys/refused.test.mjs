// Sign-ins that must not succeed, and what people are told then.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openStage } from "../harness/stage.mjs";
import { giveEmail, givePassword, newcomer, onDashboard, openSignIn } from "../harness/steps.mjs";

const mismatch = /That email and password don’t match/;
const tooMany = /Too many tries\. Wait \d+ (second|minute)s?/;

let stage;
before(async () => (stage = await openStage()));
after(() => stage?.close());

const register = ({ email, password, firstName, lastName }) =>
  stage.gatehouse.api("POST", "/user_management/users", { email, password, first_name: firstName, last_name: lastName, email_verified: true });

// If this breaks, a typing mistake costs more than a second try, or tells a
// stranger which addresses have an account.
test("a wrong password is refused in the words of an unknown address, and the right one still works", async () => {
  const { app, browser } = stage;
  const ines = newcomer();
  await register(ines);
  const person = await browser.person();
  const words = {};
  for (const [who, email] of [["known", ines.email], ["unknown", newcomer().email]]) {
    await openSignIn(person.page, app);
    await giveEmail(person.page, email);
    await givePassword(person.page, "not the password at all 5");
    await person.page.getByText(mismatch).first().waitFor();
    assert.equal(new URL(person.page.url()).pathname, "/login/password");
    assert.equal(await person.page.getByLabel("Password", { exact: true }).inputValue(), "", "a password is never put back into a page");
    words[who] = (await person.page.locator("main form").innerText()).replaceAll(email, "…");
  }
  await person.picture("password-wrong-light");
  assert.equal(words.known, words.unknown);

  await openSignIn(person.page, app);
  await giveEmail(person.page, ines.email);
  await givePassword(person.page, ines.password);
  await onDashboard(person.page, app, ines);
  person.noFaults();
  await person.close();
});

// guess sends a password and returns the status of the answer once its page is there.
async function guess(page, password) {
  const [answer] = await Promise.all([page.waitForResponse((r) => r.request().method() === "POST"), givePassword(page, password)]);
  await page.waitForLoadState();
  return answer.status();
}

// If this breaks, a stranger may guess for as long as they like, or keep a
// person out of their account for good by guessing on purpose.
test("after too many wrong passwords even the right one has to wait, and after the wait it works", async () => {
  const { app, browser, gatehouse } = stage;
  const ines = newcomer();
  await register(ines);
  const person = await browser.person();
  await openSignIn(person.page, app);
  await giveEmail(person.page, ines.email);
  const told = person.page.getByText(tooMany).first();
  let tries = 0;
  while (!(await told.isVisible())) {
    assert.ok(++tries <= 12, "no lockout after twelve wrong passwords");
    await guess(person.page, `wrong guess number ${tries}`);
  }
  assert.ok(tries >= 5, `locked out after ${tries} tries, a person makes four mistakes`);
  await person.picture("password-locked-light");

  // The waits grow from a second on: guess until one is longer than this test is slow.
  for (const end = Date.now() + 20_000; Date.now() < end; await person.page.waitForTimeout(200)) {
    await guess(person.page, "another wrong guess");
  }
  assert.equal(await guess(person.page, ines.password), 429);
  await told.waitFor();
  assert.equal(new URL(person.page.url()).origin, gatehouse.url, "nobody is signed in");

  for (const end = Date.now() + 120_000; (await guess(person.page, ines.password)) === 429; await person.page.waitForTimeout(1000)) {
    assert.ok(Date.now() < end, "the wait does not end");
  }
  await onDashboard(person.page, app, ines);
  person.noFaults();
  await person.close();
});

// If this breaks, a link from anywhere can send people's codes anywhere.
test("a return address that is not registered ends on a page with a reference", async () => {
  const { browser, gatehouse, keys } = stage;
  const person = await browser.person();
  const query = new URLSearchParams({ client_id: keys.clientId, redirect_uri: "http://127.0.0.1:9/elsewhere", response_type: "code", provider: "authkit" });
  const answer = await person.page.goto(`${gatehouse.url}/user_management/authorize?${query}`);
  assert.equal(answer.status(), 400);
  await person.page.getByRole("heading", { name: "This app’s return address isn’t known" }).waitFor();
  await person.page.getByText(/GH-[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}/).waitFor();
  await person.picture("error-redirect-light");
  person.noFaults();
  await person.close();
});
