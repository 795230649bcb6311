// Child processes of the tests: started on loopback, stopped by their own pid.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../../..");

// Settings that a developer has in the shell must not reach the servers.
export const plainEnv = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(GATEHOUSE|WORKOS|OIDC|APP)_/.test(name)));

// built is a program that scripts/browser made from this tree.
export function built(name) {
  const binary = join(root, "tests/browser/out", name);
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run these tests by \`make browser\`, which builds it`);
  return binary;
}

export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

// start runs a program and returns when `health` answers: an address, or a
// function that says so. What it printed is kept and shown when it does not come up.
export async function start(command, args, { env, cwd, health }) {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (log += text));
  let ended;
  const end = new Promise((resolve) => {
    child.on("error", (err) => resolve((ended = `could not be started: ${err.message}`)));
    child.on("exit", (code, signal) => resolve((ended = `ended with ${signal ?? code}`)));
  });
  const process_ = {
    log: () => log,
    async stop() {
      if (ended) return;
      child.kill("SIGTERM");
      const slow = setTimeout(() => child.kill("SIGKILL"), 15_000);
      await end;
      clearTimeout(slow);
    },
  };
  const deadline = Date.now() + 30_000;
  for (;;) {
    if (ended) throw new Error(`${command} ${ended}\n${log}`);
    if (await healthy(health)) return process_;
    if (Date.now() > deadline) {
      await process_.stop();
      throw new Error(`${command} does not answer at ${health}\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// keepLog leaves what a process said beside the pictures.
export async function keepLog(name, text) {
  await mkdir(join(root, "tests/browser/out"), { recursive: true });
  await writeFile(join(root, "tests/browser/out", `${name}.log`), text);
}

async function healthy(health) {
  if (typeof health === "function") return health();
  const answer = await fetch(health, { redirect: "manual" }).catch(() => null);
  return answer !== null && answer.status < 500;
}
