// A puzzle: the smallest n such that SHA-256(puzzle + "." + n) begins with as
// many zero bits as the form says. Found in slices, so that the page lives,
// and while the person types.
(() => {
  "use strict";
  const K = [], H = [];
  for (let n = 2, i = 0; i < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break; }
    if (!prime) continue;
    const part = (x) => ((x - Math.floor(x)) * 4294967296) | 0;
    if (i < 8) H.push(part(Math.sqrt(n)));
    K.push(part(Math.cbrt(n)));
    i++;
  }
  const w = new Int32Array(64), turn = (x, n) => (x >>> n) | (x << (32 - n));
  const block = (s, words, at) => {
    for (let i = 0; i < 16; i++) w[i] = words[at + i];
    for (let i = 16; i < 64; i++) {
      const a = w[i - 15], b = w[i - 2];
      w[i] = (w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10))) | 0;
    }
    let [a, b, c, d, e, f, g, h] = s;
    for (let i = 0; i < 64; i++) {
      const t = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const u = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t) | 0; d = c; c = b; b = a; a = (t + u) | 0;
    }
    return [(s[0] + a) | 0, (s[1] + b) | 0, (s[2] + c) | 0, (s[3] + d) | 0, (s[4] + e) | 0, (s[5] + f) | 0, (s[6] + g) | 0, (s[7] + h) | 0];
  };
  const first = (text) => { // the hash's first word is enough: puzzles ask for fewer bits
    const blocks = ((text.length + 8) >> 6) + 1, words = new Int32Array(blocks * 16);
    for (let i = 0; i < text.length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8);
    words[text.length >> 2] |= 0x80 << (24 - (text.length % 4) * 8);
    words[words.length - 1] = text.length * 8;
    let state = H;
    for (let i = 0; i < blocks; i++) state = block(state, words, i * 16);
    return state[0] >>> 0;
  };
  for (const form of document.querySelectorAll("form[data-puzzle-bits]")) {
    const bits = Number(form.dataset.puzzleBits);
    if (!bits) continue;
    const text = form.elements.puzzle.value + ".", limit = 2 ** (32 - bits);
    const status = form.querySelector("[data-puzzle-status]");
    let n = 0, done = false, waiting = null;
    // Whoever types faster than the browser computes is sent on when it is done.
    form.addEventListener("submit", (event) => {
      if (done) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting = { submitter: event.submitter };
      if (status) status.textContent = status.dataset.working;
    }, true);
    const slice = () => {
      const end = performance.now() + 40;
      while (performance.now() < end) {
        for (let i = 0; i < 200; i++, n++) {
          if (first(text + n) < limit) {
            form.elements.puzzle_answer.value = String(n);
            done = true;
            if (waiting) form.requestSubmit(waiting.submitter);
            return;
          }
        }
      }
      setTimeout(slice, 0);
    };
    slice();
  }
})();
