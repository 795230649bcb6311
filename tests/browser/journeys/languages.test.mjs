// The sign-in as people read it who asked for another language: from right to
// left on a telephone, and in scripts without Latin letters.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { codeOf } from "../harness/mail.mjs";
import { openStage } from "../harness/stage.mjs";
import { member, newcomer, onDashboard, register } from "../harness/steps.mjs";
import { codeAt } from "../harness/totp.mjs";

let stage, organization;
before(async () => {
  stage = await openStage();
  organization = await stage.gatehouse.api("POST", "/organizations", { name: "Halden Marine" });
  await stage.gatehouse.api("PUT", `/organizations/${organization.id}/policy`, { mfa_required: true });
});
after(() => stage?.close());

// authorize is the application's request with its wish for a language.
async function begin(page, language) {
  await page.goto(`${stage.app.url}/login`); // the state's cookie is the application's
  const { gatehouse, app, keys } = stage;
  const { value } = (await page.context().cookies(app.url)).find(({ name }) => name === "app_state");
  const query = new URLSearchParams({ client_id: keys.clientId, redirect_uri: `${app.url}/callback`, response_type: "code", provider: "authkit",
    state: value, ui_locales: language });
  await page.goto(`${gatehouse.url}/user_management/authorize?${query}`);
}

// spoken fails unless the page is in that language and direction, and says
// nothing in English.
async function spoken(page, language, direction) {
  const html = page.locator("html");
  assert.deepEqual([await html.getAttribute("lang"), await html.getAttribute("dir")], [language, direction], page.url());
  const words = await page.locator("h1, main label, main button, main .btn").allInnerTexts();
  const english = words.filter((text) => /\b(the|your|email|sign|code|password|continue|confirm|add|change)\b/i.test(text));
  assert.deepEqual(english, [], `${page.url()} speaks English`);
}

// mirrored fails unless what begins a line in the page stands at its right edge.
async function mirrored(page) {
  const { left, right, width } = await page.locator("h1").evaluate((h1) => {
    const range = document.createRange();
    range.selectNodeContents(h1);
    const text = range.getBoundingClientRect();
    return { left: text.left, right: innerWidth - text.right, width: innerWidth };
  });
  assert.ok(right <= left + 1 && right < width / 2, `${page.url()}: the heading is ${left} px from the left, ${right} px from the right`);
}

const enter = (page, name, value) => page.locator(`input[name=${name}]`).fill(value).then(() => page.keyboard.press("Enter"));

// code types six digits, which the page's script sends.
const code = (page, digits) => page.locator("input[name=code]").fill(digits);

for (const [language, direction] of [["ar", "rtl"], ["ja", "ltr"], ["hi", "ltr"]]) {
  // If this breaks, people read half a page in a foreign language, or a page that runs the wrong way.
  test(`code, second step and account page in ${language}`, async () => {
    const { app, browser, gatehouse, mail } = stage;
    const ines = newcomer();
    if (direction === "rtl") await member(stage, ines, organization.id);
    else await register(stage, ines);
    const person = await browser.person({ width: 360, height: 740 });
    const { page } = person;
    const seen = async (step) => {
      await spoken(page, language, direction);
      if (direction === "rtl") await mirrored(page);
      await person.looks(`${step}-${language}`);
    };
    await begin(page, language);
    await seen("sign-in");
    await enter(page, "email", ines.email);
    await page.waitForURL((url) => url.pathname === "/login/password");
    await seen("password");
    await page.locator("main a[href*='/login/code']").click();
    await page.waitForURL((url) => url.pathname === "/login/code");
    await page.locator("main form .btn.primary").click();
    await page.locator("input[name=code]").waitFor();
    await seen("code");
    const letter = await mail.next(ines.email);
    await code(page, codeOf(letter));
    if (direction === "rtl") {
      await page.waitForURL((url) => url.pathname === "/login/mfa/enroll");
      await seen("enroll");
      await page.locator("main a[href*='/login/mfa/enroll/totp']").click();
      await page.waitForURL((url) => url.pathname === "/login/mfa/enroll/totp");
      await seen("enroll-app");
      const key = await page.locator("#totp-key").innerText();
      await code(page, codeAt(key));
      await page.locator("#recovery-codes").waitFor();
      await seen("recovery-codes");
      await page.locator("main input[type=checkbox]").check();
      await page.locator("main .btn.primary").click();
      await onDashboard(page, app, ines);
      await page.context().clearCookies();
      await begin(page, language);
      await enter(page, "email", ines.email);
      await page.waitForURL((url) => url.pathname === "/login/password");
      await enter(page, "password", ines.password);
      await page.waitForURL((url) => url.pathname.startsWith("/login/mfa"));
      await seen("second-step");
      await code(page, codeAt(key, 1));
    }
    await onDashboard(page, app, ines);
    await person.reads(letter, `sign-in-code-${language}`);

    await gatehouse.api("PUT", `/user_management/users/${(await userOf(ines)).id}`, { locale: language });
    for (const section of ["", "/security", "/sessions", "/apps"]) {
      await page.goto(`${gatehouse.url}/account${section}`);
      await spoken(page, language, direction);
      if (direction === "rtl") await mirrored(page);
      await person.looks(`account${section.replace("/", "-")}-${language}`, { target: 34 });
    }
    person.noFaults();
    await person.close();
  });
}

async function userOf({ email }) {
  return (await stage.gatehouse.api("GET", `/user_management/users?email=${encodeURIComponent(email)}`)).data[0];
}
