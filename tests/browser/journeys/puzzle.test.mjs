// After many failed tries a try costs computing, or a minute where nothing computes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openStage } from "../harness/stage.mjs";
import { giveEmail, givePassword, newcomer, onDashboard, openSignIn, register } from "../harness/steps.mjs";

let stage;
before(async () => (stage = await openStage({ env: { GATEHOUSE_TRUSTED_PROXIES: "127.0.0.1/32" } })));
after(() => stage?.close());

// attacked is somebody whose password strangers of many networks guess at.
async function attacked() {
  const { gatehouse } = stage;
  const ines = newcomer();
  await register(stage, ines);
  for (let n = 1; n <= 10; n++) {
    const answer = await fetch(`${gatehouse.url}/login`, {
      method: "POST",
      headers: { origin: gatehouse.url, "x-forwarded-for": `198.51.100.${n}` },
      body: new URLSearchParams({ email: ines.email, password: `wrong guess number ${n}` }),
    });
    assert.equal(answer.status, 422, "a guess");
    await answer.text();
  }
  return ines;
}

async function atPassword(person, ines) {
  await openSignIn(person.page, stage.app);
  await giveEmail(person.page, ines.email);
}

const puzzle = (page) => page.locator("input[name=puzzle]").inputValue();

// If this breaks, a botnet guesses for nothing, or people whose account it wants cannot get in.
test("the browser solves the puzzle while the person types, and whoever types faster waits for it", async () => {
  const { app, browser } = stage;
  const ines = await attacked();
  const person = await browser.person();
  const { page } = person;
  await atPassword(person, ines);
  await page.getByText("There were many failed tries, so your browser computes for a moment.").waitFor();
  await page.waitForFunction(() => document.querySelector("input[name=puzzle_answer]").value !== "");
  await person.looks("password-puzzle");
  const first = await puzzle(page);
  await givePassword(page, "not the password at all 5");
  await page.getByText(/That email and password don’t match/).first().waitFor();
  assert.notEqual(await puzzle(page), first, "each try costs one of its own");
  await person.looks("password-puzzle-wrong");

  await page.route("**/puzzle.*.js", (route) => route.abort()); // or else it may be done before the button is pressed
  await page.reload();
  await page.unroute("**/puzzle.*.js");
  await givePassword(page, ines.password);
  await page.getByText(/The check isn’t done\. Wait a minute, then send it again\./).first().waitFor();
  await givePassword(page, ines.password);
  await onDashboard(page, app, ines);
  person.noFaults();
  await person.close();
});

// If this breaks, people without script are locked out of an account that somebody else guesses at.
test("without script a minute's wait is the answer, and it runs from the first page on", async () => {
  const { browser, gatehouse } = stage;
  const ines = await attacked();
  const person = await browser.person({ javaScript: false });
  const { page } = person;
  await atPassword(person, ines);
  assert.match(await page.locator("main").innerText(), /Without JavaScript: wait a minute before you send this\./);
  assert.equal(await page.getByText("your browser computes").isVisible(), false, "nothing computes here");
  await person.looks("password-puzzle-noscript");
  const first = await puzzle(page);
  await givePassword(page, ines.password);
  await page.getByText("The check isn’t done. Wait a minute, then send it again.").first().waitFor();
  assert.equal(await puzzle(page), first, "an impatient try does not begin the minute anew");
  await person.looks("password-puzzle-early-noscript");
  assert.equal((await person.context.request.get(`${gatehouse.url}/account/session`)).status(), 401);
  person.noFaults();
  await person.close();
});
