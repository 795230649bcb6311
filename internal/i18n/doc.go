// Package i18n holds the words that people see, in each language, and decides
// which language a page speaks.
//
// A catalogue is messages/<tag>.json: a flat object from key to message in a
// small part of ICU MessageFormat:
//
//	{name}                                    a value
//	{count, number}                           a number, grouped as the language does
//	{count, plural, =0 {none} one {# try} other {# tries}}
//	{kind, select, sso {…} other {…}}
//	Type <b>this</b>.                         a tag: a place for markup
//
// Keys are page.part, in lower snake case (login.password.title); the words
// for an error code are "problem." and the code. Sentences are whole: a link
// or an emphasis in one is a tag, which Rich hands out as parts, so that no
// sentence is ever glued together. Each language is read and parsed when it is
// first spoken; a key that it lacks is taken from English.
//
// A plural has the forms that CLDR gives its language for whole numbers, and
// all of them. Values stand in isolates where the direction of writing may
// change (direction.go); digits are 0 to 9 in every language.
//
// To add a language: a line in languages.go, its JSON file, and a face in
// web/assets/files/css/70-languages.css if Inter has no letters for it. The
// tests name every key that is missing, unused or has other variables, choices
// or plural forms than it should.
package i18n
