// RSA keys with certificates, as administrators make them: by openssl.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

// newKey leaves NAME.key and NAME.crt in the folder. `madeDaysAgo` makes a
// certificate that is good for a year from then: one that ended, by 400.
export async function newKey(folder, name, { madeDaysAgo = 0 } = {}) {
  const key = join(folder, `${name}.key`);
  const certificate = join(folder, `${name}.crt`);
  const env = madeDaysAgo ? { ...process.env, ...(await otherClock()), FAKETIME: `-${madeDaysAgo}d` } : process.env;
  await run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", "365", "-subj", `/CN=${name}`, "-keyout", key, "-out", certificate], { env });
  return { name, keyFile: key, certificateFile: certificate, key: await readFile(key, "utf8"), certificate: await readFile(certificate, "utf8") };
}

// otherClock is the environment in which a process has another time than ours:
// Debian's faketime, as a library, so that the process stays our child.
export async function otherClock() {
  for (const arch of await readdir("/usr/lib")) {
    const library = join("/usr/lib", arch, "faketime/libfaketime.so.1");
    if (existsSync(library)) return { LD_PRELOAD: library, FAKETIME_DONT_FAKE_MONOTONIC: "1" };
  }
  throw new Error("libfaketime is missing: run these tests by `make browser`, which installs it");
}
