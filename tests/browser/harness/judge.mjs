// What of the design's list for a rendered page can be measured. The rest is
// for eyes, on the pictures in out/.
import assert from "node:assert/strict";

// judge fails with every fault of the page as it is now.
export async function judge(page, { target = 44, mail = false } = {}) {
  const faults = await page.evaluate(measure, { target, mail, banned: banned.source });
  assert.deepEqual(faults, [], `${mail ? "the mail" : page.url()} falls short of the design`);
}

// Words that the product does not say to people (English alone).
const banned = /\b(please|oops|successfully|submit|log ?in(?!\.gov)|logged|tenant|2FA|invalid)\b|!/i;

/* measure runs in the page. */
function measure({ target, mail, banned }) {
  const faults = [];
  const say = (what, el) => faults.push(`${what}: ${el ? el.outerHTML.replace(/\s+/g, " ").slice(0, 160) : ""}`);
  const shown = (el) => el.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !hiddenFromEyes(el);
  const hiddenFromEyes = (el) => el.closest(".vh, .skip, [hidden]") !== null;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);

  // Colours are read as the browser would paint them, whatever notation they have.
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const paint = canvas.getContext("2d", { willReadFrequently: true });
  const over = (color, under) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = color;
    paint.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
    return [r, g, b].map((c, i) => (c * a + under[i] * (255 - a)) / 255);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const ground = (el) => {
    const layers = [];
    for (let at = el; at; at = at.parentElement) layers.unshift(getComputedStyle(at).backgroundColor);
    const scheme = matchMedia("(prefers-color-scheme: dark)").matches && /dark/.test(getComputedStyle(document.documentElement).colorScheme);
    return layers.reduce((under, color) => over(color, under), scheme ? [18, 18, 18] : [255, 255, 255]);
  };

  // 3: one heading, one primary button.
  if (document.querySelectorAll("h1").length !== 1) say(`${document.querySelectorAll("h1").length} main headings`);
  if (all(".btn.primary").length > 1) say("more than one primary button", all(".btn.primary")[1]);

  for (const el of document.querySelectorAll("[hidden]")) if (el.checkVisibility()) say("hidden, and drawn", el);

  // 4: text 4.5 to 1, 3 to 1 where it is large; borders of controls 3 to 1.
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const el = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || seen.has(el) || !shown(el) || el.closest("script, style, noscript, [aria-hidden=true], [aria-disabled=true]")) continue;
    seen.add(el);
    const style = getComputedStyle(el), size = parseFloat(style.fontSize);
    const under = ground(el), ratio = contrast(over(style.color, under), under);
    const wanted = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if (ratio < wanted) say(`contrast ${ratio.toFixed(2)} of "${walker.currentNode.data.trim().slice(0, 40)}"`, el);
  }
  for (const el of all("input.input, select.input, textarea.input")) {
    const under = ground(el.parentElement), edge = getComputedStyle(el).borderTopColor;
    const ratio = contrast(over(edge, under), under);
    if (ratio < 3) say(`border contrast ${ratio.toFixed(2)}`, el);
  }

  // 9: what is pressed is large enough; links in running text may be as they are,
  // and what copies an identifier beside it has the 24 px that everything has.
  for (const el of all("button, a.btn, input:not([type=checkbox]):not([type=radio]), .link-list > *")) {
    if (!mail && el.closest("main") && !el.closest(".copy, .refbox, .input-wrap") && el.getBoundingClientRect().height < (el.closest(".id") ? 24 : target) - 0.5) say(`${el.getBoundingClientRect().height} px high`, el);
  }
  for (const el of mail ? [] : all("a, button, summary, input")) {
    const box = el.getBoundingClientRect();
    if (el.closest("svg")) continue; // a column of a chart: its table has the same link (WCAG 2.2 §2.5.8, equivalent)
    const inText = el.matches("a") && el.parentElement.matches("p, li, dd, span") && el.parentElement.textContent.trim() !== el.textContent.trim();
    if (!inText && !el.closest("label") && Math.min(box.height, box.width) < 24 - 0.5 && !el.matches("[type=checkbox], [type=radio]")) say(`${box.width.toFixed(0)} by ${box.height.toFixed(0)} px`, el);
  }

  // 11: every field has a label, every control a name, a wrong field its error.
  for (const el of all("input:not([type=hidden]), select, textarea")) {
    if (!el.labels?.length && !el.getAttribute("aria-label")) say("no label", el);
    if (el.getAttribute("aria-invalid") === "true" && !document.getElementById(el.getAttribute("aria-describedby")?.split(" ").at(-1))) say("no error beside", el);
  }
  for (const el of all("a, button")) if (!el.textContent.trim() && !el.getAttribute("aria-label")) say("no name", el);
  for (const el of document.querySelectorAll("img:not([alt])")) say("no alt", el);
  const ids = [...document.querySelectorAll("[id]")].map((el) => el.id);
  for (const id of ids.filter((id, i) => ids.indexOf(id) !== i)) say("twice", document.getElementById(id));

  // 16, 17: words and tokens.
  if (/^en/.test(document.documentElement.lang)) {
    const word = new RegExp(banned, "i").exec((document.querySelector("main") ?? document.body).innerText.replace(/https?:\S+|\b[a-z_]+(\.[a-z_]+)+\b/g, ""));
    if (word) say(`says "${word[0]}"`);
  }
  if (!mail) for (const el of document.querySelectorAll("[style], main style, main script")) say("style or script in the page", el);
  return faults;
}
