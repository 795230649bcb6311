// Signing in by a mailed code, and by the link beside it, which mail programs
// and scanners open before the person does.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { codeOf, linkOf } from "../harness/mail.mjs";
import { openStage } from "../harness/stage.mjs";
import { askForCode, at, newcomer, onDashboard, openSignIn, register, typeCode } from "../harness/steps.mjs";

let stage;
before(async () => (stage = await openStage()));
after(() => stage?.close());

const goOn = (page) => page.getByRole("button", { name: /^Sign in to / });

async function registered() {
  const ines = newcomer();
  await register(stage, ines);
  return ines;
}

for (const [name, look] of Object.entries({ "with script": {}, "without script": { javaScript: false } })) {
  // If this breaks, people who forgot their password, or never had one, are locked out.
  test(`the mailed code signs in, typed after a wrong one and pasted with spaces: ${name}`, async () => {
    const { app, browser, mail } = stage;
    const ines = await registered();
    const person = await browser.person(look);
    await askForCode(person.page, app, ines.email);
    const letter = await mail.next(ines.email);
    const code = codeOf(letter);
    await typeCode(person.page, code === "000000" ? "000001" : "000000");
    await person.page.getByText("That code isn’t right.").first().waitFor();
    if (look.javaScript === false) await person.picture("code-wrong-noscript");
    else await person.looks("code-wrong");
    await typeCode(person.page, `${code.slice(0, 3)} ${code.slice(3)} `);
    await onDashboard(person.page, app, ines);
    if (look.javaScript !== false) await person.reads(letter, "sign-in-code");
    person.noFaults();
    await person.close();
  });

  // If this breaks, a scanner signs people out of their mail: it opens the link and the person finds it used.
  test(`the link signs in the browser that asked, after scanners have opened it: ${name}`, async () => {
    const { app, browser, mail } = stage;
    const ines = await registered();
    const person = await browser.person(look);
    await askForCode(person.page, app, ines.email);
    const letter = await mail.next(ines.email);
    const link = linkOf(letter, "/login/link/");
    for (const method of ["HEAD", "GET", "HEAD", "GET"]) {
      assert.equal((await fetch(link, { method })).status, 200, `${method} by a scanner`);
    }
    await person.page.goto(link);
    if (look.javaScript === false) await person.picture("link-noscript");
    else await person.looks("link");
    await person.page.reload();
    await goOn(person.page).click();
    await onDashboard(person.page, app, ines);

    const used = await person.page.goto(link);
    assert.equal(used.status(), 400);
    await person.page.getByRole("heading", { name: "This link no longer works" }).waitFor();
    if (look.javaScript !== false) await person.looks("link-used");
    person.noFaults();
    await person.close();
  });
}

// If this breaks, whoever gets a person to open a mailed link signs in as them,
// or the person is left with a page that says nothing.
test("in another browser the link says where the code is typed, and signs nobody in", async () => {
  const { app, browser, gatehouse, mail } = stage;
  const ines = await registered();
  const [person, elsewhere] = [await browser.person(), await browser.person()];
  await askForCode(person.page, app, ines.email);
  const letter = await mail.next(ines.email);
  const link = linkOf(letter, "/login/link/");
  await elsewhere.page.goto(link);
  await elsewhere.page.getByRole("heading", { level: 1, name: "Are you signing in from 127.0.0.1 on Chrome, Linux?" }).waitFor();
  await elsewhere.looks("link-elsewhere");
  assert.equal(await goOn(elsewhere.page).count(), 0, "there is no button");
  const forced = await elsewhere.context.request.post(link, { headers: { origin: gatehouse.url }, form: {}, maxRedirects: 0 });
  assert.equal(forced.status(), 400, "a post without the button is refused");
  const session = await elsewhere.context.request.get(`${gatehouse.url}/account/session`);
  assert.equal(session.status(), 401);

  await typeCode(person.page, codeOf(letter));
  await onDashboard(person.page, app, ines);
  for (const who of [person, elsewhere]) who.noFaults(), await who.close();
});

// If this breaks, people who press the button twice find that neither code works.
test("of two codes only the newest one works, and the page says that another one came", async () => {
  const { app, browser, mail } = stage;
  const ines = await registered();
  const hurried = await browser.person();
  await askForCode(hurried.page, app, (await registered()).email);
  await hurried.page.getByRole("button", { name: /^Another code in \d+ s$/ }).waitFor();
  await hurried.looks("code-wait");
  hurried.noFaults();
  await hurried.close();
  const person = await browser.person({ javaScript: false }); // the button waits by script alone
  await askForCode(person.page, app, ines.email);
  const first = codeOf(await mail.next(ines.email));
  await person.page.getByRole("button", { name: "Send another code" }).click();
  await person.page.getByText("Another code is on its way. Only the newest one works.").waitFor();
  await person.looks("code-resent");
  const second = codeOf(await mail.next(ines.email));
  if (first !== second) {
    await typeCode(person.page, first);
    await person.page.getByRole("alert").or(person.page.getByText(/That code/)).first().waitFor();
  }
  await typeCode(person.page, second);
  await onDashboard(person.page, app, ines);
  person.noFaults();
  await person.close();
});

// If this breaks, the page tells a stranger which addresses have an account.
test("an address that nobody has gets the same pages, and its code makes the account", async () => {
  const { app, browser, gatehouse, mail } = stage;
  const [ines, nobody] = [await registered(), newcomer()];
  const words = [];
  let last;
  for (const { email } of [ines, nobody]) {
    last = await browser.person();
    await openSignIn(last.page, app);
    await last.close();
    last = await browser.person();
    await askForCode(last.page, app, email);
    words.push((await last.page.locator("main").innerText()).replaceAll(email, "…"));
  }
  assert.equal(words[0], words[1]);
  await typeCode(last.page, codeOf(await mail.next(nobody.email)));
  await onDashboard(last.page, app, nobody);
  const { data } = await gatehouse.api("GET", `/user_management/users?email=${encodeURIComponent(nobody.email)}`);
  assert.equal(data[0].email_verified, true, "the code proved the address");
  last.noFaults();
  await last.close();
});
