// What an organization's admin does in the portal to set single sign-on up,
// found by the words that they see.
import assert from "node:assert/strict";

// Targets have 34 px in the portal.
export const inside = { target: 34 };

export const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
export const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

// openPortal comes in by a link for single sign-on.
export async function openPortal({ gatehouse }, page, organization) {
  const { link } = await gatehouse.api("POST", "/portal/generate_link", { organization, intent: "sso" });
  await page.goto(link);
  await press(page, "Continue to the portal");
  await page.waitForURL(`${gatehouse.url}/portal`);
}

// chooseProvider begins a set-up with one of the providers by its name.
export async function chooseProvider(page, name, ...look) {
  await page.getByRole("link", { name: "Single sign-on", exact: true }).click();
  await heading(page, "Single sign-on");
  await page.getByRole("link", { name: "Connect a provider" }).click();
  await heading(page, "Choose your provider");
  for (const seen of look) await seen();
  await page.getByRole("button", { name: new RegExp(`^${name} `) }).click();
  await page.waitForURL(/\/setup\/app$/);
}

// copied is the value of the guide for a field, as its copy button has it.
export async function copied(page, field) {
  const pair = page.locator("dl.pairs > div").filter({ has: page.locator("dt", { hasText: field }) }).first();
  return (await pair.locator("code").innerText()).trim();
}

// testIn presses the button of a test, signs in in the tab that opens, unless
// the provider still knows the browser, and leaves the tab at its result.
export async function testIn(visitor, provider, person, button) {
  const [tab] = await Promise.all([visitor.context.waitForEvent("page"), press(visitor.page, button)]);
  const done = tab.waitForURL((url) => isResult(url.href), { timeout: 30_000 });
  await Promise.race([done, provider.signIn(tab, person).catch(() => done)]);
  const onward = tab.getByRole("button", { name: /^(Submit|Yes|Continue)$/ }); // the provider's form, where there is no script to send it
  await Promise.race([done, onward.click().catch(() => done)]);
  await done;
  return tab;
}

const isResult = (url) => /\/portal\/sso\/[^/]+\/test\//.test(url);

// result is the page of a test: its title, and everything on it.
export async function result(tab, title) {
  await tab.getByRole("heading", { level: 2, name: title }).waitFor();
  const text = await tab.locator("main").innerText();
  assert.match(text, /GH-[0-9A-Z]{4}-[0-9A-Z]{4}/, "a result without a reference");
  return text;
}

// certificatesIn are those of our metadata.
export async function certificatesIn(metadataUrl) {
  const xml = await (await fetch(metadataUrl)).text();
  return [...xml.matchAll(/<(?:\w+:)?X509Certificate[^>]*>([^<]+)</g)].map(([, text]) => `-----BEGIN CERTIFICATE-----\n${text.replace(/\s/g, "")}\n-----END CERTIFICATE-----`);
}
