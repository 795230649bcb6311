// A mail server on loopback and the mails that Gatehouse sent it by SMTP, read
// in their order, each once.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { built, freePort, plainEnv, start } from "./processes.mjs";

export async function startMail(folder, closers, program = built("smtpsink")) {
  const file = join(folder, "mails.jsonl");
  const port = await freePort();
  const sink = await start(program, [`127.0.0.1:${port}`, file], { env: plainEnv, health: () => listens(port) });
  closers.push(() => sink.stop());
  const read = new Set(); // lines that a journey has had
  return {
    url: `smtp://127.0.0.1:${port}`,
    next: (to, subject) => next(file, read, to, subject),
    count: async (to) => (await lines(file)).filter(({ mail }) => isTo(mail, to)).length,
  };
}

const isTo = (mail, to) => [mail.to].flat().some((address) => address.toLowerCase() === to.toLowerCase());

async function lines(file) {
  const text = await readFile(file, "utf8");
  return text.split("\n").slice(0, -1).map((line, number) => ({ number, mail: JSON.parse(line) }));
}

// next is the first mail to an address that no journey has read, once it has
// arrived; with a subject, the first of those that has it.
async function next(file, read, to, subject = /./) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found = (await lines(file)).find(({ number, mail }) => !read.has(number) && isTo(mail, to) && subject.test(mail.subject));
    if (found) {
      read.add(found.number);
      return found.mail;
    }
    if (Date.now() > deadline) {
      const had = (await lines(file)).map(({ mail }) => `${mail.to}: ${mail.subject}`);
      assert.fail(`no mail to ${to} with ${subject} came; these did:\n${had.join("\n")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

// codeOf is the six digits of a mail, which its subject, text and HTML agree on.
// Where people read from right to left the subject sets them apart.
export function codeOf(mail) {
  const code = /^\u2068?(\d{3})\s?(\d{3})\u2069? /.exec(mail.subject)?.slice(1).join("");
  assert.ok(code, `the subject begins with the code: ${mail.subject}`);
  const spaced = new RegExp(`${code.slice(0, 3)}\\s?${code.slice(3)}`);
  for (const part of ["text", "html"]) assert.match(mail[part], spaced, `the ${part} has the code of the subject`);
  return code;
}

// linkOf is the address of that path in a mail, the same in text and HTML.
export function linkOf(mail, path) {
  const link = mail.text.match(/https?:\/\/\S+/g)?.find((url) => new URL(url).pathname.startsWith(path));
  assert.ok(link, `the text has a link to ${path}:\n${mail.text}`);
  assert.ok(mail.html.includes(`href="${link.replaceAll("&", "&amp;")}"`), "the HTML has the link of the text");
  return link;
}

function listens(port) {
  return new Promise((resolve) => {
    const probe = connect(port, "127.0.0.1");
    probe.on("connect", () => resolve(true) || probe.destroy());
    probe.on("error", () => resolve(false));
  });
}
