// A DNS server on loopback for the proofs of domains: TXT records of names that
// a journey sets; every other name of a zone that it knows has none, and the
// rest does not exist (RFC 1035 §4).
import { createSocket } from "node:dgram";

const TXT = 16;

export async function startDNS(closers) {
  const records = new Map();
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const { name, type, end } = question(query);
    const known = [...records.keys()].some((k) => k === name || k.endsWith(`.${name}`));
    const found = type === TXT ? records.get(name) ?? [] : [];
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8580 | (known ? 0 : 3), 2); // an answer, authoritative, recursion; NXDOMAIN
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(found.length, 6);
    socket.send(Buffer.concat([head, query.subarray(12, end), ...found.map(record)]), from.port, from.address);
  });
  await new Promise((resolve, reject) => socket.once("error", reject).bind(0, "127.0.0.1", resolve));
  closers.push(() => new Promise((resolve) => socket.close(resolve)));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    txt: (name, ...values) => records.set(name.toLowerCase(), values),
  };
}

// question reads the one question of a query: its name, its type, and where it ends.
function question(query) {
  const labels = [];
  let at = 12;
  while (query[at]) {
    labels.push(query.toString("latin1", at + 1, at + 1 + query[at]));
    at += 1 + query[at];
  }
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

// record is a TXT record of the name that was asked for, by reference to it.
function record(text) {
  const head = Buffer.from([0xc0, 12, 0, TXT, 0, 1, 0, 0, 0, 0, 0, text.length + 1, text.length]);
  return Buffer.concat([head, Buffer.from(text, "latin1")]);
}
