// Package brand turns the few things an organization may choose about its
// login (a colour or two, a radius, a panel) into tokens that can always be
// read, and says what it had to change.
//
// It is arithmetic only. Colours come in as #rgb or #rrggbb and nothing else,
// become numbers, and leave as #rrggbb: no text that somebody typed reaches
// the stylesheet. Whatever the choice, text has 4.5:1 on every background it
// can stand on (WCAG 2.2 §1.4.3) and controls 3:1 (§1.4.11), by day and by
// night. The backgrounds are those of web/assets; a test compares.
package brand
