// Chromium as the distribution ships it, driven by playwright-core.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { judge } from "./judge.mjs";

const pictures = resolve(import.meta.dirname, "../out");

// Without these Chromium calls home at every start.
const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];

export async function openBrowser() {
  const executablePath = process.env.GATEHOUSE_TEST_CHROMIUM;
  if (!executablePath) throw new Error("GATEHOUSE_TEST_CHROMIUM names no browser: run these tests by `make browser`");
  const browser = await chromium.launch({ executablePath, args: quiet });
  return { person: (look) => newPerson(browser, look), close: () => browser.close() };
}

// newPerson is somebody with a fresh browser profile. `faults` collects what no
// page may do: break its own script or content policy, or ask another host.
async function newPerson(browser, { javaScript = true, dark = false, width = 1280, height = 800, locale = "en-GB" } = {}) {
  const context = await browser.newContext({
    javaScriptEnabled: javaScript,
    colorScheme: dark ? "dark" : "light",
    viewport: { width, height },
    locale,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (err) => faults.push(`script: ${err.message}`));
  page.on("console", (m) => /Content.Security.Policy|Refused to/i.test(m.text()) && faults.push(`policy: ${m.text()}`));
  page.on("request", (r) => /^https?:\/\/(?!(127\.0\.0\.1|localhost)[:/])/.test(r.url()) && faults.push(`foreign host: ${r.url()}`));
  page.on("response", (r) => r.status() >= 500 && faults.push(`${r.status()} at ${r.url()}`));
  return {
    page,
    context,
    faults,
    noFaults: () => assert.deepEqual(faults, []),
    fits: () => fits(page, width),
    picture: (name) => picture(page, name),
    looks: (name, rules) => looks(page, name, { width, height, dark }, rules),
    reads: (mail, name) => reads(context, mail, name),
    close: () => context.close(),
  };
}

// fits fails when a page has to be scrolled sideways (WCAG 2.2 §1.4.10).
// It asks the layout itself, which works with the page's own script off.
async function fits(page, width) {
  const box = await page.locator("html").evaluate((html) => html.scrollWidth);
  assert.ok(box <= width, `${page.url()} is ${box} px wide in a window of ${width} px`);
}

const views = [["light", { width: 1280, height: 800 }], ["dark", { width: 1280, height: 800, dark: true }],
  ["360", { width: 360, height: 740 }], ["320", { width: 320, height: 640, dark: true }]];

// looks judges the page as it stands, as four people see it, and leaves pictures.
async function looks(page, name, own, rules) {
  const view = async ({ width, height, dark }) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
  };
  for (const [suffix, look] of views) {
    await view(look);
    await settled(page);
    await fits(page, look.width);
    await picture(page, `${name}-${suffix}`);
    await judge(page, rules);
  }
  if (own) await view(own);
}

// settled waits until no colour is on its way to another. It asks from here,
// because a page without script runs no callbacks.
async function settled(page) {
  while (await page.evaluate(() => document.getAnimations().length)) await page.waitForTimeout(10);
}

// reads judges a mail as a mail program draws it: no script, nothing fetched.
async function reads(context, mail, name) {
  assert.ok(mail.html.length < 40_000, `the mail has ${mail.html.length} bytes`);
  const page = await context.newPage();
  const asked = [];
  await page.route("**", (route) => asked.push(route.request().url()) && route.abort());
  await page.setContent(mail.html);
  await looks(page, `mail-${name}`, null, { mail: true }).finally(() => page.close());
  assert.deepEqual(asked, [], "a mail asks nobody for anything");
}

async function picture(page, name) {
  await mkdir(pictures, { recursive: true });
  // Left alone, the tool writes a style attribute into fields to hide the caret.
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true, caret: "initial" });
}
