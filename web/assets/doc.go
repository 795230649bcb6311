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
// (files/inter-LICENSE.txt). The subsets follow the unicode ranges of the
// @font-face rules in app.css, so that a page loads only the letters it shows.
package assets
