// Package assets holds the files every page needs: one stylesheet, one small
// script, one icon sprite, the favicon and Inter in four subsets.
//
// A page asks for URL("app.css") and gets "/assets/app.<hash>.css". The hash is
// of the content, so the answer may be cached for ever, and a new release has
// new URLs. There is no build step: the files are embedded as they are, and the
// stylesheet's references to fonts are given their hashes when the first page
// asks. Nothing happens at start-up.
//
// Inter is by The Inter Project Authors, under the SIL Open Font License
// (files/inter-LICENSE.txt). The four files are cut from InterVariable.woff2 of
// the npm package inter-ui 4.1.1 with fontTools: optical size 14, weights 400 to
// 700, features kern, calt, ccmp, locl, mark, mkmk, tnum, cv11, liga and case,
// letters as in the unicode-range of their @font-face rules, so that a page
// loads only the letters it shows.
package assets
